//! A tiny corpus and quick settings that the tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use xner_corpus::{Entity, Labelled, Sentence};
use xner_tagger::TrainData;
use xner_tagger::config::TrainConfig;
use xner_train::config::Optimiser;
use xner_train::{Device, TrainReport};

/// A sentence from words; `Word/TYPE` is an entity of one token, `Word/TYPE+` goes on with the next word.
pub(crate) fn labelled(text: &str) -> Labelled {
    let mut sentence = Sentence::default();
    let mut entities: Vec<Entity> = Vec::new();
    let mut open = false;
    for (at, word) in text.split(' ').enumerate() {
        let (token, kind) = word.split_once('/').map_or((word, None), |(token, kind)| (token, Some(kind)));
        sentence.push(token);
        if let Some(kind) = kind {
            let name = kind.trim_end_matches('+');
            match entities.last_mut() {
                Some(last) if open => last.tokens.end = at + 1,
                _ => entities.push(Entity::new(at..at + 1, name)),
            }
        }
        open = kind.is_some_and(|kind| kind.ends_with('+'));
    }
    Labelled { sentence, entities }
}

/// A dozen sentences with three types.
pub(crate) fn corpus() -> Vec<Labelled> {
    [
        "Mira/PER+ Sol/PER met Otto/PER in Lund/LOC",
        "the river Ems/LOC flows past Rheine/LOC",
        "Acme/ORG+ Corp/ORG hired Ida/PER",
        "he sleeps",
        "Ida/PER+ van/PER+ Dam/PER left Acme/ORG+ Corp/ORG",
        "rain fell on Lund/LOC and on Oslo/LOC",
        "Otto/PER",
        "a quiet day , said Nora/PER .",
        "Globex/ORG opened in Oslo/LOC",
        "Mira/PER works for Globex/ORG",
        "no news today",
        "Nora/PER+ Sol/PER sued Acme/ORG+ Corp/ORG in Rheine/LOC",
    ]
    .map(labelled)
    .to_vec()
}

/// Settings that learn [`corpus`] by heart in a second or two.
pub(crate) fn config() -> TrainConfig {
    let mut config = TrainConfig::default();
    config.vectors.random = 16;
    config.vectors.unknown = 0.1;
    config.model.hidden = 16;
    config.model.dense = 16;
    config.model.dropout = 0.1;
    config.model.characters.embedding = 8;
    config.model.characters.hidden = 8;
    config.training.epochs = 30;
    config.training.batch = 4;
    config.training.evaluate_every = 10;
    config.training.optimiser = Optimiser::Adam { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    config
}

pub(crate) fn data() -> TrainData {
    TrainData { train: corpus(), dev: corpus(), ..TrainData::default() }
}

pub(crate) fn train(config: &TrainConfig, out: &Path) -> TrainReport {
    xner_tagger::train(config, data(), out, &Device::Cpu, &mut ()).unwrap()
}
