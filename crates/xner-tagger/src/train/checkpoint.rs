//! Checkpoints: one file that holds all a run needs to go on as if it had never stopped.

use std::fs::{self, File, TryLockError};
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
    /// The best weights; empty when there are none, or when they are `weights`.
    pub(super) best: Tensors,
}

const WEIGHTS: &str = "weights/";
const OPTIMISER: &str = "optimiser/";
const BEST: &str = "best/";

impl Checkpoint {
    /// Writes the checkpoint in the place of the one before, whole or not at all.
    pub(super) fn write(self, path: &Path) -> Result<()> {
        let mut tensors = Tensors::default();
        tensors.extend(WEIGHTS, self.weights);
        tensors.extend(OPTIMISER, self.optimiser);
        tensors.extend(BEST, self.best);
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
        let (weights, optimiser, best) =
            (tensors.split(WEIGHTS), tensors.split(OPTIMISER), tensors.split(BEST));
        tensors.expect_empty(path)?;
        Ok(Self { progress, weights, optimiser, best })
    }
}

/// The folder of a run's checkpoint, for this process alone.
#[derive(Debug)]
pub(super) struct CheckpointFolder {
    folder: PathBuf,
    /// Held as long as the run lasts; the system frees it when the process ends, however it ends.
    _lock: File,
}

impl CheckpointFolder {
    /// Makes the folder `checkpoint` in `out` and locks it.
    pub(super) fn open(out: &Path) -> Result<Self> {
        let folder = out.join("checkpoint");
        files::create_folder(&folder)?;
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(Error::io(&path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::Checkpoint {
                path: folder,
                message: "another process is training into this folder".to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
        }
    }

    /// The checkpoint file.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.join("state.safetensors")
    }

    /// Removes the folder and the checkpoint with it.
    pub(super) fn remove(self) -> Result<()> {
        fs::remove_dir_all(&self.folder).map_err(Error::io(&self.folder))
    }
}
