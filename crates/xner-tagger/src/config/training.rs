//! How a model is trained.

use serde::{Deserialize, Serialize};

use super::check::{above_zero, not_negative, positive};
use super::optimiser::Optimiser;
use crate::{Error, Result};

/// `[training]`: the loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingConfig {
    /// Times over the training sentences. Default 30.
    pub epochs: usize,
    /// Sentences in a batch. Default 16.
    pub batch: usize,
    /// Longer sentences (in tokens) are left out of training; tagging has no limit. Default 250.
    pub longest: usize,
    /// Batches between two evaluations on the development data; 0: at the end of each epoch. The end of
    /// training is always evaluated. Default 150.
    pub evaluate_every: usize,
    /// Batches between two checkpoints, beside the one that follows each evaluation; 0: none beside.
    /// Default 0.
    pub checkpoint_every: usize,
    /// Stop after so many evaluations in a row without a better F1; 0: never. Default 0.
    pub patience: usize,
    /// What a batch's loss is the mean over: `sentence` (default) or `token`.
    pub mean: LossMean,
    /// Longest gradient, by the norm over all weights together; 0: any. Default 5.
    pub clip: f64,
    /// The optimiser and its first learning rate. Default `{ kind = "sgd", rate = 0.1 }`.
    pub optimiser: Optimiser,
    /// How the learning rate falls.
    pub schedule: Schedule,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        Self {
            epochs: 30,
            batch: 16,
            longest: 250,
            evaluate_every: 150,
            checkpoint_every: 0,
            patience: 0,
            mean: LossMean::Sentence,
            clip: 5.0,
            optimiser: Optimiser::default(),
            schedule: Schedule::default(),
        }
    }
}

/// What a batch's loss is the mean over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossMean {
    /// The sentences: long ones weigh more.
    Sentence,
    /// The tokens.
    Token,
}

/// `[training.schedule]`: how the learning rate changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// How the rate falls: `inverse` (default) or `linear`.
    pub kind: Fall,
    /// `inverse`: how fast the rate falls. Default 0.01.
    pub decay: f64,
    /// `inverse`: the lowest rate. Default 1e-4.
    pub floor: f64,
    /// The share of all steps in which the rate rises from 0 to the first rate. Default 0.
    pub warmup: f64,
}

/// How a learning rate falls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fall {
    /// In epoch `e` (from 0) it is `max(rate / (1 + decay * e), floor)` (Bari et al. 2020).
    #[default]
    Inverse,
    /// Step by step in a straight line to 0 behind the last step, as BERT is fine-tuned.
    Linear,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { kind: Fall::Inverse, decay: 0.01, floor: 1e-4, warmup: 0.0 }
    }
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
    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first value out of range.
    pub fn check(&self) -> Result<()> {
        positive("training.epochs", self.epochs)?;
        positive("training.batch", self.batch)?;
        positive("training.longest", self.longest)?;
        not_negative("training.clip", self.clip)?;
        not_negative("training.schedule.decay", self.schedule.decay)?;
        not_negative("training.schedule.floor", self.schedule.floor)?;
        if !(0.0..1.0).contains(&self.schedule.warmup) {
            let message = format!("is {}, expected at least 0 and below 1", self.schedule.warmup);
            return Err(Error::setting("training.schedule.warmup", message));
        }
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
    for (key, value) in [("training.optimiser.beta1", beta1), ("training.optimiser.beta2", beta2)] {
        if !(0.0..1.0).contains(&value) {
            return Err(Error::setting(key, format!("is {value}, expected at least 0 and below 1")));
        }
    }
    Ok(())
}
