//! Digests of what is written, so that a bit that flips on a disk or on the way is told, and not computed with.
//!
//! A file of tensors has its digest in its own head ([`crate::Tensors`]). A model folder of Hugging Face's layout has
//! those of its files in one file beside them ([`write()`], [`check`]), which `transformers` passes over. A folder
//! without it is taken as it is.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::{Error, Fingerprint, Result, files};

/// The file of the digests.
pub const DIGESTS: &str = "xner-digests.json";
/// The format's version.
const VERSION: u32 = 1;

/// What is in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digests {
    /// [`VERSION`].
    version: u32,
    /// Names of files, each with its [`Fingerprint::file`].
    files: BTreeMap<String, String>,
}

/// Writes the digests of files of a folder, whole or not at all; of those names that are there.
///
/// # Errors
/// [`Error::Io`].
pub fn write(folder: &Path, names: &[&str]) -> Result<()> {
    let mut digests = Digests { version: VERSION, files: BTreeMap::new() };
    for name in names.iter().filter(|name| folder.join(name).exists()) {
        digests.files.insert((*name).to_owned(), of_file(&folder.join(name))?);
    }
    files::write_json(&folder.join(DIGESTS), &digests)
}

/// Removes the digests of a folder that is about to be written anew.
///
/// # Errors
/// [`Error::Io`].
pub fn clear(folder: &Path) -> Result<()> {
    files::remove(&folder.join(DIGESTS))
}

/// Says that the files of a folder are as they were written. They are read once, at the speed of the disk or of
/// memory. A folder without digests is taken as it is.
///
/// # Errors
/// [`Error::Model`] for a file that was changed or is missing, and for digests that do not read; [`Error::Io`].
pub fn check(folder: &Path) -> Result<()> {
    let path = folder.join(DIGESTS);
    if !path.exists() {
        return Ok(());
    }
    let Digests { version, files } = files::read_json(&path)?;
    if version != VERSION {
        let message = format!("has version {version}, this program reads version {VERSION}");
        return Err(Error::model(&path, message));
    }
    for (name, expected) in files {
        let mut parts = Path::new(&name).components();
        if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
            return Err(Error::model(&path, format!("names `{name}`, expected a file beside it")));
        }
        let file = folder.join(&name);
        if !file.exists() {
            return Err(Error::model(&file, format!("is missing, though {DIGESTS} lists it")));
        }
        if of_file(&file)? != expected {
            let message = format!(
                "was changed since it was written: its digest is not that of {DIGESTS}; where the change was meant, \
                 remove {DIGESTS}"
            );
            return Err(Error::model(&file, message));
        }
    }
    Ok(())
}

fn of_file(path: &Path) -> Result<String> {
    Ok(Fingerprint::new().file(path)?.digest())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("a.json", "{\"a\": 1}"), ("b.bin", "12345678")] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        write(folder.path(), &["a.json", "b.bin", "absent"]).unwrap();
        folder
    }

    #[test]
    fn any_bit_that_flips_is_told_with_its_file() {
        let folder = folder();
        check(folder.path()).unwrap();
        for name in ["a.json", "b.bin", DIGESTS] {
            let path = folder.path().join(name);
            let whole = fs::read(&path).unwrap();
            for at in 0..whole.len() * 8 {
                let mut bytes = whole.clone();
                bytes[at / 8] ^= 1 << (at % 8);
                fs::write(&path, &bytes).unwrap();
                let told = check(folder.path());
                // White space of JSON may become other white space: nothing is said otherwise then.
                let same = name == DIGESTS && serde_json::from_slice::<Digests>(&bytes).is_ok();
                assert!(told.is_err() || same && told.is_ok(), "{name}, bit {at}");
                if name != DIGESTS {
                    assert!(told.unwrap_err().to_string().contains(name));
                }
            }
            fs::write(&path, &whole).unwrap();
        }
        check(folder.path()).unwrap();
    }

    #[test]
    fn a_file_that_is_missing_is_told_and_a_folder_without_digests_is_taken() {
        let folder = folder();
        fs::remove_file(folder.path().join("b.bin")).unwrap();
        assert!(check(folder.path()).unwrap_err().to_string().contains("b.bin: is missing"));
        clear(folder.path()).unwrap();
        check(folder.path()).unwrap();
        fs::write(folder.path().join(DIGESTS), "{\"version\": 1, \"files\": {\"../x\": \"\"}}").unwrap();
        assert!(check(folder.path()).unwrap_err().to_string().contains("names `../x`"));
    }

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let [one, two] = [folder(), folder()].map(|folder| fs::read(folder.path().join(DIGESTS)).unwrap());
        assert!(one == two);
    }
}
