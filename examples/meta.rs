//! Meta-learning (Wu et al. 2020): a row for the method, for it without each of its parts, and for the base model; each
//! as it is, and adapted to every sentence. Then some sentences whose tags adaptation changed, and by which others.
//!
//! On the built-in sample, from English to Spanish, with a small encoder made of word vectors that were mapped into one
//! space without a dictionary, in under three minutes:
//!
//! `cargo run --release --example meta` (`-- --seed 2` for another sample)
//!
//! On your own data and encoder, the run that the config names (`xner transfer meta --print-config` prints one):
//!
//! `cargo run --release --example meta -- --config en-es.toml --out runs/en-es`

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use xner::prelude::*;
use xner::sample::{Language, Sample, Split};
use xner::tagger::bert::train::BertSettings;
use xner::tagger::bert::{Pooling, RandomEncoder};
use xner::tagger::config::{Optimiser, TrainingConfig};
use xner::transfer::meta::{Ablation, Cases, Meta, MetaConfig, MetaCorpora, Start};
use xner::transfer::report::TransferReport;
use xner::transfer::{Strategy, run};

const SOURCE: Language = Language::English;
const TARGET: Language = Language::Spanish;
/// Sentences shown whose tags adaptation changed.
const CASES: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => on_the_sample(1),
        ["--seed", seed] => on_the_sample(seed.parse()?),
        ["--config", config, "--out", out] => {
            let config = MetaConfig::read(Path::new(config))?;
            let corpora = Meta.read(&config)?;
            print(&run(&Meta, &config, &corpora, Path::new(out), None, &Device::Cpu, &mut progress)?);
            Ok(())
        }
        _ => Err("expected no arguments, or: --seed N, or: --config FILE --out DIR".into()),
    }
}

/// A run on real data takes hours.
fn progress(event: &Event<'_>) -> Flow {
    let phase = event.phase;
    match event.what {
        What::Begin { sentences } => eprintln!("{phase}: {sentences} sentences"),
        What::Evaluated(found) => {
            eprintln!("  step {}: loss {:.3}, dev F1 {:.2}", found.step, found.loss, 100.0 * found.f1);
        }
        What::End { cached: true, .. } => eprintln!("{phase}: was there"),
        What::Progress { done, of } => eprintln!("{phase}: {done} of {of} sentences"),
        What::Note(note) => eprintln!("note: {note}"),
        _ => {}
    }
    Flow::Continue
}

fn on_the_sample(seed: u64) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let sample = Sample::new(seed)?;
    let corpora = MetaCorpora {
        train: sample.labelled(SOURCE, Split::Train, 1000),
        dev: sample.labelled(SOURCE, Split::Dev, 200),
        target_test: sample.labelled(TARGET, Split::Test, 500),
    };
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);

    encoder(&sample, seed, &at("encoder"))?;

    println!("{SOURCE} to {TARGET} on the built-in sample, entity F1 on {TARGET}'s whole test set:");
    println!("{:40} {:>8} {:>8}", "", "as it is", "adapted");
    let mut config = config(seed, at("encoder"));
    for ablation in [
        Ablation::NoMetaTraining,
        Ablation::NoMaxLossOrMasking,
        Ablation::NoMasking,
        Ablation::NoMaxLoss,
        Ablation::None,
    ] {
        config.ablation = ablation;
        let out = at(&format!("{ablation:?}"));
        print(&run(&Meta, &config, &corpora, &out, Some(&at("phases")), &Device::Cpu, &mut ())?);
    }
    // The last row is the whole method.
    for case in Cases::read(&at(&format!("{:?}", Ablation::None)))?.cases.iter().take(CASES) {
        println!("\nsentence {}: {}", case.number, case.text);
        for (what, entities) in [("gold", &case.gold), ("as it is", &case.before), ("adapted", &case.after)] {
            println!("{what:>10}: {}", entities.join(", "));
        }
        for similar in &case.similar {
            println!("{:>10.3}: {}  [{}]", similar.cosine, similar.text, similar.entities.join(", "));
        }
    }
    println!("{:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Writes an encoder whose subwords are the words of both languages' training text, and whose embeddings are their
/// vectors, mapped into one space by words that are written alike. What is above the embeddings is random.
fn encoder(sample: &Sample, seed: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let vectors = |language| {
        let vectors = sample.vectors(language);
        Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data)
    };
    let (source, target) = (vectors(SOURCE)?, vectors(TARGET)?);
    let config = MapConfig { seed, ..MapConfig::preset(Method::Identical) }.check()?;
    let mapped = map_vectors(&source, &target, &config, &Resources::default(), &mut ())?;
    let source = mapped.mapping.apply_source(&source)?.with_mean_length(1.0)?;
    let target = mapped.mapping.apply_target(&target)?.with_mean_length(1.0)?;

    let (train, unlabelled) = (sample.labelled(SOURCE, Split::Train, 1000), sample.unlabelled(TARGET, 1000));
    let sentences = train.iter().map(|labelled| &labelled.sentence).chain(&unlabelled);
    let words = sentences.flat_map(Sentence::tokens);
    // A word of both languages has the source's vector, which is what the tagger is trained on.
    let vector = |word: &str| source.get(word).or_else(|| target.get(word));
    RandomEncoder { hidden: source.dim(), heads: 5, seed, ..RandomEncoder::default() }
        .write_with(words, vector, folder)?;
    Ok(())
}

/// The embeddings are frozen, so that both languages' stay in one space; rates are higher than for a pretrained
/// encoder. Meta-training goes on from the base model. A sentence's vector is the mean of its words', since `[CLS]` is
/// random.
fn config(seed: u64, encoder: PathBuf) -> MetaConfig {
    let adam = |rate| Optimiser::Adam { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let mut config = MetaConfig { seed, ..MetaConfig::default() };
    config.bert =
        BertSettings { encoder: Some(encoder), freeze_embeddings: true, freeze_layers: 0, ..config.bert };
    config.training = TrainingConfig { epochs: 8, batch: 16, optimiser: adam(1e-3), ..config.training };
    config.similarity.pooling = Pooling::Mean;
    config.meta.start = Start::Base;
    config.meta.optimiser = adam(5e-4);
    (config.meta.updates, config.meta.tasks, config.meta.evaluate_every) = (100, 16, 25);
    config.inner.optimiser = adam(3e-4);
    config.adaptation.rate = 3e-4;
    config
}

/// A row: the target's test F1 of the weights that are best on source dev, as they are and adapted.
fn print(report: &TransferReport) {
    let chosen = report.by_source_dev.as_ref();
    let plain = chosen.and_then(|chosen| chosen.target_test.as_ref());
    let adapted = chosen.and_then(|chosen| chosen.adapted.as_ref());
    let shown = |f1: Option<f64>| f1.map_or(String::new(), |f1| format!("{:.2}", 100.0 * f1));
    let (plain, adapted) = (plain.map(|scores| scores.f1), adapted.map(|adapted| adapted.scores.f1));
    println!("{:40} {:>8} {:>8}", report.row, shown(plain), shown(adapted));
}
