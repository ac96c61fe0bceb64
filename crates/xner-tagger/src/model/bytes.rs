//! A model as one row of bytes.
//!
//! `xner-model\n`, the version (4 bytes), the number of files (4); for each file the length of its name (4), the name,
//! the length (8) and the bytes; and a hash of all that (16). Numbers are little-endian; files are in the order of
//! their names.

use std::collections::BTreeMap;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

use super::{CONFIG, Model};
use crate::{Error, Result};

const MAGIC: &[u8] = b"xner-model\n";
const VERSION: u32 = 1;
/// Bytes of the hash.
const HASH: usize = 16;

impl Model {
    /// All its files in one, with a hash of them: what [`Model::from_bytes`] takes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let room: usize = self.files().map(|(name, bytes)| name.len() + bytes + 12).sum();
        let mut all = Vec::with_capacity(MAGIC.len() + 8 + room + HASH);
        all.extend_from_slice(MAGIC);
        all.extend_from_slice(&VERSION.to_le_bytes());
        all.extend_from_slice(&(self.files.len() as u32).to_le_bytes());
        for (name, bytes) in &self.files {
            all.extend_from_slice(&(name.len() as u32).to_le_bytes());
            all.extend_from_slice(name.as_bytes());
            all.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            all.extend_from_slice(bytes);
        }
        let hash = xxh3_128(&all);
        all.extend_from_slice(&hash.to_le_bytes());
        all
    }

    /// A model of the bytes that [`Model::to_bytes`] gave.
    ///
    /// # Errors
    /// [`Error::Model`] for bytes that are none of a model's, of a newer version, cut short or changed. What is in the
    /// files shows when the model is opened.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(fault(if MAGIC.starts_with(bytes) { "cut short" } else { "not those of a model" }));
        };
        let mut rest = Rest(rest);
        let version = rest.number32()?;
        if version != VERSION {
            return Err(fault(&format!(
                "have version {version}, this program reads version {VERSION}: another program wrote them"
            )));
        }
        let count = rest.number32()?;
        let mut files = BTreeMap::new();
        for _ in 0..count {
            let length = rest.number32()? as usize;
            let name =
                std::str::from_utf8(rest.bytes(length)?).map_err(|_| fault("a file's name is not UTF-8"))?;
            let length = usize::try_from(rest.number64()?).map_err(|_| fault("a file is too large"))?;
            let content = rest.bytes(length)?;
            if !is_plain(name) {
                return Err(fault(&format!("`{}` is no name of a file", name.escape_debug())));
            }
            if files.insert(name.to_owned(), content.to_vec()).is_some() {
                return Err(fault(&format!("the file `{name}` is there twice")));
            }
        }
        let (Rest(hash), content) = (rest, &bytes[..bytes.len() - rest.0.len()]);
        if hash.len() < HASH {
            return Err(fault("cut short"));
        }
        if hash != xxh3_128(content).to_le_bytes() {
            return Err(fault("changed: their hash is another, or there is more behind them"));
        }
        if !files.contains_key(CONFIG) {
            return Err(fault("hold no config.json"));
        }
        Ok(Self { files })
    }
}

/// The bytes that are still to be read.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (read, rest) = self.0.split_at_checked(count).ok_or_else(|| fault("cut short"))?;
        self.0 = rest;
        Ok(read)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (read, rest) = self.0.split_first_chunk().ok_or_else(|| fault("cut short"))?;
        self.0 = rest;
        Ok(*read)
    }

    fn number32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn number64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }
}

/// Whether it names a file in a folder, and nothing outside it, on every system.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}

fn fault(message: &str) -> Error {
    Error::model(Path::new("a model's bytes"), message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ErrorKind;

    fn model() -> Model {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        Model {
            files: [file("config.json", "{}"), file("words.txt", "Ada\nOtto\n"), file("empty", "")].into(),
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let bytes = model().to_bytes();
        assert_eq!(Model::from_bytes(&bytes).unwrap(), model());
        assert_eq!(Model::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn bytes_that_are_cut_changed_or_too_many_are_refused() {
        let bytes = model().to_bytes();
        let refused = |bytes: &[u8]| {
            let fault = Model::from_bytes(bytes).unwrap_err();
            assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
        };
        for at in 0..bytes.len() {
            refused(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            refused(&changed);
        }
        refused(&[bytes.as_slice(), b"x"].concat());
    }

    #[test]
    fn a_newer_version_and_names_that_lead_elsewhere_are_told() {
        let mut newer = model().to_bytes();
        newer[MAGIC.len()] = 2;
        let fault = Model::from_bytes(&newer).unwrap_err().to_string();
        assert!(fault.contains("version 2, this program reads version 1"), "{fault}");
        for name in ["../x", "/x", "a/b", "a\\b", "C:x", ".hidden", "..", ""] {
            let mut odd = model();
            odd.files.insert(name.to_owned(), Vec::new());
            let fault = Model::from_bytes(&odd.to_bytes()).unwrap_err().to_string();
            assert!(fault.contains("no name of a file"), "{name}: {fault}");
        }
        let none = Model { files: BTreeMap::new() };
        let fault = Model::from_bytes(&none.to_bytes()).unwrap_err().to_string();
        assert!(fault.contains("config.json"), "{fault}");
    }
}
