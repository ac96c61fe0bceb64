//! Making sure of a config before anything is computed.

use std::ops::Deref;

use super::{
    Finish, Induction, Initialiser, MapConfig, ProcrustesConfig, RcslsConfig, Refinement, SelfLearningConfig,
};
use crate::check::{at_least_one, number};
use crate::{Error, Result};

/// A config whose every value is in range: only [`MapConfig::check`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedConfig(MapConfig);

impl Deref for CheckedConfig {
    type Target = MapConfig;

    fn deref(&self) -> &MapConfig {
        &self.0
    }
}

impl CheckedConfig {
    /// The config.
    pub fn into_inner(self) -> MapConfig {
        self.0
    }
}

impl MapConfig {
    /// Checks every value.
    ///
    /// # Errors
    /// [`Error::Config`] names the first key out of its range, and the range.
    pub fn check(self) -> Result<CheckedConfig> {
        at_least_one("limit", self.limit)?;
        at_least_one("criterion.words", self.criterion.words)?;
        at_least_one("criterion.neighbours", self.criterion.neighbours)?;
        at_least_one("restarts", self.restarts)?;
        match &self.initialiser {
            #[cfg(feature = "adversarial")]
            Initialiser::Adversarial(config) => {
                config.clone().check()?;
            }
            Initialiser::SimilarityDistribution(config) => {
                at_least_one("initialiser.words", config.words)?;
                at_least_one("initialiser.neighbours", config.neighbours)?;
            }
            Initialiser::Identical {}
            | Initialiser::Numerals {}
            | Initialiser::Dictionary {}
            | Initialiser::Identity {} => {}
        }
        match &self.refinement {
            Refinement::None {} => {}
            Refinement::Procrustes(config) => procrustes(config)?,
            Refinement::SelfLearning(config) => self_learning(config)?,
            Refinement::Rcsls(config) => rcsls(config, &self.initialiser)?,
        }
        finish(&self.finish, &self.initialiser, &self.refinement)?;
        if self.restarts > 1 && !self.initialiser.is_random() && !self.refinement.is_random() {
            return Err(Error::config(
                "restarts",
                format!("is {}, but chance has no part in this method: expected 1", self.restarts),
            ));
        }
        Ok(CheckedConfig(self))
    }
}

fn procrustes(config: &ProcrustesConfig) -> Result<()> {
    at_least_one("refinement.neighbours", config.neighbours)?;
    number("refinement.threshold", config.threshold, |value| value >= 0.0, "at least 0")?;
    if config.max_size > 0 && config.min_size > config.max_size {
        let message = format!("is {}, above max_size {}", config.min_size, config.max_size);
        return Err(Error::config("refinement.min_size", message));
    }
    Ok(())
}

fn self_learning(config: &SelfLearningConfig) -> Result<()> {
    at_least_one("refinement.cutoff", config.cutoff)?;
    at_least_one("refinement.early_cutoff", config.early_cutoff)?;
    at_least_one("refinement.neighbours", config.neighbours)?;
    at_least_one("refinement.interval", config.interval)?;
    number("refinement.keep", config.keep, |value| value > 0.0 && value <= 1.0, "above 0 and at most 1")?;
    number("refinement.multiplier", config.multiplier, |value| value > 1.0, "above 1")?;
    number("refinement.threshold", config.threshold, |value| value >= 0.0, "at least 0")?;
    if config.early_cutoff > config.cutoff {
        let message = format!("is {}, expected at most cutoff, {}", config.early_cutoff, config.cutoff);
        return Err(Error::config("refinement.early_cutoff", message));
    }
    if config.induction == Induction::Intersection {
        return Err(Error::config(
            "refinement.induction",
            "is intersection, expected forward, backward or union",
        ));
    }
    Ok(())
}

fn rcsls(config: &RcslsConfig, initialiser: &Initialiser) -> Result<()> {
    if !initialiser.gives_pairs() {
        return Err(Error::config(
            "refinement.kind",
            "is rcsls, which needs an initialiser that gives a dictionary",
        ));
    }
    at_least_one("refinement.steps", config.steps)?;
    at_least_one("refinement.neighbours", config.neighbours)?;
    at_least_one("refinement.words", config.words)?;
    at_least_one("refinement.batch", config.batch.unwrap_or(1))?;
    number("refinement.learning_rate", config.learning_rate, |value| value > 0.0, "above 0")
}

fn finish(finish: &Finish, initialiser: &Initialiser, refinement: &Refinement) -> Result<()> {
    let power = |value: f64| (0.0..=4.0).contains(&value);
    number("finish.source_reweight", finish.source_reweight, power, "0 to 4")?;
    number("finish.target_reweight", finish.target_reweight, power, "0 to 4")?;
    if !finish.whiten && finish.source_dewhiten.is_some() {
        return Err(Error::config(
            "finish.source_dewhiten",
            "undoes a whitening that `whiten` does not ask for",
        ));
    }
    if !finish.whiten && finish.target_dewhiten.is_some() {
        return Err(Error::config(
            "finish.target_dewhiten",
            "undoes a whitening that `whiten` does not ask for",
        ));
    }
    let ends_without_pairs = match refinement {
        Refinement::None {} => !initialiser.gives_pairs(),
        Refinement::Rcsls(_) => true,
        Refinement::Procrustes(config) => !initialiser.gives_pairs() && config.iterations == 0,
        Refinement::SelfLearning(_) => false,
    };
    if !finish.is_nothing() && ends_without_pairs {
        return Err(Error::config("finish", "needs the dictionary of a refinement that ends with one"));
    }
    Ok(())
}
