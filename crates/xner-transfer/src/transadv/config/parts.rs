//! The config's sections.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use smart_default::SmartDefault;
use toml::Table;
use xner_corpus::read::ReadOptions;
use xner_tagger::bert::train::encoder_training;
use xner_train::{
    config::{Schedule, TrainingConfig},
    settings::{check, over},
};

use super::super::sets::Set;
use crate::{Error, Result};

/// Text without labels, and text to score on.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetText {
    /// What the language is called. Default `target`.
    #[default = "target"]
    pub language: String,
    /// `D_T^u`: sentences without labels. It is plain text in a file that ends in `.text`, or any other format, whose
    /// labels are not read.
    #[schemars(example = &"raw.text")]
    pub unlabelled: Option<PathBuf>,
    /// Labelled sentences, which only `select = "target-dev"` needs.
    #[schemars(example = &"dev.conll")]
    pub dev: Option<PathBuf>,
    /// Labelled sentences to be scored in the end.
    #[schemars(example = &"test.conll")]
    pub test: Option<PathBuf>,
    /// So many of the unlabelled sentences are used, the same for every seed; by default all.
    #[schemars(example = 4000)]
    pub sentences: Option<usize>,
    /// So many of the development sentences are used; by default all.
    #[schemars(example = 1000)]
    pub dev_sentences: Option<usize>,
    /// How a corpus is read.
    pub read: ReadOptions,
}

/// The discriminators, and the generator that is to deceive them (2.3).
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdversaryConfig {
    /// The generator's first rate. Default 6e-7.
    #[default = 6e-7]
    pub generator_rate: f64,
    /// The discriminators' first rate. Default 5e-3.
    #[default = 5e-3]
    pub discriminator_rate: f64,
    /// Sentences of a batch from each set that a discriminator is shown; 0: as many as of labelled ones. Default 0.
    pub batch: usize,
    /// Whether a word's state is made to have mean 0 and variance 1 before a discriminator sees it. Default false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(example = true)]
    pub normalise: bool,
    /// Steps of the discriminators before each of the generator's, from 1 to 16. Default 1.
    #[default = 1]
    #[serde(skip_serializing_if = "is_one")]
    #[schemars(example = 3)]
    pub steps: usize,
    /// The generator makes no step while the language discriminator's share of right answers, over its last steps, is
    /// below; 0 for none. Default 0.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(example = 0.85)]
    pub threshold: f64,
    /// The language discriminator.
    pub language: LanguageConfig,
    /// The order discriminator.
    pub order: OrderConfig,
}

// Keys that were not there before are written only where they say something, so that older runs can go on.

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// The language discriminator.
#[derive(Debug, Clone, PartialEq, Eq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LanguageConfig {
    /// `d_l`: its hidden units. Default 500.
    #[default = 500]
    pub hidden: usize,
    /// What it is shown for the source language. Default `["source"]`.
    #[default(vec![Set::Source])]
    pub source: Vec<Set>,
    /// What it is shown for the target language, in the same names. Default `["unlabelled"]`.
    #[default(vec![Set::Unlabelled])]
    pub target: Vec<Set>,
}

/// The order discriminator.
#[derive(Debug, Clone, PartialEq, Eq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrderConfig {
    /// `d_o`: its hidden units. Default 256.
    #[default = 256]
    pub hidden: usize,
    /// Whether a sentence is read in both directions, with half of the units each; the paper's numbers of parameters
    /// are those of such a discriminator, its equation 4 is one of one direction. Default false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schemars(example = true)]
    pub both_ways: bool,
    /// What it is shown as ordered. Default `["source", "target"]`.
    #[default(vec![Set::Source, Set::Target])]
    pub ordered: Vec<Set>,
    /// What it is shown as shuffled. Default `["source-shu", "target-shu"]`.
    #[default(vec![Set::SourceShu, Set::TargetShu])]
    pub shuffled: Vec<Set>,
}

impl AdversaryConfig {
    pub(super) fn check(&self) -> Result<()> {
        let rates = [
            ("adversary.generator_rate", self.generator_rate),
            ("adversary.discriminator_rate", self.discriminator_rate),
        ];
        for (key, rate) in rates {
            check::above_zero(key, rate)?;
        }
        let hidden = [
            ("adversary.language.hidden", self.language.hidden),
            ("adversary.order.hidden", self.order.hidden),
        ];
        for (key, hidden) in hidden {
            check::size(key, hidden)?;
        }
        if self.order.both_ways && self.order.hidden % 2 == 1 {
            let message =
                format!("is {}, expected an even number, half for each direction", self.order.hidden);
            return Err(Error::setting("adversary.order.hidden", message));
        }
        let steps = |steps: f64| (1.0..=16.0).contains(&steps);
        check::number("adversary.steps", self.steps as u32, steps, "from 1 to 16")?;
        check::share("adversary.threshold", self.threshold)?;
        let sets = [
            ("adversary.language.source", &self.language.source),
            ("adversary.language.target", &self.language.target),
            ("adversary.order.ordered", &self.order.ordered),
            ("adversary.order.shuffled", &self.order.shuffled),
        ];
        for (key, sets) in sets {
            if sets.is_empty() {
                return Err(Error::setting(key, "is empty, expected at least one set"));
            }
        }
        Ok(())
    }
}

/// The enhanced teachers (2.4), and the teacher of `UniTrans`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TeachersConfig {
    /// Epochs of each; by default those of `[training]`.
    #[schemars(example = 3)]
    pub epochs: Option<usize>,
    /// Their first rate; by default that of `[training]`.
    #[schemars(example = 0.0001)]
    pub rate: Option<f64>,
}

impl TeachersConfig {
    /// How teachers are trained.
    pub(crate) fn training(&self, training: &TrainingConfig) -> TrainingConfig {
        changed(training, self.epochs, self.rate)
    }
}

/// The student (2.4).
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DistillationConfig {
    /// `w_1` to `w_4` of equation 7, the weights of the soft labels of the source model and of the entity, context
    /// and order teachers. They are scaled to a sum of 1 over the models that there are. Default `[0.25, 0.25, 0.25,
    /// 0.25]`.
    #[default([0.25; 4])]
    pub weights: [f32; 4],
    /// Epochs; by default those of `[training]`.
    #[schemars(example = 3)]
    pub epochs: Option<usize>,
    /// The first rate; by default that of `[training]`.
    #[schemars(example = 0.0001)]
    pub rate: Option<f64>,
    /// What the student begins with. Default `source`.
    pub start: StudentStart,
}

/// What a student begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StudentStart {
    /// The pretrained encoder with a new head, as in the paper. A mean squared error leads it first to say "no entity"
    /// everywhere, where the softmax is flat, and it needs some thousands of steps to leave that.
    Pretrained,
    /// The method's source model, which small data get somewhere with.
    #[default]
    Source,
}

impl DistillationConfig {
    /// How the student is trained.
    pub(crate) fn training(&self, training: &TrainingConfig) -> TrainingConfig {
        changed(training, self.epochs, self.rate)
    }

    pub(super) fn check(&self) -> Result<()> {
        let fine = self.weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0);
        if !fine || self.weights[0] <= 0.0 {
            let message = format!(
                "is {:?}, expected finite numbers, 0 or above, the source model's above 0",
                self.weights
            );
            return Err(Error::setting("distillation.weights", message));
        }
        Ok(())
    }
}

/// What `UniTrans` has of its own.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UniTransConfig {
    /// The weight of the loss of hard labels, which are voted, beside that of soft ones. Default 1.
    #[default = 1.0]
    pub hard_weight: f32,
    /// Whose soft labels the student learns. Default `teacher`.
    pub soft: SoftLabels,
    /// How many of the three models settle a word's hard label. Default `two`.
    #[serde(skip_serializing_if = "Votes::are_two")]
    #[schemars(example = &"three")]
    pub votes: Votes,
}

/// How many of `UniTrans`' three models settle a word's hard label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Votes {
    /// At least two that agree.
    #[default]
    Two,
    /// All three, as in its released program.
    Three,
}

impl Votes {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
    fn are_two(&self) -> bool {
        *self == Self::Two
    }
}

/// Whose soft labels `UniTrans`' student learns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SoftLabels {
    /// Those of `Θ_teach`, the last model, as in its paper.
    #[default]
    Teacher,
    /// The mean of those of `Θ_src`, the source model, and `Θ_teach`.
    Both,
}

/// What `AdvPicker` has of its own.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdvPickerConfig {
    /// The share of the unlabelled sentences that is kept: those which the discriminator can tell least. Default 0.8.
    #[default = 0.8]
    pub share: f64,
}

fn changed(training: &TrainingConfig, epochs: Option<usize>, rate: Option<f64>) -> TrainingConfig {
    let mut training = training.clone();
    training.epochs = epochs.unwrap_or(training.epochs);
    training.optimiser = rate.map_or(training.optimiser, |rate| training.optimiser.with_rate(rate));
    training
}

/// The paper's.
pub(super) fn default_training() -> TrainingConfig {
    let training = encoder_training();
    let schedule = Schedule { warmup: 0.05, ..training.schedule };
    TrainingConfig { epochs: 10, schedule, ..training }
}

/// `[training]`: what it leaves out is the paper's, which is not what it would be for another model.
pub(super) fn training<'de, D: Deserializer<'de>>(from: D) -> Result<TrainingConfig, D::Error> {
    over(&default_training(), Table::deserialize(from)?)
}
