//! What a transfer run reached, as files from which tables are made.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner_eval::{Scores, Summary};
use xner_train::{
    Evaluation,
    files::{read_json, write_json},
};

use crate::{Error, Result};

/// The name of a run's report in its folder.
pub const REPORT: &str = "transfer-report.json";
/// The name of the report of models that were tuned on a few labels.
pub const LOW_RESOURCE: &str = "low-resource.json";
/// The name of the file of several seeds' reports.
pub const RESULTS: &str = "results.json";

/// By which language's development data the weights of a model are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Select {
    /// The source's: nothing of the target's labels is seen.
    #[default]
    SourceDev,
    /// The target's: labelled target sentences are needed, so it is no longer zero-resource.
    TargetDev,
}

/// `transfer-report.json`: one run. No clock is in it: the same run gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferReport {
    /// The version of this crate.
    pub version: String,
    /// The method: `zero-resource`, `bwet`, `transadv`, `tsl` …
    pub method: String,
    /// What tables call the run's row.
    pub row: String,
    /// The source language.
    pub source: String,
    /// The target language.
    pub target: String,
    /// The seed.
    pub seed: u64,
    /// By what the model in the folder was chosen.
    pub select: Select,
    /// A hash of the config and the data.
    pub fingerprint: String,
    /// A hash of the pretrained encoder, where the method needs it in tagging too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<String>,
    /// The unsupervised criterion of the mapping that the run learnt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping_criterion: Option<f64>,
    /// Numbers that were trained.
    pub parameters: usize,
    /// Steps made in all.
    pub steps: usize,
    /// The weights that are best on the source's development data.
    pub by_source_dev: Option<Selected>,
    /// The weights that are best on the target's development data, where there are any.
    pub by_target_dev: Option<Selected>,
    /// The rounds of pseudo labels, where the method makes any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
    /// By what the base model was chosen, where the method fine-tunes one: the paper's columns "source dev" and "target
    /// dev" have it chosen as the model is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Select>,
    /// What the student's teachers reach themselves on the target's test sentences, and the mean of what they say:
    /// whether the student adds anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teachers: Vec<TeacherScores>,
    /// The phases that the model came of, where the method has some that runs may share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<PhaseFolder>,
    /// What a person should know before the scores are believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The config, with paths left out.
    pub config: serde_json::Value,
}

/// A teacher, and its scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeacherScores {
    /// The phase that it came of; `mean` for the weighted mean of all.
    pub name: String,
    /// Scores on the target's test data.
    pub scores: TestScores,
}

/// A phase, and where in the cache its model lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseFolder {
    /// `source`, `entity` …
    pub name: String,
    /// Its folder's name in the cache.
    pub folder: String,
}

/// A choice of weights, and their scores as fractions. Test scores count every token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selected {
    /// The epoch of the last phase of training, from 1.
    pub epoch: usize,
    /// The step over all its epochs, from 1.
    pub step: usize,
    /// Entity F1 on the source's development data.
    pub source_dev: f64,
    /// Entity F1 on the target's development data.
    pub target_dev: Option<f64>,
    /// Scores on the source's test data.
    pub source_test: Option<TestScores>,
    /// Scores on the target's test data.
    pub target_test: Option<TestScores>,
    /// The expected calibration error of its entities' probabilities on the target's test data, in ten bins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<f64>,
    /// The scores on the target's test data with the target's encoder silenced, where the model has one beside the
    /// source's: near these scores, it is idle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silenced: Option<TestScores>,
    /// The same with the model adapted to each sentence, where the method does that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapted: Option<Adapted>,
}

/// What a model reached that was adapted to each sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adapted {
    /// Scores on the target's test data.
    pub scores: TestScores,
    /// Sentences scored.
    pub sentences: usize,
    /// Those whose tags adaptation changed.
    pub changed: usize,
}

impl Selected {
    /// Of an evaluation; test scores are still to come.
    pub fn of(evaluation: &Evaluation) -> Self {
        Self {
            epoch: evaluation.epoch,
            step: evaluation.step,
            source_dev: evaluation.f1,
            target_dev: evaluation.target.map(|scores| scores.f1),
            source_test: None,
            target_test: None,
            calibration: None,
            silenced: None,
            adapted: None,
        }
    }
}

/// Scores as conlleval counts, as fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestScores {
    /// Entity precision.
    pub precision: f64,
    /// Entity recall.
    pub recall: f64,
    /// Entity F1.
    pub f1: f64,
    /// Gold entities.
    pub entities: u64,
    /// Tokens counted.
    pub tokens: u64,
    /// F1 by entity type.
    pub types: BTreeMap<String, f64>,
}

impl From<&Scores> for TestScores {
    fn from(scores: &Scores) -> Self {
        let Scores { overall, tokens, types, .. } = scores;
        Self {
            precision: overall.precision,
            recall: overall.recall,
            f1: overall.f1,
            entities: overall.support,
            tokens: *tokens,
            types: types.iter().map(|(name, score)| (name.clone(), score.f1)).collect(),
        }
    }
}

/// A round of pseudo labels: a length threshold, and what was labelled under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// The step before which it was drawn, from 0.
    pub step: usize,
    /// The longest sentence used, in tokens.
    pub threshold: usize,
    /// Target sentences used.
    pub sentences: usize,
    /// Their tokens.
    pub tokens: usize,
    /// Tokens that the pseudo labels call a part of an entity.
    pub entity_tokens: usize,
}

impl TransferReport {
    /// Reads the report in a run's folder.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Model`] for a folder without one, which says what it is, and for a file that does not
    /// read, with the key.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(REPORT);
        if !path.exists() {
            let message = if !folder.is_dir() {
                "is no folder, expected that of a run of `xner transfer`".to_owned()
            } else if folder.join("run.json").exists() {
                "is an unfinished run: give the command that began it again, and it goes on".to_owned()
            } else {
                format!("holds no run of `xner transfer`: there is no {REPORT}")
            };
            return Err(Error::model(folder, message));
        }
        read_json(&path)
    }

    /// Writes the report into a run's folder, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, folder: &Path) -> Result<()> {
        write_json(&folder.join(REPORT), self)
    }
}

/// `results.json`: the same run with several seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// The runs, by seed.
    pub runs: Vec<TransferReport>,
    /// Target test F1 over the runs, weights chosen on the source's development data.
    pub by_source_dev: Option<Summary>,
    /// The same, chosen on the target's development data.
    pub by_target_dev: Option<Summary>,
    /// The same with the model adapted to each sentence, chosen on the source's development data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapted: Option<Summary>,
}

impl Results {
    /// Of these runs.
    pub fn new(runs: Vec<TransferReport>) -> Self {
        let spread = |f1: fn(&TransferReport) -> Option<f64>| {
            Summary::of(&runs.iter().filter_map(f1).collect::<Vec<f64>>()).ok()
        };
        let by_source_dev = spread(|run| Some(run.by_source_dev.as_ref()?.target_test.as_ref()?.f1));
        let by_target_dev = spread(|run| Some(run.by_target_dev.as_ref()?.target_test.as_ref()?.f1));
        let adapted = spread(|run| Some(run.by_source_dev.as_ref()?.adapted.as_ref()?.scores.f1));
        Self { runs, by_source_dev, by_target_dev, adapted }
    }

    /// Reads a results file.
    ///
    /// # Errors
    /// As [`TransferReport::read`]; [`Error::Model`] for one without runs.
    pub fn read(file: &Path) -> Result<Self> {
        let results: Self = read_json(file)?;
        if results.runs.is_empty() {
            return Err(Error::model(file, "holds no run"));
        }
        Ok(results)
    }

    /// Writes a results file, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, file: &Path) -> Result<()> {
        write_json(file, self)
    }
}
