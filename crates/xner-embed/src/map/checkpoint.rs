//! The checkpoint of a run: one file from which it goes on.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xner_corpus::write::remove_own;
use xxhash_rust::xxh3::Xxh3;

use super::Pair;
use super::config::MapConfig;
use super::exact;
use super::report::Restart;
use super::spaces::Spaces;
use super::state::{Counters, Current, State};
use super::stored::{Opened, Stored};
use crate::{Error, Result, Vectors, other_run};

const FILE: &str = "state.safetensors";

/// The part of a checkpoint that is no matrix.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    fingerprint: String,
    /// The config, to say where another one differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<Value>,
    finished: Vec<Restart>,
    kept: Option<usize>,
    current: Option<Counters>,
}

/// Where a run's checkpoint lies.
#[derive(Debug)]
pub(super) struct Checkpoint {
    folder: PathBuf,
    fingerprint: String,
    config: Value,
}

impl Checkpoint {
    /// The checkpoint in `folder` of the run with this fingerprint. Nothing is made yet.
    pub(super) fn new(folder: &Path, fingerprint: String, config: &MapConfig) -> Self {
        let config = serde_json::to_value(config).unwrap_or_default();
        Self { folder: folder.to_owned(), fingerprint, config }
    }

    /// The state to go on from; a new one where there is no checkpoint.
    pub(super) fn read(&self, spaces: &Spaces) -> Result<State> {
        let path = self.folder.join(FILE);
        if !path.exists() {
            return Ok(State::default());
        }
        let file = Opened::read(&path)?;
        let note: Note = exact::read(&file.note)
            .map_err(|error| file.fault(format!("does not read ({error}); remove it to begin anew")))?;
        if note.fingerprint != self.fingerprint {
            let what = "belongs to a run with another config or other vectors";
            let data = "the vectors, or the dictionary,";
            let why = other_run(what, note.config.as_ref(), &self.config, data);
            return Err(file.fault(format!("{why}; take another folder, or remove it to begin anew")));
        }
        let missing = |name: &str| file.fault(format!("has no tensor `{name}`"));
        let kept = match note.kept {
            None => None,
            Some(restart) => {
                let matrix = |name| file.matrix(name)?.ok_or_else(|| missing(name));
                Some((restart, matrix("kept.moving")?, matrix("kept.fixed")?))
            }
        };
        let current = match note.current {
            None => None,
            Some(counters) => {
                let (pairs, mapping) = (file.pairs("pairs")?, file.matrix("mapping")?);
                let best = file.matrix("best")?;
                let best = best.map(|best| Ok::<_, Error>((best, file.pairs("best.pairs")?))).transpose()?;
                Some(Current { counters, pairs, mapping, best })
            }
        };
        let state = State { finished: note.finished, kept, current, initialiser: file.bytes("initialiser")? };
        match state.fault(spaces.dim(), [spaces.moving().len(), spaces.fixed().len()]) {
            Some(message) => Err(file.fault(format!("{message}; remove it to begin anew"))),
            None => Ok(state),
        }
    }

    /// Writes the state in the place of the one before.
    pub(super) fn write(&self, state: &State) -> Result<()> {
        fs::create_dir_all(&self.folder).map_err(|fault| Error::Io { path: self.folder.clone(), fault })?;
        let mut tensors = Stored::default();
        if let Some((_, moving, fixed)) = &state.kept {
            tensors.matrix("kept.moving", moving);
            tensors.matrix("kept.fixed", fixed);
        }
        if let Some(current) = &state.current {
            tensors.pairs("pairs", current.pairs.as_deref());
            tensors.matrix("mapping", &current.mapping);
            if let Some((best, pairs)) = &current.best {
                tensors.matrix("best", best);
                tensors.pairs("best.pairs", pairs.as_deref());
            }
        }
        if let Some(bytes) = &state.initialiser {
            tensors.bytes("initialiser", bytes);
        }
        let note = Note {
            fingerprint: self.fingerprint.clone(),
            config: Some(self.config.clone()),
            finished: state.finished.clone(),
            kept: state.kept.as_ref().map(|kept| kept.0),
            current: state.current.as_ref().map(|current| current.counters.clone()),
        };
        tensors.write(&self.folder.join(FILE), &note)
    }
}

/// Removes a run's checkpoint from the folder that it was written to, and the folder if nothing else is in it. What is
/// not there is removed already, and what is another's stays.
///
/// # Errors
/// What the system says.
pub fn remove_checkpoint(folder: &Path) -> Result<()> {
    remove_own(folder, &[FILE])?;
    Ok(())
}

/// Whose run it is: a digest of config, vectors and first dictionary.
pub(super) fn fingerprint(
    config: &MapConfig,
    source: &Vectors,
    target: &Vectors,
    pairs: Option<&[Pair]>,
) -> Result<String> {
    let mut digest = Xxh3::new();
    // The method is where the other settings came from; they alone decide.
    let config = serde_json::to_string(&MapConfig { method: None, ..config.clone() })
        .map_err(|error| Error::Config { key: "config".to_owned(), message: error.to_string() })?;
    // Keys were once spelt with `-`, as values still are: runs that began then go on.
    digest.update(config.replace('_', "-").as_bytes());
    for vectors in [source, target] {
        digest.update(&(vectors.len() as u64).to_le_bytes());
        digest.update(&(vectors.dim() as u64).to_le_bytes());
        digest.update(bytemuck::cast_slice(vectors.data()));
        for word in vectors.words() {
            digest.update(word.as_bytes());
            digest.update(b"\n");
        }
    }
    for &(i, j) in pairs.unwrap_or_default() {
        digest.update(&i.to_le_bytes());
        digest.update(&j.to_le_bytes());
    }
    Ok(format!("{:032x}", digest.digest128()))
}
