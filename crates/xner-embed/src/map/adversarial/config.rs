//! How an adversarial mapping is trained.

use serde::{Deserialize, Serialize};

use crate::check::{at_least_one, number};
use crate::{Error, Result};

/// Settings of adversarial training; the defaults are those that MUSE publishes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AdversarialConfig {
    /// Hidden layers of the discriminator. Default 2.
    pub layers: usize,
    /// Units of each hidden layer. Default 2048.
    pub hidden: usize,
    /// Slope of the leaky rectifier below 0. Default 0.2.
    pub leak: f32,
    /// The share of the discriminator's inputs that is dropped while it trains. Default 0.1.
    pub input_dropout: f32,
    /// The share of its hidden units that is dropped while it trains. Default 0.
    pub hidden_dropout: f32,
    /// Labels are this far from 0 and 1. Default 0.1.
    pub smoothing: f32,
    /// Steps of the discriminator for each step of the mapping. Default 5.
    pub discriminator_steps: usize,
    /// Words are drawn from so many of the most frequent of each language, or from all where there are fewer.
    /// Default 75,000.
    pub most_frequent: usize,
    /// Words of each language in a batch. Default 32.
    pub batch: usize,
    /// How many epochs there are. Default 5.
    pub epochs: usize,
    /// Words of each language that the mapping's steps of an epoch see: there are `epoch_size / batch` steps, rounded
    /// up, each with its discriminator steps. Default 1,000,000.
    pub epoch_size: usize,
    /// First learning rate of the mapping. Default 0.1.
    pub mapping_rate: f64,
    /// Learning rate of the discriminator, which stays as it is. Default 0.1.
    pub discriminator_rate: f64,
    /// What the mapping's rate is multiplied by after each epoch. Default 0.98.
    pub decay: f64,
    /// What it is multiplied by too after an epoch whose criterion is below the best, from the second such epoch on.
    /// Default 0.5.
    pub shrink: f64,
    /// The decay stops here, and training ends when the rate falls below. Default 1e-6.
    pub smallest_rate: f64,
    /// Weight of the mapping's loss. Default 1.
    pub weight: f64,
    /// `b` in `W <- (1 + b) W - b W W^T W`, which follows each step of the mapping; 0 leaves it out. Default 0.001.
    pub orthogonality: f64,
}

impl Default for AdversarialConfig {
    fn default() -> Self {
        Self {
            layers: 2,
            hidden: 2048,
            leak: 0.2,
            input_dropout: 0.1,
            hidden_dropout: 0.0,
            smoothing: 0.1,
            discriminator_steps: 5,
            most_frequent: 75_000,
            batch: 32,
            epochs: 5,
            epoch_size: 1_000_000,
            mapping_rate: 0.1,
            discriminator_rate: 0.1,
            decay: 0.98,
            shrink: 0.5,
            smallest_rate: 1e-6,
            weight: 1.0,
            orthogonality: 0.001,
        }
    }
}

/// Settings that were found to be in range.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedAdversarial(AdversarialConfig);

impl std::ops::Deref for CheckedAdversarial {
    type Target = AdversarialConfig;

    fn deref(&self) -> &AdversarialConfig {
        &self.0
    }
}

/// More units, rows or layers than this are taken for a slip: the weights alone would fill the machine.
const MOST_UNITS: usize = 1 << 16;
/// The numbers of a discriminator at most: 4 GB.
const MOST_NUMBERS: f64 = 1e9;

impl AdversarialConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::Config`] names the key that is out of range, and the range.
    pub fn check(self) -> Result<CheckedAdversarial> {
        for (key, value, low, high) in [
            ("layers", self.layers, 1, 16),
            ("hidden", self.hidden, 1, MOST_UNITS),
            ("batch", self.batch, 1, MOST_UNITS),
            ("discriminator_steps", self.discriminator_steps, 0, 1000),
        ] {
            if !(low..=high).contains(&value) {
                let message = format!("is {value}, expected {low} to {high}");
                return Err(Error::config(format!("adversarial.{key}"), message));
            }
        }
        let numbers = (self.layers - 1) as f64 * (self.hidden * self.hidden) as f64;
        if numbers > MOST_NUMBERS {
            let message = format!(
                "is {}: {} layers of that have {numbers:.0} numbers, expected at most {MOST_NUMBERS:.0}",
                self.hidden, self.layers
            );
            return Err(Error::config("adversarial.hidden", message));
        }
        at_least_one("adversarial.most_frequent", self.most_frequent)?;
        at_least_one("adversarial.epochs", self.epochs)?;
        at_least_one("adversarial.epoch_size", self.epoch_size)?;
        let (share, range) = (|value| (0.0..1.0).contains(&value), "at least 0 and below 1");
        number("adversarial.leak", self.leak, share, range)?;
        number("adversarial.input_dropout", self.input_dropout, share, range)?;
        number("adversarial.hidden_dropout", self.hidden_dropout, share, range)?;
        number("adversarial.orthogonality", self.orthogonality, share, range)?;
        number("adversarial.smoothing", self.smoothing, |value| (0.0..0.5).contains(&value), "in 0..0.5")?;
        let (positive, range) = (|value| value > 0.0, "a finite number above 0");
        number("adversarial.mapping_rate", self.mapping_rate, positive, range)?;
        number("adversarial.discriminator_rate", self.discriminator_rate, positive, range)?;
        number("adversarial.weight", self.weight, positive, range)?;
        let (factor, range) = (|value| value > 0.0 && value <= 1.0, "above 0 and at most 1");
        number("adversarial.decay", self.decay, factor, range)?;
        number("adversarial.shrink", self.shrink, factor, range)?;
        let range = "a finite number, 0 or above";
        number("adversarial.smallest_rate", self.smallest_rate, |value| value >= 0.0, range)?;
        Ok(CheckedAdversarial(self))
    }

    /// Mapping steps in an epoch.
    pub fn steps(&self) -> usize {
        self.epoch_size.div_ceil(self.batch.max(1))
    }
}
