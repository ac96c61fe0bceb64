//! Files that are whole or not there, and faults that name them.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use xner_corpus::read::regular_text;
use xner_corpus::write::Output;

use crate::{Error, Result};

/// Writes the file `path` by `body`: readers see the old file or the whole new one, never a part.
///
/// # Errors
/// [`Error::Io`].
pub fn write(path: &Path, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut file = Output::create(path)?;
    body(&mut file).map_err(|fault| file.error(fault))?;
    Ok(file.finish()?)
}

/// Writes `value` as indented JSON with a line end, whole or not at all.
///
/// # Errors
/// [`Error::Io`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    write(path, |file| {
        serde_json::to_writer_pretty(&mut *file, value)?;
        file.write_all(b"\n")
    })
}

/// Reads a JSON file; a fault names file and key.
///
/// # Errors
/// [`Error::Io`]; [`Error::Model`] for what does not read.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = regular_text(path)?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    let value =
        serde_path_to_error::deserialize(&mut reader).map_err(|e| match e.path().to_string().as_str() {
            // It is no JSON, or not the whole of it.
            "." | "?" => Error::model(path, e.inner().to_string()),
            key => Error::model(path, format!("at `{key}`: {}", e.inner())),
        })?;
    reader.end().map_err(|fault| Error::model(path, fault.to_string()))?;
    Ok(value)
}

/// Makes the folder and those above it.
///
/// # Errors
/// [`Error::Io`]; [`Error::Model`] where a file is in the way.
pub fn create_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|fault| {
        if path.is_file() {
            Error::model(path, "is a file, expected a folder")
        } else {
            Error::io(path)(fault)
        }
    })
}

/// Removes the file, if it is there.
///
/// # Errors
/// [`Error::Io`].
pub fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(Error::io(path)(fault)),
        _ => Ok(()),
    }
}
