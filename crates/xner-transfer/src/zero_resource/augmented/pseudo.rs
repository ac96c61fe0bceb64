//! A round of pseudo labels.

use std::path::Path;

use xner_tagger::{Result, Tensors};

use super::target::Target;

/// What stays between two thresholds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

const HEAD: &str = "round";
const LABELS: &str = "labels";

impl Pseudo {
    /// The round as tensors, for a checkpoint: whole numbers, exact below 16 million.
    pub(super) fn state(&self) -> Tensors {
        let mut state = Tensors::default();
        let head = [self.round, self.step, self.threshold].map(|value| value as f32);
        state.insert(HEAD, &[3], head.to_vec());
        let labels: Vec<f32> = self.labels.iter().flatten().map(|&label| f32::from(label)).collect();
        state.insert(LABELS, &[labels.len()], labels);
        state
    }

    /// Takes a round back; which sentences it uses follows from its threshold.
    pub(super) fn from_state(mut state: Tensors, target: &Target, path: &Path) -> Result<Self> {
        let head = state.take(HEAD, &[3], path)?;
        let [round, step, threshold] = [head[0], head[1], head[2]].map(|value| value as usize);
        let chosen = target.within(threshold);
        let count = chosen.iter().map(|&at| target.sentences[at].len()).sum();
        let labels = state.take(LABELS, &[count], path)?;
        state.expect_empty(path)?;
        let mut rest = labels.into_iter().map(|label| label as u16);
        let labels =
            chosen.iter().map(|&at| rest.by_ref().take(target.sentences[at].len()).collect()).collect();
        Ok(Self { round, step, threshold, chosen, labels })
    }
}
