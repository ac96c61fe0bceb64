//! How a model is trained.

#[cfg(feature = "train")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;

use super::optimiser::Optimiser;
use crate::Result;
use crate::settings::check::{above_zero, count, not_negative, positive, share};

/// The loop over the training sentences.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TrainingConfig {
    /// Times over the training sentences, or more where `least_steps` says so. Default 30.
    #[default = 30]
    pub epochs: usize,
    /// So many steps at least: sentences that are few are gone over more often than `epochs` says, so often that there
    /// are as many. They are evaluated on as often even so. Default 0.
    #[serde(skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "train", schemars(example = 400))]
    pub least_steps: usize,
    /// Sentences in a batch. Default 16.
    #[default = 16]
    pub batch: usize,
    /// Sentences of more tokens are left out of training; tagging has no limit. Default 250.
    #[default = 250]
    pub longest: usize,
    /// Batches between two evaluations on the development data; 0: at the end of each epoch. The end of training is
    /// always evaluated. Default 150.
    #[default = 150]
    pub evaluate_every: usize,
    /// Batches between two checkpoints, beside the one that follows each evaluation; 0: none beside. Default 0.
    pub checkpoint_every: usize,
    /// Training stops after so many evaluations in a row without a better F1; 0: never. Default 0.
    pub patience: usize,
    /// Whether the weights that a phase begins with may be chosen as its best, where they were trained before: those
    /// of a teacher, or of a base model. They are scored in any case. Default true.
    #[default = true]
    pub choose_start: bool,
    /// What a batch's loss is the mean over; for an encoder it must be `token`. Default `sentence`.
    pub mean: LossMean,
    /// The longest gradient, by the norm over all weights together; 0: any. Default 5.
    #[default = 5.0]
    pub clip: f64,
    /// How slowly a moving average of the weights follows them, a share for each step; 0: there is none. Where there is
    /// one, its weights are scored and saved in the place of the last step's. Default 0.
    #[serde(skip_serializing_if = "is_none")]
    #[cfg_attr(feature = "train", schemars(example = 0.99))]
    pub average: f64,
    /// The rule by which a gradient changes the weights. Default `{ kind = "sgd", rate = 0.1 }`.
    pub optimiser: Optimiser,
    /// How the learning rate changes.
    pub schedule: Schedule,
}

// Where it is 0 a config is as it was before there was such a key, and its runs go on.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_none(share: &f64) -> bool {
    *share == 0.0
}

/// What a batch's loss is the mean over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LossMean {
    /// The sentences: long ones weigh more.
    #[default]
    Sentence,
    /// The tokens.
    Token,
}

/// How the learning rate changes.
#[derive(Debug, Clone, Copy, PartialEq, SmartDefault, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// How the rate falls. Default `inverse`.
    pub kind: Fall,
    /// `inverse`: how fast the rate falls. Default 0.01.
    #[default = 0.01]
    pub decay: f64,
    /// `inverse`: the lowest rate. Default 1e-4.
    #[default = 1e-4]
    pub floor: f64,
    /// The share of all steps in which the rate rises from 0 to the first rate. Default 0.
    pub warmup: f64,
}

/// How a learning rate falls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Fall {
    /// In epoch `e` (from 0) it is `max(rate / (1 + decay * e), floor)` (Bari et al. 2020).
    #[default]
    Inverse,
    /// Step by step, in a straight line to 0 behind the last step, as BERT is fine-tuned.
    Linear,
}

impl Schedule {
    /// The learning rate of step `step` (from 0, of `steps` in all) in `epoch` (from 0) for the first learning rate
    /// `rate`; never above `rate`.
    pub fn rate(&self, rate: f64, epoch: usize, step: usize, steps: usize) -> f64 {
        let warmup = (self.warmup * steps as f64).ceil() as usize;
        if step < warmup {
            return rate * step as f64 / warmup as f64;
        }
        match self.kind {
            Fall::Inverse => (rate / (1.0 + self.decay * epoch as f64)).max(self.floor.min(rate)),
            Fall::Linear => {
                rate * steps.saturating_sub(step) as f64 / steps.saturating_sub(warmup).max(1) as f64
            }
        }
    }
}

impl TrainingConfig {
    /// Times over so many sentences: `epochs`, or more where that makes fewer than `least_steps` steps.
    pub fn epochs_of(&self, sentences: usize) -> usize {
        self.epochs.max(self.least_steps.div_ceil(self.steps_of(sentences).max(1)))
    }

    /// The steps of an epoch of so many sentences.
    pub fn steps_of(&self, sentences: usize) -> usize {
        sentences.div_ceil(self.batch)
    }

    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for the first value out of range.
    pub fn check(&self) -> Result<()> {
        positive("training.epochs", self.epochs)?;
        count("training.least_steps", self.least_steps)?;
        positive("training.batch", self.batch)?;
        positive("training.longest", self.longest)?;
        count("training.evaluate_every", self.evaluate_every)?;
        count("training.checkpoint_every", self.checkpoint_every)?;
        count("training.patience", self.patience)?;
        share("training.average", self.average)?;
        not_negative("training.clip", self.clip)?;
        not_negative("training.schedule.decay", self.schedule.decay)?;
        not_negative("training.schedule.floor", self.schedule.floor)?;
        share("training.schedule.warmup", self.schedule.warmup)?;
        above_zero("training.optimiser.rate", self.optimiser.rate())?;
        match self.optimiser {
            Optimiser::Sgd { .. } => Ok(()),
            Optimiser::Adam { beta1, beta2, epsilon, .. } => adam(beta1, beta2, epsilon),
            Optimiser::AdamW { beta1, beta2, epsilon, weight_decay, .. } => {
                not_negative("training.optimiser.weight_decay", weight_decay)?;
                adam(beta1, beta2, epsilon)
            }
        }
    }
}

fn adam(beta1: f64, beta2: f64, epsilon: f64) -> Result<()> {
    above_zero("training.optimiser.epsilon", epsilon)?;
    share("training.optimiser.beta1", beta1)?;
    share("training.optimiser.beta2", beta2)
}
