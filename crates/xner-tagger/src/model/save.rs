//! A model to a folder.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{CONFIG, Model};
use crate::{Error, Result};

/// What to do with a folder that holds something already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Existing {
    /// Refuse it.
    #[default]
    Refuse,
    /// Replace it, if what it holds is a model.
    Replace,
}

impl Model {
    /// Writes its files to a folder, all or none.
    ///
    /// # Errors
    /// [`Error::Folder`] when the folder holds something already and `existing` refuses it, or when that is no model;
    /// [`Error::Io`].
    pub fn save(&self, folder: &Path, existing: Existing) -> Result<()> {
        let old = Old::of(folder)?;
        match (&old, existing) {
            (Old::Model, Existing::Refuse) => {
                return Err(Error::folder(
                    folder,
                    "holds a model already; take another folder, or replace it",
                ));
            }
            (Old::Other, _) => {
                return Err(Error::folder(folder, "holds something that is no model; take another folder"));
            }
            (Old::Nothing | Old::Empty, _) | (Old::Model, Existing::Replace) => {}
        }
        let partial = beside(folder, ".partial")?;
        remove(&partial)?;
        fs::create_dir_all(&partial).map_err(Error::io(&partial))?;
        let written = self.write(&partial).and_then(|()| old.replace(folder, &partial));
        if written.is_err() {
            // What went wrong is told; that no trace is left of it is only tried.
            let _ = remove(&partial);
        }
        written
    }
}

/// What is there.
enum Old {
    Nothing,
    Empty,
    Model,
    Other,
}

impl Old {
    fn of(folder: &Path) -> Result<Self> {
        let mut entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(Self::Nothing),
            Err(fault) => return Err(Error::io(folder)(fault)),
        };
        Ok(match entries.next() {
            None => Self::Empty,
            Some(_) if folder.join(CONFIG).is_file() => Self::Model,
            Some(_) => Self::Other,
        })
    }

    /// Puts `partial` in the place of `folder`.
    fn replace(&self, folder: &Path, partial: &Path) -> Result<()> {
        let rename = |from: &Path, to: &Path| fs::rename(from, to).map_err(Error::io(to));
        match self {
            Self::Nothing => rename(partial, folder),
            Self::Empty => {
                fs::remove_dir(folder).map_err(Error::io(folder))?;
                rename(partial, folder)
            }
            Self::Model | Self::Other => {
                let old = beside(folder, ".old")?;
                remove(&old)?;
                rename(folder, &old)?;
                if let Err(fault) = rename(partial, folder) {
                    rename(&old, folder)?;
                    return Err(fault);
                }
                remove(&old)
            }
        }
    }
}

/// The folder of this name with something behind it.
fn beside(folder: &Path, ending: &str) -> Result<PathBuf> {
    let Some(name) = folder.file_name() else {
        return Err(Error::folder(folder, "has no name of its own; name the folder that is to be written"));
    };
    let name: OsString = [name, ending.as_ref()].into_iter().collect();
    Ok(folder.with_file_name(name))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => Err(Error::io(folder)(fault)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ErrorKind;

    fn model(text: &str) -> Model {
        Model { files: [(CONFIG.to_owned(), text.as_bytes().to_vec())].into() }
    }

    #[test]
    fn a_folder_that_holds_something_is_refused_or_replaced() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("model");
        model("1").save(&folder, Existing::Refuse).unwrap();
        let fault = model("2").save(&folder, Existing::Refuse).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::StaleFolder, "{fault}");
        assert_eq!(Model::read(&folder).unwrap(), model("1"));
        model("2").save(&folder, Existing::Replace).unwrap();
        assert_eq!(Model::read(&folder).unwrap(), model("2"));
        // Nothing else is left beside it.
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
        let empty = parent.path().join("empty");
        fs::create_dir(&empty).unwrap();
        model("3").save(&empty, Existing::Refuse).unwrap();
        assert_eq!(Model::read(&empty).unwrap(), model("3"));
    }

    #[test]
    fn what_is_no_model_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        for existing in [Existing::Refuse, Existing::Replace] {
            let fault = model("1").save(folder.path(), existing).unwrap_err();
            assert_eq!(fault.kind(), ErrorKind::StaleFolder, "{fault}");
        }
        assert_eq!(fs::read_to_string(folder.path().join("letter.txt")).unwrap(), "dear");
        let fault = Model::read(folder.path()).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
    }
}
