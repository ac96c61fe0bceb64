//! Checkpoints: one file that holds all a run needs to go on as if it had never stopped.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_core::Evaluation;
use xner_corpus::write::{FolderLock, remove_own, remove_partial};

use crate::report::Ending;
use crate::settings::other_run;
use crate::state::State;
use crate::tensors::Tensors;
use crate::{Error, Result, files};

/// The counters of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Progress {
    /// Whose run it is.
    pub(crate) fingerprint: String,
    /// The config, without paths, to say where another one differs.
    #[serde(default)]
    pub(crate) settings: Option<serde_json::Value>,
    /// The running epoch, from 0.
    pub(crate) epoch: usize,
    /// Batches made in it.
    pub(crate) batches: usize,
    /// Steps made in all.
    pub(crate) steps: usize,
    /// The running epoch's losses, added up.
    pub(crate) epoch_loss: f64,
    /// The losses since the last evaluation, added up, and their number.
    pub(crate) recent_loss: (f64, usize),
    /// Evaluations since the best.
    pub(crate) stale: usize,
    pub(crate) best: Option<Evaluation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) best_target: Option<Evaluation>,
    pub(crate) history: Vec<Evaluation>,
    pub(crate) losses: Vec<f64>,
    pub(crate) ending: Option<Ending>,
    /// What the learner counts.
    #[serde(default)]
    pub(crate) learner: serde_json::Map<String, serde_json::Value>,
}

/// A run's state between two steps.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoint {
    pub(crate) progress: Progress,
    pub(crate) weights: Tensors,
    pub(crate) state: State,
    /// The best weights, a copy of their own also when they are `weights`; empty when nothing was evaluated yet.
    pub(crate) best: Tensors,
    /// The weights that are best on the target language's development data; empty where there are none.
    pub(crate) best_target: Tensors,
    /// The moving average; empty where there is none.
    pub(crate) average: Tensors,
}

/// What differs where no setting does.
pub(crate) const DATA: &str = "corpora, vectors, the encoder or the version of xner";

const WEIGHTS: &str = "weights/";
const STATE_TENSORS: &str = "state/";
const BEST: &str = "best/";
const BEST_TARGET: &str = "best-target/";
const AVERAGE: &str = "average/";

impl Checkpoint {
    /// Writes the checkpoint in the place of the one before, whole or not at all.
    pub(crate) fn write(self, path: &Path) -> Result<()> {
        let mut tensors = Tensors::default();
        tensors.extend(WEIGHTS, self.weights);
        tensors.extend(STATE_TENSORS, self.state.tensors);
        tensors.extend(BEST, self.best);
        tensors.extend(BEST_TARGET, self.best_target);
        tensors.extend(AVERAGE, self.average);
        let progress = Progress { learner: self.state.counters, ..self.progress };
        let note = serde_json::to_string(&progress).map_err(|fault| Error::io(path)(fault.into()))?;
        if let Some(folder) = path.parent() {
            files::create_folder(folder)?;
        }
        tensors.write(path, &note)
    }

    /// Reads a checkpoint of the run with this fingerprint and config.
    pub(crate) fn read(path: &Path, fingerprint: &str, settings: &serde_json::Value) -> Result<Self> {
        let refuse = |message: String| Error::folder(path, message);
        let (mut tensors, note) = Tensors::read(path)?;
        let mut progress: Progress = serde_json::from_str(&note).map_err(|fault| {
            refuse(format!("its counters do not read ({fault}); remove it to begin anew"))
        })?;
        if progress.fingerprint != fingerprint {
            let what = "belongs to a run with another config or other data";
            let why = other_run(what, progress.settings.as_ref(), settings, DATA);
            return Err(refuse(format!("{why}; take another output folder, or remove it to begin anew")));
        }
        let (weights, own) = (tensors.split(WEIGHTS), tensors.split(STATE_TENSORS));
        let state = State { tensors: own, counters: std::mem::take(&mut progress.learner) };
        let (best, best_target) = (tensors.split(BEST), tensors.split(BEST_TARGET));
        let average = tensors.split(AVERAGE);
        tensors.expect_empty(path)?;
        Ok(Self { progress, weights, state, best, best_target, average })
    }
}

/// The folder of a run's checkpoint, in a model directory that is this process's alone.
#[derive(Debug)]
pub(crate) struct CheckpointFolder {
    folder: PathBuf,
    /// Held as long as the run lasts.
    lock: FolderLock,
}

impl CheckpointFolder {
    /// Locks the model directory `out`, which is made if need be. The folder `checkpoint` in it is made with the first
    /// checkpoint.
    pub(crate) fn open(out: &Path) -> Result<Self> {
        let lock = FolderLock::take(out).map_err(|fault| match fault {
            xner_corpus::Error::InUse { path } => {
                Error::folder(&path, "another process is training into this folder")
            }
            fault => fault.into(),
        })?;
        Ok(Self { folder: out.join(FOLDER), lock })
    }

    /// The checkpoint file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join(STATE)
    }

    /// Removes the checkpoint, then its folder if nothing else is in it: a kill between the two leaves a finished run.
    pub(crate) fn remove(self) -> Result<()> {
        files::remove(&self.file())?;
        remove_own(&self.folder, &OWN)?;
        drop(self.lock);
        Ok(())
    }

    /// Removes the folder of a run that failed before its first checkpoint; with a checkpoint it stays.
    pub(crate) fn abandon(self) {
        if !self.file().exists() {
            // The run's own fault is the one to tell of.
            let _ = remove_own(&self.folder, &OWN);
        }
    }

    /// Removes what a kill inside [`CheckpointFolder::remove`], or behind it, left beside a finished model.
    pub(crate) fn clear(out: &Path) {
        // It does no harm where it cannot be removed.
        let _ = remove_own(&out.join(FOLDER), &OWN);
        let _ = remove_partial(out);
    }
}

const FOLDER: &str = "checkpoint";
const STATE: &str = "state.safetensors";
/// What of the folder is removed beside the checkpoint: the lock that lay in it once.
const OWN: [&str; 1] = ["lock"];

/// Whether the model directory `out` holds a checkpoint that a run can go on from.
///
/// What counts is the checkpoint's file: its folder is made before it, and may outlive it.
pub fn has_checkpoint(out: &Path) -> bool {
    out.join(FOLDER).join(STATE).is_file()
}
