//! The library in a page, on the built-in sample: train, save, open, tag.
//!
//! `cargo run --release --example quickstart`

use xner::prelude::*;
use xner::sample::{Language, Sample, Split};
use xner::tagger::config::Optimiser;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Labelled English sentences and word vectors, from a seed.
    let sample = Sample::new(1)?;
    let vectors = sample.vectors(Language::English);
    let data = TrainData {
        train: sample.labelled(Language::English, Split::Train, 600),
        dev: sample.labelled(Language::English, Split::Dev, 200),
        vectors: Some(Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data)?),
        ..TrainData::default()
    };

    // A small char-BiLSTM-CRF; what is not set has the paper's value.
    let mut config = TrainConfig { seed: 1, ..TrainConfig::default() };
    config.model.hidden = 50;
    config.model.dense = 50;
    config.training.epochs = 5;
    config.training.evaluate_every = 0;
    config.training.optimiser = Optimiser::Adam { rate: 0.003, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

    // Training writes the model directory. An observer sees what goes on.
    let folder = tempfile::tempdir()?;
    let mut observer = |event: &Event<'_>| {
        if let What::Evaluated(scores) = event.what {
            println!("epoch {}: dev F1 {:.3}", scores.epoch, scores.f1);
        }
        Flow::Continue
    };
    train(&config, data, folder.path(), &Device::Cpu, &mut observer)?;

    // Open it, as another program would, and score it.
    let tagger = open(folder.path(), &Device::Cpu)?;
    let test = sample.labelled(Language::English, Split::Test, 300);
    println!("\n{}", evaluate(tagger.as_ref(), &test)?);

    // Tag running text: the entities with their bytes in it, and how sure the tagger is.
    let text = sample.text(Language::English, 5);
    let sentences = split::sentences(&text, &split::TextOptions::default());
    for (sentence, tagging) in sentences.iter().zip(tagger.tag(&sentences)?) {
        println!("{}", sentence.text());
        for ScoredEntity { entity, probability } in tagging.entities {
            let within = sentence.bytes(entity.tokens);
            let bytes = sentence.offset() + within.start..sentence.offset() + within.end;
            println!(
                "  {:4} {} (bytes {bytes:?}, p = {probability:.2})",
                entity.kind.as_str(),
                &text[bytes.clone()]
            );
        }
    }
    Ok(())
}
