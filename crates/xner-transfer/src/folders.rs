//! The model directories of both choices of weights, and their scores.

use std::path::{Path, PathBuf};

use xner_corpus::Labelled;
use xner_tagger::train::Evaluation;
use xner_tagger::{Device, TrainReport, evaluate, open};

use crate::Result;
use crate::report::{Select, Selected};

/// The model directories of both choices of weights.
pub(crate) struct Folders {
    pub(crate) by_source: PathBuf,
    pub(crate) by_target: PathBuf,
}

impl Folders {
    /// The model that `select` chooses is the run's own, the other one a folder in it.
    pub(crate) fn new(out: &Path, select: Select) -> Self {
        let (by_source, by_target) = match select {
            Select::SourceDev => (out.to_owned(), out.join("by-target")),
            Select::TargetDev => (out.join("by-source"), out.to_owned()),
        };
        Self { by_source, by_target }
    }

    /// Both choices that `training` ended with, the source's first, scored on `test`, where that has a sentence.
    pub(crate) fn scored(
        &self,
        training: &TrainReport,
        test: &[Labelled],
        device: &Device,
    ) -> Result<[Option<Selected>; 2]> {
        let scored = |folder: &Path, best: Option<&Evaluation>| -> Result<Option<Selected>> {
            let Some(mut selected) = best.map(Selected::of) else { return Ok(None) };
            if !test.is_empty() {
                selected.target_test = Some((&evaluate(open(folder, device)?.as_ref(), test)?).into());
            }
            Ok(Some(selected))
        };
        let by_source = scored(&self.by_source, training.best.as_ref())?;
        // Where both choices fall on the same weights, these are scored once.
        let by_target = match (&by_source, &training.best_target) {
            (Some(own), Some(other)) if own.step == other.step => Some(own.clone()),
            (_, best) => scored(&self.by_target, best.as_ref())?,
        };
        Ok([by_source, by_target])
    }
}
