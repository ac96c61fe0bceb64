//! A small run on the built-in sample.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use xner_embed::Vectors;
use xner_embed::map::Method;
use xner_sample::{Language, Sample, Split};
use xner_train::config::Optimiser;
use xner_transfer::zero_resource::{SourceData, TargetData, Variant, ZeroResourceConfig, ZeroResourceData};

pub const SOURCE: Language = Language::English;
pub const TARGET: Language = Language::Spanish;

pub fn vectors(sample: &Sample, language: Language) -> Vectors {
    let vectors = sample.vectors(language);
    Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data).unwrap()
}

/// `sentences` of training text, and a third of them of every other.
pub fn data(seed: u64, sentences: usize) -> ZeroResourceData {
    let sample = Sample::new(seed).unwrap();
    let labelled = |language, split| sample.labelled(language, split, sentences / 3);
    ZeroResourceData {
        source: SourceData {
            train: sample.labelled(SOURCE, Split::Train, sentences),
            dev: labelled(SOURCE, Split::Dev),
            test: labelled(SOURCE, Split::Test),
            vectors: Some(vectors(&sample, SOURCE)),
        },
        target: TargetData {
            unlabelled: sample.unlabelled(TARGET, sentences),
            dev: labelled(TARGET, Split::Dev),
            test: labelled(TARGET, Split::Test),
            vectors: Some(vectors(&sample, TARGET)),
        },
        ..ZeroResourceData::default()
    }
}

/// A quick run: a mapping by identical words, small sizes, one epoch.
pub fn config(variant: Variant) -> ZeroResourceConfig {
    let mut config = ZeroResourceConfig { seed: 3, variant, ..ZeroResourceConfig::default() };
    config.mapping.method = Method::Identical;
    config.mapping.settings =
        toml::from_str("finish = {}\nrefinement = { kind = \"procrustes\", iterations = 2 }").unwrap();
    (config.model.hidden, config.model.dense) = (12, 10);
    (config.model.characters.hidden, config.model.characters.embedding) = (5, 6);
    config.training.epochs = 1;
    config.training.evaluate_every = 4;
    config.training.optimiser = Optimiser::Adam { rate: 0.005, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    config.augmented.redraw_every = Some(3);
    config
}

/// The bytes of all files below a folder.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The same files with the same bytes.
pub fn same(one: &BTreeMap<String, Vec<u8>>, two: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in one {
        assert!(bytes == &two[name], "{name}");
    }
}
