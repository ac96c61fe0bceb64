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

/// `[training.schedule]`: the learning rate of epoch `e` (from 0) is `max(rate / (1 + decay * e), floor)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedule {
    /// How fast the rate falls. Default 0.01.
    pub decay: f64,
    /// The lowest rate. Default 1e-4.
    pub floor: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { decay: 0.01, floor: 1e-4 }
    }
}

impl Schedule {
    /// The learning rate of `epoch` (from 0) for the first learning rate `rate`; never above `rate`.
    pub fn rate(&self, rate: f64, epoch: usize) -> f64 {
        (rate / (1.0 + self.decay * epoch as f64)).max(self.floor.min(rate))
    }
}

impl TrainingConfig {
    pub(super) fn check(&self) -> Result<()> {
        positive("training.epochs", self.epochs)?;
        positive("training.batch", self.batch)?;
        positive("training.longest", self.longest)?;
        not_negative("training.clip", self.clip)?;
        not_negative("training.schedule.decay", self.schedule.decay)?;
        not_negative("training.schedule.floor", self.schedule.floor)?;
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
