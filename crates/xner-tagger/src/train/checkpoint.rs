//! Checkpoints: one file that holds all a run needs to go on as if it had never stopped.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::report::{Ending, Evaluation};
use crate::tensors::Tensors;
use crate::{Error, Result, files};

/// The counters of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    /// Whose run it is.
    pub(super) fingerprint: String,
    /// The running epoch, from 0.
    pub(super) epoch: usize,
    /// Batches made in it.
    pub(super) batches: usize,
    /// Steps made in all.
    pub(super) steps: usize,
    /// The running epoch's losses, added up.
    pub(super) epoch_loss: f64,
    /// The losses since the last evaluation, added up, and their number.
    pub(super) recent_loss: (f64, usize),
    /// Evaluations since the best.
    pub(super) stale: usize,
    pub(super) best: Option<Evaluation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) best_target: Option<Evaluation>,
    pub(super) history: Vec<Evaluation>,
    pub(super) losses: Vec<f64>,
    pub(super) ending: Option<Ending>,
}

/// A run's state between two steps.
#[derive(Debug, Clone)]
pub(super) struct Checkpoint {
    pub(super) progress: Progress,
    pub(super) weights: Tensors,
    pub(super) optimiser: Tensors,
    /// The best weights, a copy of their own also when they are `weights`; empty when nothing was evaluated yet.
    pub(super) best: Tensors,
    /// The weights that are best on the target language's development data; empty where there are none.
    pub(super) best_target: Tensors,
}

const WEIGHTS: &str = "weights/";
const OPTIMISER: &str = "optimiser/";
const BEST: &str = "best/";
const BEST_TARGET: &str = "best-target/";

impl Checkpoint {
    /// Writes the checkpoint in the place of the one before, whole or not at all.
    pub(super) fn write(self, path: &Path) -> Result<()> {
        let mut tensors = Tensors::default();
        tensors.extend(WEIGHTS, self.weights);
        tensors.extend(OPTIMISER, self.optimiser);
        tensors.extend(BEST, self.best);
        tensors.extend(BEST_TARGET, self.best_target);
        let note = serde_json::to_string(&self.progress)
            .map_err(|fault| Error::Io { path: path.to_owned(), source: fault.into() })?;
        tensors.write(path, &note)
    }

    /// Reads a checkpoint of the run with this fingerprint.
    pub(super) fn read(path: &Path, fingerprint: &str) -> Result<Self> {
        let refuse = |message: String| Error::Checkpoint { path: path.to_owned(), message };
        let (mut tensors, note) = Tensors::read(path)?;
        let progress: Progress = serde_json::from_str(&note).map_err(|fault| {
            refuse(format!("its counters do not read ({fault}); remove it to begin anew"))
        })?;
        if progress.fingerprint != fingerprint {
            return Err(refuse(
                "belongs to a run with another config or other data; take another output folder, or remove it to \
                 begin anew"
                    .to_owned(),
            ));
        }
        let (weights, optimiser) = (tensors.split(WEIGHTS), tensors.split(OPTIMISER));
        let (best, best_target) = (tensors.split(BEST), tensors.split(BEST_TARGET));
        tensors.expect_empty(path)?;
        Ok(Self { progress, weights, optimiser, best, best_target })
    }
}

/// The folder of a run's checkpoint, for this process alone.
#[derive(Debug)]
pub(super) struct CheckpointFolder {
    folder: PathBuf,
    /// Held as long as the run lasts; the system frees it when the process ends, however it ends.
    lock: File,
}

impl CheckpointFolder {
    /// Makes the folder `checkpoint` in `out` and locks it.
    pub(super) fn open(out: &Path) -> Result<Self> {
        let folder = out.join(FOLDER);
        files::create_folder(&folder)?;
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(Error::io(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, lock }),
            Err(TryLockError::WouldBlock) => Err(Error::Checkpoint {
                path: folder,
                message: "another process is training into this folder".to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
        }
    }

    /// The checkpoint file.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join(STATE)
    }

    /// Removes the checkpoint, then the folder: a kill between the two leaves a finished run.
    pub(super) fn remove(self) -> Result<()> {
        let state = self.file();
        match fs::remove_file(&state) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => Err(Error::io(&state)(fault)),
            _ => fs::remove_dir_all(&self.folder).map_err(Error::io(&self.folder)),
        }
    }

    /// Removes the folder of a run that failed before its first checkpoint; with a checkpoint it stays.
    pub(super) fn abandon(self) {
        if !self.file().exists() {
            // The run's own fault is the one to tell of.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }

    /// Removes what a kill inside [`CheckpointFolder::remove`] left beside a finished model.
    pub(super) fn clear(out: &Path) {
        // It does no harm where it cannot be removed.
        let _ = fs::remove_dir_all(out.join(FOLDER));
    }
}

impl Drop for CheckpointFolder {
    fn drop(&mut self) {
        // Closing the file would do, were there no child process that has been forked and not yet executed: it
        // shares the lock until then.
        let _ = self.lock.unlock();
    }
}

const FOLDER: &str = "checkpoint";
const STATE: &str = "state.safetensors";

/// Whether the model directory `out` holds a checkpoint that a run can go on from.
///
/// What counts is the checkpoint's file: its folder is made before it, and may outlive it.
pub fn has_checkpoint(out: &Path) -> bool {
    out.join(FOLDER).join(STATE).is_file()
}
