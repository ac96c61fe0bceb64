//! The index of weights in several files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use xner_corpus::read::regular_text;

use super::fault;
use crate::{Error, Result};

/// `model.safetensors.index.json` or `pytorch_model.bin.index.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Index {
    /// Tensors to the names of their files.
    weight_map: BTreeMap<String, String>,
}

impl Index {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = regular_text(path)?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        let index: Self = serde_path_to_error::deserialize(&mut reader)
            .map_err(|fault| Error::model(path, format!("at `{}`: {}", fault.path(), fault.inner())))?;
        reader.end().map_err(|fault| Error::model(path, fault.to_string()))?;
        if index.weight_map.is_empty() {
            return Err(Error::model(path, "`weight_map` names no tensors"));
        }
        Ok(index)
    }

    /// The names of the files, each once, in alphabetical order; none leads out of the folder.
    pub(crate) fn names(&self, path: &Path) -> Result<BTreeSet<&str>> {
        let names: BTreeSet<&str> = self.weight_map.values().map(String::as_str).collect();
        let plain = |name: &str| {
            let mut parts = Path::new(name).components();
            // A backslash is a separator on some systems and a character on others.
            matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
                && !name.contains(['\\', ':'])
        };
        match names.iter().find(|name| !plain(name)) {
            Some(name) => Err(Error::model(
                path,
                format!("`weight_map` names `{name}`, expected a file beside the index"),
            )),
            None => Ok(names),
        }
    }

    /// The files, all of them there.
    pub(super) fn files(&self, folder: &Path, path: &Path) -> Result<Vec<PathBuf>> {
        let file = |name: &str| {
            let file = folder.join(name);
            if file.is_file() {
                return Ok(file);
            }
            let count = self.weight_map.values().filter(|value| *value == name).count();
            Err(Error::model(path, format!("names the file `{name}` ({count} tensors), which is missing")))
        };
        self.names(path)?.into_iter().map(file).collect()
    }

    /// Says that each tensor is in the file where it should be.
    pub(super) fn check(&self, holds: impl Fn(&str, &str) -> bool, path: &Path) -> Result<()> {
        match self.weight_map.iter().find(|(tensor, file)| !holds(tensor, file)) {
            None => Ok(()),
            Some((tensor, file)) => {
                Err(fault(path, tensor, format!("is not in `{file}`, where the index has it")))
            }
        }
    }
}
