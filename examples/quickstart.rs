//! The library in a page, on the built-in sample: train, open, score, find entities.
//!
//! `cargo run --release --example quickstart`

use xner::prelude::*;
use xner::sample::{Language, Sample, Split};
use xner::tagger::config::Optimiser;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Labelled English sentences and word vectors, from a seed.
    let sample = Sample::new(1)?;
    let vectors = sample.vectors(Language::English);
    let vectors = Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data)?;

    // A small char-BiLSTM-CRF; what is not set has the paper's value.
    let mut config = TrainConfig { seed: 1, ..TrainConfig::default() };
    config.model.hidden = 50;
    config.model.dense = 50;
    config.training.epochs = 5;
    config.training.evaluate_every = 0;
    config.training.optimiser = Optimiser::Adam { rate: 0.003, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

    // An observer sees what goes on. `Trained::save` would write a model directory.
    let mut observer = |event: &Event<'_>| {
        if let What::Evaluated(scores) = event.what {
            println!("epoch {}: dev F1 {:.3}", scores.epoch, scores.f1);
        }
        Flow::Continue
    };
    let trained = Trainer::new(config)
        .sentences(sample.labelled(Language::English, Split::Train, 600))
        .dev(sample.labelled(Language::English, Split::Dev, 200))
        .vectors(vectors)
        .observer(&mut observer)
        .run()?;

    // Score it.
    let tagger = trained.model.open(&OpenOptions::default(), &Device::Cpu)?;
    let test = sample.labelled(Language::English, Split::Test, 300);
    println!("\n{}", evaluate(tagger.as_ref(), &test)?);

    // The entities of running text, with their bytes in it, and how sure the tagger is.
    let ner = Ner::builder().tagger(tagger)?;
    let text = sample.text(Language::English, 5);
    println!("{text}");
    for TextEntity { kind, text, bytes, probability, .. } in ner.entities(&text)? {
        println!("  {:4} {text} (bytes {bytes:?}, p = {probability:.2})", kind.as_str());
    }
    Ok(())
}
