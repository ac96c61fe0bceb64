//! Meta-learning (Wu et al. 2020): a row for the method, for it without each of its parts, and for the base model; each as
//! it is, and adapted to every sentence.
//!
//! On the built-in sample, from English to Spanish, with a small encoder made from nothing, in under three minutes:
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
use xner::tagger::bert::RandomEncoder;
use xner::tagger::bert::train::BertSettings;
use xner::tagger::config::{Optimiser, TrainingConfig};
use xner::transfer::meta::{Ablation, MetaConfig, MetaCorpora, Start, run};
use xner::transfer::report::TransferReport;

const SOURCE: Language = Language::English;
const TARGET: Language = Language::Spanish;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => on_the_sample(1),
        ["--seed", seed] => on_the_sample(seed.parse()?),
        ["--config", config, "--out", out] => {
            let config = MetaConfig::read(Path::new(config))?;
            let corpora = MetaCorpora::read(&config)?;
            print(&run(&config, &corpora, Path::new(out), None, &Device::Cpu, &mut ())?);
            Ok(())
        }
        _ => Err("expected no arguments, or: --seed N, or: --config FILE --out DIR".into()),
    }
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

    // The encoder's vocabulary is the words of both languages' training text; what they mean it learns from the source alone.
    let unlabelled = sample.unlabelled(TARGET, 1000);
    let labelled = corpora.train.iter().map(|labelled| &labelled.sentence);
    let words = labelled.chain(&unlabelled).flat_map(Sentence::tokens);
    RandomEncoder { seed, ..RandomEncoder::default() }.write(words, &at("encoder"))?;

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
        print(&run(&config, &corpora, &out, Some(&at("phases")), &Device::Cpu, &mut ())?);
    }
    println!("{:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Nothing is frozen, since nothing is known yet, and rates are higher than for a pretrained encoder. Meta-training goes on
/// from the base model.
fn config(seed: u64, encoder: PathBuf) -> MetaConfig {
    let adam = |rate| Optimiser::Adam { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let mut config = MetaConfig { seed, ..MetaConfig::default() };
    config.bert =
        BertSettings { encoder: Some(encoder), freeze_embeddings: false, freeze_layers: 0, ..config.bert };
    config.training = TrainingConfig { epochs: 8, batch: 16, optimiser: adam(1e-3), ..config.training };
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
