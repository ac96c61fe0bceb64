//! Configs, and files that are whole or not there.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use xner_corpus::write::Output;

use crate::{Error, Result};

/// Reads a TOML config; a fault names file, line and key.
pub(crate) fn read_config<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
    let fault = |message: String| Error::Config { path: path.to_owned(), message };
    let parsed = toml::Deserializer::parse(&text).map_err(|e| fault(e.to_string()))?;
    serde_path_to_error::deserialize(parsed).map_err(|e| fault(format!("at `{}`: {}", e.path(), e.inner())))
}

/// `folder`'s `path`, where there is one; an absolute path stays as it is.
pub(crate) fn resolve(path: &mut Option<PathBuf>, folder: &Path) {
    if let Some(relative) = path {
        *relative = folder.join(&*relative);
    }
}

/// Writes `value` as indented JSON with a line end, whole or not at all.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(|fault| Error::io(path)(fault.into()))?;
    text.push('\n');
    let mut file = Output::create(path)?;
    file.write_all(text.as_bytes()).map_err(|fault| file.error(fault))?;
    Ok(file.finish()?)
}

/// Reads a JSON file; a fault names file and key.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).map_err(Error::io(path))?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut reader)
        .map_err(|e| Error::folder(path, format!("at `{}`: {}", e.path(), e.inner())))
}

/// Makes the folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(Error::io(path))
}
