//! Zero-resource transfer (Bari, Joty and Jwalapuram 2020): a row for each of the paper's variants.
//!
//! On the built-in sample, from English to Spanish, in about half a minute on two cores:
//!
//! `cargo run --release --example zero_resource` (`-- --seed 2` for another sample)
//!
//! On your own data, the one variant that the config names (`xner transfer zero-resource --print-config` prints one):
//!
//! `cargo run --release --example zero_resource -- --config en-es.toml --out runs/en-es`

use std::error::Error;
use std::path::Path;

use xner::embed::map::{Direction, Finish, map};
use xner::prelude::*;
use xner::sample::{Language, Sample, Split};
use xner::tagger::config::{Optimiser, TrainingConfig};
use xner::transfer::report::TransferReport;
use xner::transfer::zero_resource::{
    SourceData, TargetData, Variant, Words, ZeroResource, ZeroResourceConfig, ZeroResourceData,
};
use xner::transfer::{Strategy, run};

const SOURCE: Language = Language::English;
const TARGET: Language = Language::Spanish;
/// Sentences to train on, of each language.
const SENTENCES: usize = 3000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => on_the_sample(1),
        ["--seed", seed] => on_the_sample(seed.parse()?),
        ["--config", config, "--out", out] => {
            let config = ZeroResourceConfig::read(Path::new(config))?;
            let data = ZeroResource.read(&config)?;
            print(&run(&ZeroResource, &config, &data, Path::new(out), None, &Device::Cpu, &mut ())?);
            Ok(())
        }
        _ => Err("expected no arguments, or: --seed N, or: --config FILE --out DIR".into()),
    }
}

fn on_the_sample(seed: u64) -> Result<(), Box<dyn Error>> {
    let mut data = sample(seed)?;
    // One mapping for all variants, from the words that both languages write alike; each run could also learn its own.
    let settings = MapConfig {
        direction: Direction::TargetToSource,
        finish: Finish::default(),
        seed,
        ..MapConfig::preset(Method::Identical)
    };
    let (Some(source), Some(target)) = (&data.source.vectors, &data.target.vectors) else { return Ok(()) };
    let found = map(source, target, &settings.check()?, &Resources::default(), &mut ())?;
    data.mapping = Some(found.mapping);

    println!(
        "{SOURCE} to {TARGET} on the built-in sample, entity F1 on the whole test set, weights chosen on dev of:"
    );
    println!("{:40} {:>8} {:>8}", "", SOURCE.to_string(), TARGET.to_string());
    let folder = tempfile::tempdir()?;
    for (at, config) in variants(seed).iter().enumerate() {
        let out = folder.path().join(at.to_string());
        print(&run(&ZeroResource, config, &data, &out, None, &Device::Cpu, &mut ())?);
    }

    // What labels of the target would give.
    let base = config(seed, Variant::CrossWord, true);
    let bound = TrainConfig { seed, model: base.model, training: base.training, ..TrainConfig::default() };
    let labelled = TrainData {
        train: Sample::new(seed)?.labelled(TARGET, Split::Train, SENTENCES),
        dev: data.target.dev.clone(),
        vectors: data.target.vectors.clone(),
        ..TrainData::default()
    };
    let out = folder.path().join("bound");
    train(&bound, labelled, &out, &Device::Cpu, &mut ())?;
    let f1 = evaluate(open(&out, &Device::Cpu)?.as_ref(), &data.target.test)?.overall.f1;
    println!("{:40} {:>8} {:8.2}", format!("trained on labelled {TARGET}"), "", 100.0 * f1);
    Ok(())
}

/// The rows of the paper's tables 3 and 4.
fn variants(seed: u64) -> Vec<ZeroResourceConfig> {
    let random = |mut config: ZeroResourceConfig| {
        config.words.kind = Some(Words::Random);
        config
    };
    vec![
        config(seed, Variant::SourceMono, false),
        config(seed, Variant::SourceMono, true),
        random(config(seed, Variant::SourceMono, true)),
        config(seed, Variant::CrossWord, false),
        config(seed, Variant::CrossWord, true),
        // The sample's languages write their words differently, so characters mislead, and the base has none.
        config(seed, Variant::CrossShared, false),
        config(seed, Variant::CrossAugmented, false),
    ]
}

/// Small sizes and few epochs: the sample is easy.
fn config(seed: u64, variant: Variant, characters: bool) -> ZeroResourceConfig {
    let mut config = ZeroResourceConfig { seed, variant, ..ZeroResourceConfig::default() };
    config.model.characters.enabled = characters;
    (config.model.hidden, config.model.dense) = (50, 50);
    config.training.epochs = 5;
    config.training.evaluate_every = 0;
    config.training.optimiser = Optimiser::Adam { rate: 0.003, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    config.augmented.training = Some(TrainingConfig { epochs: 16, ..config.training.clone() });
    config
}

fn sample(seed: u64) -> Result<ZeroResourceData, Box<dyn Error>> {
    let sample = Sample::new(seed)?;
    let vectors = |language| {
        let vectors = sample.vectors(language);
        Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data)
    };
    Ok(ZeroResourceData {
        source: SourceData {
            train: sample.labelled(SOURCE, Split::Train, SENTENCES),
            dev: sample.labelled(SOURCE, Split::Dev, 300),
            test: Vec::new(),
            vectors: Some(vectors(SOURCE)?),
        },
        target: TargetData {
            unlabelled: sample.unlabelled(TARGET, SENTENCES),
            dev: sample.labelled(TARGET, Split::Dev, 300),
            test: sample.labelled(TARGET, Split::Test, 1000),
            vectors: Some(vectors(TARGET)?),
        },
        ..ZeroResourceData::default()
    })
}

/// A row: the target's test F1 of the weights that are best on source dev, and on target dev.
fn print(report: &TransferReport) {
    let f1 = |chosen: &Option<xner::transfer::report::Selected>| {
        let test = chosen.as_ref().and_then(|chosen| chosen.target_test.as_ref());
        test.map_or(String::new(), |scores| format!("{:.2}", 100.0 * scores.f1))
    };
    println!("{:40} {:>8} {:>8}", report.row, f1(&report.by_source_dev), f1(&report.by_target_dev));
}
