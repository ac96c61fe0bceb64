//! A model in memory: its files, from and to bytes and folders.

mod bytes;
mod save;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

pub use save::Existing;
use xner_corpus::split::Language;
use xner_train::Device;

use crate::{Error, OpenOptions, Result, Tagger, is_model, open_with};

/// The file without which there is no model.
const CONFIG: &str = "config.json";

/// A model in memory: the files of its folder, by their names.
///
/// ```no_run
/// use std::path::Path;
/// use xner_tagger::{Existing, Model};
///
/// let bytes = Model::read(Path::new("model"))?.to_bytes();
/// Model::from_bytes(&bytes)?.save(Path::new("copy"), Existing::Refuse)?;
/// # Ok::<(), xner_tagger::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Model {
    files: BTreeMap<String, Vec<u8>>,
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.files()).finish()
    }
}

impl Model {
    /// Reads the files of a model directory; folders in it, such as a checkpoint, and hidden files are left out.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Model`] for a folder without a `config.json` and for a name that is not UTF-8.
    pub fn read(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            is_model(folder)?;
        }
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
            let path = entry.map_err(Error::io(folder))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                return Err(Error::model(&path, "has a name that is not UTF-8"));
            };
            // What a link leads to counts: the hub's cache is of links.
            if !name.starts_with('.') && path.is_file() {
                files.insert(name.to_owned(), fs::read(&path).map_err(Error::io(&path))?);
            }
        }
        if !files.contains_key(CONFIG) {
            is_model(folder)?;
        }
        Ok(Self { files })
    }

    /// The names of its files and how many bytes they have.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.len()))
    }

    /// The languages that it was made for: see [`languages_of`](crate::languages_of).
    pub fn languages(&self) -> Vec<Language> {
        crate::language::of_files(|name| self.files.get(name).cloned())
    }

    /// Opens it as a tagger. Meanwhile its files are in the system's folder for temporary files.
    ///
    /// # Errors
    /// Those of [`open_with`]; [`Error::Io`] when there is no room for its files.
    pub fn open(&self, options: &OpenOptions, device: &Device) -> Result<Box<dyn Tagger>> {
        let folder = temporary()?;
        self.write(folder.path())?;
        open_with(folder.path(), options, device)
    }

    /// Writes its files into a folder; `config.json` last.
    fn write(&self, folder: &Path) -> Result<()> {
        let last = |name: &str| name == CONFIG;
        let rest = self.files.iter().filter(|(name, _)| !last(name));
        for (name, bytes) in rest.chain(self.files.iter().filter(|(name, _)| last(name))) {
            let path = folder.join(name);
            fs::write(&path, bytes).map_err(Error::io(&path))?;
        }
        Ok(())
    }
}

/// A folder that goes away.
pub(crate) fn temporary() -> Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("xner-")
        .tempdir()
        .map_err(|fault| Error::io(&std::env::temp_dir())(fault))
}
