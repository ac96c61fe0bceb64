//! A round of pseudo labels.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xner_train::{Error, Result};

use super::target::Target;

/// What stays between two thresholds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pseudo {
    /// The number of the round, from 0.
    pub(super) round: usize,
    /// The step before which it was made.
    pub(super) step: usize,
    /// The longest sentence used.
    pub(super) threshold: usize,
    /// The sentences used.
    pub(super) chosen: Vec<usize>,
    /// Their labels.
    pub(super) labels: Vec<Vec<u16>>,
}

impl Pseudo {
    /// Says that a round that was read is one of these sentences.
    pub(super) fn check(&self, target: &Target, path: &Path) -> Result<()> {
        let fits = |(&at, labels): (&usize, &Vec<u16>)| {
            target.sentences.get(at).is_some_and(|sentence| sentence.len() == labels.len())
        };
        if self.chosen.len() == self.labels.len() && self.chosen.iter().zip(&self.labels).all(fits) {
            return Ok(());
        }
        Err(Error::model(path, "holds pseudo labels of other sentences"))
    }
}
