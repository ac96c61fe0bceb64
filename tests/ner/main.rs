//! Entities of texts, as a service asks for them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batches;
#[cfg(feature = "built-in")]
mod built_in;
mod faults;
mod hostile;
mod model;
mod places;

use std::sync::OnceLock;

use xner::prelude::*;
use xner::sample::{Language, Sample, Split};
use xner::tagger::config::Optimiser;

/// A small model of the built-in sample, trained once.
fn trained() -> &'static Trained {
    static TRAINED: OnceLock<Trained> = OnceLock::new();
    TRAINED.get_or_init(|| {
        let sample = Sample::new(1).unwrap();
        let vectors = sample.vectors(Language::English);
        let mut config = TrainConfig::default();
        (config.model.hidden, config.model.dense) = (16, 16);
        (config.model.characters.hidden, config.model.characters.embedding) = (8, 8);
        config.training.epochs = 4;
        config.training.optimiser = Optimiser::Adam { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let vectors = Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data).unwrap();
        let sentences = sample.labelled(Language::English, Split::Train, 300);
        Trainer::new(config).sentences(sentences).vectors(vectors).run().unwrap()
    })
}

fn ner() -> Ner {
    Ner::builder().model(&trained().model).unwrap()
}

fn batched() -> Ner {
    Ner::builder().micro_batches(MicroBatches::default().with_threads(2)).model(&trained().model).unwrap()
}

/// Running text of the sample.
fn text(sentences: usize) -> String {
    Sample::new(1).unwrap().text(Language::English, sentences)
}
