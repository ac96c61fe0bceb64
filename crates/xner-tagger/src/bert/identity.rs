//! What tells one encoder from another.

use std::path::Path;

use xner_train::Fingerprint;

use super::tokeniser;
use super::weights::weight_files;
use crate::Result;

/// A fingerprint of all files of a model directory that decide what its encoder makes of words: `config.json`, the
/// weights, the tokeniser and its settings. Nothing but their bytes counts, so a copy has the same one; they are read
/// once, at the speed of the disk, and the model is not opened.
///
/// # Errors
/// [`Error::Model`](crate::Error::Model) when there are no weights or a shard is missing;
/// [`Error::Io`](crate::Error::Io).
pub fn fingerprint(folder: &Path) -> Result<String> {
    let mut print = Fingerprint::new();
    print.file(&folder.join("config.json"))?;
    for file in weight_files(folder)?.all() {
        print.file(file)?;
    }
    for file in tokeniser::files(folder) {
        let name = file.file_name().unwrap_or_default();
        print.bytes(name.as_encoded_bytes()).file(&file)?;
    }
    Ok(print.digest())
}
