//! The settings of low resource, read from TOML.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use smart_default::SmartDefault;
use toml::Table;
use xner_corpus::Labelled;
use xner_corpus::read::ReadOptions;
use xner_tagger::bert::train::{BertSettings, check_training, encoder_training};
use xner_train::{
    Settings,
    config::{Fall, Optimiser, Schedule, TrainingConfig},
    settings::{check, over},
};

use super::super::config::Decoding;
use super::super::corpora::MetaCorpora;
use crate::text::{labelled, limited};
use crate::{Error, Result};

/// All settings: which text, how much of it, how models are tuned on it.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LowResourceConfig {
    /// Decides order and dropout. Default 1.
    #[default = 1]
    pub seed: u64,
    /// What the language is called. Default `target`.
    #[default = "target"]
    pub language: String,
    /// Labelled sentences, of which parts are drawn. This key must be given.
    #[schemars(example = &"train.conll")]
    pub train: Option<PathBuf>,
    /// Labelled sentences to score on. This key must be given.
    #[schemars(example = &"test.conll")]
    pub test: Option<PathBuf>,
    /// So many of the test sentences are scored, always the same; by default all.
    #[schemars(example = 500)]
    pub test_sentences: Option<usize>,
    /// Entities of these types count as none.
    pub drop_types: Vec<String>,
    /// How tags are chosen in scoring. Default `viterbi`.
    #[default(Decoding::Viterbi)]
    pub decode: Decoding,
    /// Which shares of the sentences are drawn; a larger share holds every smaller one of its draw. Default
    /// `[0.01, 0.02, 0.05]`.
    #[default(vec![0.01, 0.02, 0.05])]
    pub shares: Vec<f64>,
    /// The seeds of the draws. Default `[1, 2, 3]`.
    #[default(vec![1, 2, 3])]
    pub draws: Vec<u64>,
    /// How a corpus is read.
    pub read: ReadOptions,
    /// What of a model is tuned.
    pub bert: TunedParts,
    /// How models are tuned. Nothing is evaluated on the way, so `evaluate_every` and `patience` have no effect: the
    /// last weights count.
    ///
    /// By default there are 10 epochs with Adam at 1e-5 throughout.
    #[default(default_training())]
    #[serde(deserialize_with = "training")]
    pub training: TrainingConfig,
}

/// What of a model is tuned. Its head, its tags and its windows are its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TunedParts {
    /// Whether the embeddings stay as they are. Default true.
    pub freeze_embeddings: bool,
    /// So many layers, from the bottom, stay as they are. Default 3.
    pub freeze_layers: usize,
    /// Dropout before the head; by default what the model's config says.
    #[schemars(example = 0.1)]
    pub dropout: Option<f64>,
    /// Subwords that are worked on at once. A batch of more is worked on in parts, whose gradients are added up.
    /// Default 4096.
    pub at_once: usize,
}

impl Default for TunedParts {
    fn default() -> Self {
        let BertSettings { freeze_embeddings, freeze_layers, dropout, at_once, .. } = BertSettings::default();
        Self { freeze_embeddings, freeze_layers, dropout, at_once }
    }
}

impl TunedParts {
    pub(super) fn settings(&self) -> BertSettings {
        let &Self { freeze_embeddings, freeze_layers, dropout, at_once } = self;
        BertSettings { freeze_embeddings, freeze_layers, dropout, at_once, ..BertSettings::default() }
    }
}

fn default_training() -> TrainingConfig {
    let training = encoder_training();
    // The authors' program leaves the rate as it is.
    let schedule = Schedule { kind: Fall::Inverse, decay: 0.0, floor: 0.0, warmup: 0.0 };
    let optimiser = Optimiser::Adam { rate: 1e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    TrainingConfig { epochs: 10, optimiser, schedule, ..training }
}

fn training<'de, D: Deserializer<'de>>(from: D) -> Result<TrainingConfig, D::Error> {
    over(&default_training(), Table::deserialize(from)?)
}

impl Settings for LowResourceConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        vec![&mut self.train, &mut self.test]
    }

    fn check(&self) -> Result<()> {
        check_training(&self.training)?;
        self.bert.settings().check()?;
        if self.shares.is_empty() {
            return Err(Error::setting("shares", "is empty, expected at least one share"));
        }
        if let Some(share) = self.shares.iter().find(|share| !(**share > 0.0 && **share <= 1.0)) {
            let message = format!("has {share}, expected shares above 0 and at most 1");
            return Err(Error::setting("shares", message));
        }
        check::positive_if_given("test_sentences", self.test_sentences)?;
        if self.draws.is_empty() {
            return Err(Error::setting("draws", "is empty, expected at least one seed"));
        }
        // What is there twice would count twice in the means.
        if let Some(share) = twice(&self.shares) {
            return Err(Error::setting("shares", format!("has {share} twice, expected different ones")));
        }
        if let Some(draw) = twice(&self.draws) {
            return Err(Error::setting("draws", format!("has {draw} twice, expected different seeds")));
        }
        Ok(())
    }
}

impl LowResourceConfig {
    /// Reads the sentences to draw from, and those to score on.
    ///
    /// # Errors
    /// [`Error::Setting`] for a file that is not named; faults of the files, with their lines.
    pub fn corpora(&self) -> Result<[Vec<Labelled>; 2]> {
        let train = limited(labelled("train", self.train.as_ref(), &self.read)?, None);
        let target_test = labelled("test", self.test.as_ref(), &self.read)?;
        let target_test = limited(target_test, self.test_sentences);
        let own = MetaCorpora { train, target_test, ..MetaCorpora::default() }.without(&self.drop_types);
        Ok([own.train, own.target_test])
    }
}

/// The first value that was there before.
fn twice<T: PartialEq>(values: &[T]) -> Option<&T> {
    values.iter().enumerate().find_map(|(at, value)| values[..at].contains(value).then_some(value))
}
