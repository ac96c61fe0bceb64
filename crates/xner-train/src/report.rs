//! What a training run reached.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xner_core::Evaluation;

use crate::{Result, files};

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// All epochs were trained.
    Epochs,
    /// No better F1 for as many evaluations as the config's patience.
    Patience,
}

/// `train-report.json`: how a model was trained and what it reached. No clock is in it: the same run gives the
/// same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainReport {
    /// The version of this crate.
    pub version: String,
    /// A hash of the config and the data.
    pub fingerprint: String,
    /// Sentences trained on in an epoch; in meta-training tasks drawn in all.
    pub sentences: usize,
    /// Training sentences left out: empty or too long.
    pub left_out: usize,
    /// Numbers that were trained, word vectors among them.
    pub parameters: usize,
    /// Steps made.
    pub steps: usize,
    /// Why it ended.
    pub ending: Ending,
    /// The evaluation whose weights the model has; none without development data.
    pub best: Option<Evaluation>,
    /// The evaluation that is best on the target language's development data, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_target: Option<Evaluation>,
    /// All evaluations in order.
    pub history: Vec<Evaluation>,
    /// The mean loss of each epoch.
    pub losses: Vec<f64>,
    /// What a person should know before the model is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The config, the seed among it, with paths left out.
    pub config: serde_json::Value,
}

/// The report's file name.
pub(crate) const REPORT: &str = "train-report.json";

impl TrainReport {
    /// Writes `train-report.json` into a model directory, which it makes where there is none.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn write(&self, folder: &Path) -> Result<()> {
        files::create_folder(folder)?;
        files::write_json(&folder.join(REPORT), self)
    }
}
