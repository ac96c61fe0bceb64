//! TransAdv (Zhao et al. 2022): a row for each stage, and for what it is measured against.
//!
//! On the built-in sample, from English to Spanish, with a small encoder made from nothing, in under three minutes:
//!
//! `cargo run --release --example transadv` (`-- --seed 2` for another sample)
//!
//! On your own data and encoder, the run that the config names (`xner transfer transadv --print-config` prints one):
//!
//! `cargo run --release --example transadv -- --config en-es.toml --out runs/en-es`

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use xner::embed::translate::DictionaryTranslator;
use xner::prelude::*;
use xner::sample::{Language, Sample, Split};
use xner::tagger::bert::RandomEncoder;
use xner::tagger::bert::train::{BertSettings, BertTrainConfig};
use xner::tagger::config::{Optimiser, TrainingConfig};
use xner::transfer::report::{Selected, TransferReport};
use xner::transfer::transadv::data::{DataConfig, create};
use xner::transfer::transadv::{Method, TransAdvConfig, TransAdvCorpora, export};
use xner::transfer::{Strategy, run};

const SOURCE: Language = Language::English;
const TARGET: Language = Language::Spanish;
/// Labelled sentences of the source, and as many unlabelled ones of the target.
const SENTENCES: usize = 1500;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => on_the_sample(1),
        ["--seed", seed] => on_the_sample(seed.parse()?),
        ["--config", config, "--out", out] => {
            let config = TransAdvConfig::read(Path::new(config))?;
            let corpora = Method::TransAdv.read(&config)?;
            let report =
                run(&Method::TransAdv, &config, &corpora, Path::new(out), None, &Device::Cpu, &mut ())?;
            print(&report.row, f1(&report));
            Ok(())
        }
        _ => Err("expected no arguments, or: --seed N, or: --config FILE --out DIR".into()),
    }
}

fn on_the_sample(seed: u64) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let sample = Sample::new(seed)?;
    let corpora = corpora(&sample)?;
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);

    // The encoder's vocabulary is the words of both languages' training text: only what a run may see.
    let made = corpora.made.iter().flat_map(|made| &made.target);
    let labelled = corpora.train.iter().chain(made).map(|labelled| &labelled.sentence);
    let words = labelled.chain(&corpora.unlabelled).flat_map(Sentence::tokens);
    RandomEncoder { seed, ..RandomEncoder::default() }.write(words, &at("encoder"))?;
    let config = config(seed, at("encoder"));

    println!("{SOURCE} to {TARGET} on the built-in sample, entity F1 on {TARGET}'s whole test set:");
    let baseline = |method: Method| -> Result<(), Box<dyn Error>> {
        let (out, cache) = (at(method.name()), at("phases"));
        let report = run(&method, &config, &corpora, &out, Some(&cache), &Device::Cpu, &mut ())?;
        print(&report.row, f1(&report));
        Ok(())
    };
    baseline(Method::MbertFt)?;
    baseline(Method::Tsl)?;

    let mut phases: Vec<(String, PathBuf)> = Vec::new();
    let mut observer = |event: &Event<'_>| {
        if let What::End { folder: Some(folder), .. } = event.what {
            phases.push((event.phase.to_owned(), folder.to_path_buf()));
        }
        Flow::Continue
    };
    let (out, cache) = (at("transadv"), at("phases"));
    let report = run(&Method::TransAdv, &config, &corpora, &out, Some(&cache), &Device::Cpu, &mut observer)?;
    // The last phase is the student, whose scores are in the report.
    for (name, phase) in phases.iter().filter(|(name, _)| name != "student") {
        let model = at(&format!("stage-{name}"));
        export(&config, &corpora, phase, &model, &Device::Cpu)?;
        let scores = evaluate(open(&model, &Device::Cpu)?.as_ref(), &corpora.target_test)?;
        print(&format!("  TransAdv, {name} model"), Some(scores.overall.f1));
    }
    print(&report.row, f1(&report));

    // What labels of the target would give.
    let bound =
        BertTrainConfig { seed, bert: config.bert, training: config.training, ..BertTrainConfig::default() };
    let labelled = TrainData {
        train: sample.labelled(TARGET, Split::Train, SENTENCES),
        dev: corpora.target_dev,
        ..TrainData::default()
    };
    xner::tagger::bert::train::train(&bound, &labelled, &at("bound"), &Device::Cpu, &mut ())?;
    let scores = evaluate(open(&at("bound"), &Device::Cpu)?.as_ref(), &corpora.target_test)?;
    print(&format!("trained on labelled {TARGET}"), Some(scores.overall.f1));
    println!("{:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn corpora(sample: &Sample) -> Result<TransAdvCorpora, Box<dyn Error>> {
    let train = sample.labelled(SOURCE, Split::Train, SENTENCES);
    let translator = DictionaryTranslator::new(Dictionary::from_pairs(sample.dictionary(SOURCE, TARGET))?);
    let made = create(&train, &translator, &DataConfig::default(), 1)?;
    Ok(TransAdvCorpora {
        train,
        dev: sample.labelled(SOURCE, Split::Dev, 300),
        unlabelled: sample.unlabelled(TARGET, SENTENCES),
        target_dev: sample.labelled(TARGET, Split::Dev, 300),
        target_test: sample.labelled(TARGET, Split::Test, 1000),
        made: Some(made),
        ..TransAdvCorpora::default()
    })
}

/// Nothing is frozen, since nothing is known yet, and rates are higher than for a pretrained encoder.
fn config(seed: u64, encoder: PathBuf) -> TransAdvConfig {
    let mut config = TransAdvConfig { seed, ..TransAdvConfig::default() };
    config.bert = BertSettings {
        encoder: Some(encoder),
        freeze_embeddings: false,
        freeze_layers: 0,
        ..BertSettings::default()
    };
    let optimiser =
        Optimiser::AdamW { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
    config.training = TrainingConfig { epochs: 10, batch: 16, optimiser, ..config.training };
    config.adversary.generator_rate = 1e-5;
    config.adversary.discriminator_rate = 1e-3;
    config.adversary.batch = 8;
    (config.adversary.language.hidden, config.adversary.order.hidden) = (100, 50);
    config.teachers.epochs = Some(5);
    config
}

/// The target's test F1 of the weights that are best on source dev.
fn f1(report: &TransferReport) -> Option<f64> {
    let chosen: &Selected = report.by_source_dev.as_ref()?;
    Some(chosen.target_test.as_ref()?.f1)
}

fn print(row: &str, f1: Option<f64>) {
    println!("{row:40} {:8.2}", 100.0 * f1.unwrap_or(f64::NAN));
}
