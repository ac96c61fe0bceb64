//! What a tagger learns, and that it learns the same twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use std::fs;

use common::{config, corpus, train};
use xner_corpus::Scheme;
use xner_tagger::{evaluate, open};
use xner_train::Device;
use xner_train::config::Optimiser;

#[test]
fn a_tiny_corpus_is_learnt_by_heart() {
    let folder = tempfile::tempdir().unwrap();
    let report = train(&config(), folder.path());
    let best = report.best.unwrap();
    assert_eq!(best.f1, 1.0, "{:?}", report.history);
    let tagger = open(folder.path(), &Device::Cpu).unwrap();
    let scores = evaluate(tagger.as_ref(), &corpus()).unwrap();
    assert_eq!(scores.overall.f1, 1.0);
}

#[test]
fn every_switch_learns() {
    let mut variants = vec![];
    for scheme in [Scheme::Iob1, Scheme::Iob2, Scheme::Iobes] {
        let mut variant = config();
        variant.model.scheme = scheme;
        variants.push(variant);
    }
    let mut variant = config();
    variant.model.characters.enabled = false;
    variants.push(variant);
    let mut variant = config();
    variant.model.tied = true;
    variant.model.dropout_states = 0.1;
    variants.push(variant);
    let mut variant = config();
    variant.model.attention = true;
    variant.model.dropout_attention = 0.1;
    variants.push(variant);
    let mut variant = config();
    variant.training.optimiser =
        Optimiser::AdamW { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
    variants.push(variant);
    let mut variant = config();
    variant.training.optimiser = Optimiser::Sgd { rate: 0.3 };
    variant.training.epochs = 60;
    variants.push(variant);
    for variant in variants {
        let folder = tempfile::tempdir().unwrap();
        let report = train(&variant, folder.path());
        let best = report.best.unwrap();
        assert!(best.f1 > 0.9, "{variant:?}: {best:?}");
        // What is saved and opened tags as what was trained.
        let tagger = open(folder.path(), &Device::Cpu).unwrap();
        assert_eq!(evaluate(tagger.as_ref(), &corpus()).unwrap().overall.f1, best.f1, "{variant:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, second, other) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut settings = config();
    settings.training.epochs = 4;
    train(&settings, first.path());
    train(&settings, second.path());
    for name in ["model.safetensors", "config.json", "words.txt", "characters.txt", "train-report.json"] {
        let read = |folder: &tempfile::TempDir| fs::read(folder.path().join(name)).unwrap();
        assert_eq!(read(&first), read(&second), "{name}");
    }
    settings.seed += 1;
    train(&settings, other.path());
    let read = |folder: &tempfile::TempDir| fs::read(folder.path().join("model.safetensors")).unwrap();
    assert_ne!(read(&first), read(&other));
}
