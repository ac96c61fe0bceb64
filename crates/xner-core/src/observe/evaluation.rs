//! Scores on development data.

use serde::{Deserialize, Serialize};

/// Precision, recall and F1 as fractions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevScores {
    /// Entity precision.
    pub precision: f64,
    /// Entity recall.
    pub recall: f64,
    /// Entity F1.
    pub f1: f64,
}

/// A score on the development data. All figures are fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// The epoch, from 1; 0 for the weights that a phase begins with.
    pub epoch: usize,
    /// The step over all epochs, from 1; 0 for the weights that a phase begins with.
    pub step: usize,
    /// The mean loss of the batches since the evaluation before; 0 where there was no batch.
    pub loss: f64,
    /// Entity precision.
    pub precision: f64,
    /// Entity recall.
    pub recall: f64,
    /// Entity F1, by which the best weights are chosen.
    pub f1: f64,
    /// The scores on the target language's development data, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<DevScores>,
}
