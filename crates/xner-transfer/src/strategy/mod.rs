//! What every method of transfer is, and the one run that owns all that methods have in common.
//!
//! A [`Strategy`] is a config, data, and a function that trains. [`run`] checks both, claims the folder, goes on where
//! a run was stopped, lets the strategy train its phases, scores what was chosen by the source's and by the target's
//! development data, and writes the report.

mod claim;
mod models;
mod phases;
mod run;

use std::path::Path;

use xner_corpus::{Labelled, Sentence, Tag};
use xner_eval::Calibrator;
use xner_tagger::{Tagging, open};
use xner_train::{Checked, Error, Fingerprint, Result, Settings, TrainReport, score};

pub use claim::PHASE_FORMAT;
pub(crate) use claim::{begun, of_finished, of_no_run};
pub use models::Models;
pub use phases::{Phase, Phases, Place, Plan};
pub(crate) use run::fingerprint as run_fingerprint;
pub use run::{PHASES, run};

use crate::report::{Round, Select, Selected, TeacherScores};

/// A way to a tagger for a language without labels.
pub trait Strategy {
    /// Its settings.
    type Config: Settings;
    /// What it works on.
    type Data;

    /// Its name, as commands and reports have it.
    fn name(&self) -> &str;

    /// What every config says in its own way.
    fn common<'a>(&self, config: &'a Self::Config) -> Common<'a>;

    /// Reads the files that a config names.
    ///
    /// # Errors
    /// [`Error::Setting`] for a file that is needed and not named; faults of the files, with
    /// their lines.
    fn read(&self, config: &Self::Config) -> Result<Self::Data>;

    /// The labelled sentences among the data.
    fn corpora<'a>(&self, data: &'a Self::Data) -> Corpora<'a>;

    /// Checks what config and data must be beyond what [`run`] checks of every strategy's: what training would find out
    /// late.
    ///
    /// # Errors
    /// Says what cannot be trained.
    fn check(&self, _config: &Checked<Self::Config>, _data: &Self::Data) -> Result<()> {
        Ok(())
    }

    /// What of the data does not fit together, as notes ([`crate::fit`]).
    ///
    /// # Errors
    /// [`Error::Data`] where nearly nothing fits and the config does not say to go on.
    fn fit(&self, _config: &Checked<Self::Config>, _data: &Self::Data) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// Adds to the run's fingerprint what it depends on beside the config and the labelled sentences.
    ///
    /// # Errors
    /// Faults of files that are hashed.
    fn fingerprint(
        &self,
        _config: &Checked<Self::Config>,
        _data: &Self::Data,
        _print: &mut Fingerprint,
    ) -> Result<()> {
        Ok(())
    }

    /// Trains, and leaves model directories in [`Phases::models`].
    ///
    /// # Errors
    /// Faults of training; a stop that the observer asked for.
    fn train(
        &self,
        config: &Checked<Self::Config>,
        data: &Self::Data,
        phases: &mut Phases<'_>,
    ) -> Result<Trained>;

    /// Scores the model directory of a choice on the test sentences: by default as it is, on the target's.
    ///
    /// # Errors
    /// Faults of opening and tagging.
    fn score(
        &self,
        _config: &Checked<Self::Config>,
        data: &Self::Data,
        model: &Path,
        phases: &mut Phases<'_>,
        selected: &mut Selected,
    ) -> Result<()> {
        let test = self.corpora(data).target_test;
        if !test.is_empty() {
            let tagger = open(model, &phases.device)?;
            let sentences: Vec<Sentence> = test.iter().map(|labelled| labelled.sentence.clone()).collect();
            let tagged = tagger.tag(&sentences)?;
            let tags: Vec<Vec<Tag>> = tagged.iter().map(|tagging| tagging.tags.clone()).collect();
            selected.target_test = Some((&score(test, &tags)?).into());
            selected.calibration = Some(calibration(test, &tagged)?);
        }
        Ok(())
    }

    /// Removes from the folder of a finished run what only an unfinished one needs.
    ///
    /// # Errors
    /// [`Error::Io`].
    fn clean(&self, _out: &Path) -> Result<()> {
        Ok(())
    }
}

/// The expected calibration error of tagged entities' probabilities, in ten bins.
fn calibration(gold: &[Labelled], tagged: &[Tagging]) -> Result<f64> {
    let told = |fault: xner_eval::Error| Error::data(fault.to_string());
    let mut calibrator = Calibrator::new(10).map_err(told)?;
    for (gold, tagging) in gold.iter().zip(tagged) {
        let found: Vec<_> = tagging.entities.iter().map(|scored| scored.entity.clone()).collect();
        let probabilities: Vec<f64> =
            tagging.entities.iter().map(|scored| f64::from(scored.probability)).collect();
        calibrator.add_entities(&gold.entities, &found, &probabilities).map_err(told)?;
    }
    Ok(calibrator.finish().error)
}

/// What every config says in its own way.
#[derive(Debug, Clone)]
pub struct Common<'a> {
    /// Decides everything random.
    pub seed: u64,
    /// What tables call the row.
    pub row: String,
    /// By which development data weights are chosen.
    pub select: Select,
    /// The language with labels.
    pub source: &'a str,
    /// The language without.
    pub target: &'a str,
    /// Types whose entities count as none.
    pub drop_types: &'a [String],
}

/// Labelled sentences; what a strategy has none of is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Corpora<'a> {
    /// The source's, to train on.
    pub train: &'a [Labelled],
    /// The source's, by which weights are chosen.
    pub dev: &'a [Labelled],
    /// The target's, by which weights may be chosen.
    pub target_dev: &'a [Labelled],
    /// The source's, to be scored in the end.
    pub source_test: &'a [Labelled],
    /// The target's, to be scored in the end.
    pub target_test: &'a [Labelled],
}

/// What a strategy ends with, beside the model directories.
#[derive(Debug)]
pub struct Trained {
    /// The report of its last phase, whose best weights are the models'.
    pub report: TrainReport,
    /// A hash of the pretrained encoder, where the method needs it in tagging too.
    pub encoder: Option<String>,
    /// The unsupervised criterion of a mapping that was learnt.
    pub mapping_criterion: Option<f64>,
    /// The rounds of pseudo labels, where the method makes any.
    pub rounds: Vec<Round>,
    /// By what the base model was chosen, where the method fine-tunes one.
    pub base: Option<Select>,
    /// What the teachers reach themselves on the target's test sentences, where the method has any.
    pub teachers: Vec<TeacherScores>,
}

impl From<TrainReport> for Trained {
    fn from(report: TrainReport) -> Self {
        Self {
            report,
            encoder: None,
            mapping_criterion: None,
            rounds: Vec::new(),
            base: None,
            teachers: Vec::new(),
        }
    }
}
