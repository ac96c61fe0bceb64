//! A model to a folder.

use std::fs;
use std::path::Path;

use xner_corpus::write::{PartialFolder, remove_partial};

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
        let parent = parent(folder)?;
        // What a killed process was writing goes by the way; where it cannot, that is no fault of this model.
        let _ = remove_partial(parent);
        let partial = PartialFolder::create(parent)?;
        self.write(partial.path())?;
        old.replace(folder, partial, self)
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
    fn replace(&self, folder: &Path, partial: PartialFolder, new: &Model) -> Result<()> {
        match self {
            Self::Nothing => Ok(partial.persist(folder)?),
            Self::Empty => {
                fs::remove_dir(folder).map_err(Error::io(folder))?;
                Ok(partial.persist(folder)?)
            }
            Self::Model | Self::Other => {
                only_a_model(folder, new)?;
                // In a folder of a name that nobody has: what lies beside this one is another's.
                let old = PartialFolder::create(parent(folder)?)?;
                let kept = old.path().join("old");
                fs::rename(folder, &kept).map_err(Error::io(folder))?;
                if let Err(fault) = partial.persist(folder) {
                    fs::rename(&kept, folder).map_err(Error::io(folder))?;
                    return Err(fault.into());
                }
                Ok(())
            }
        }
    }
}

/// The endings of files that models have.
const ENDINGS: [&str; 7] = ["bin", "index", "json", "model", "onnx", "safetensors", "txt"];

/// Refuses to remove a folder with what no model has: folders, hidden files, files of other endings than models and
/// this one have.
fn only_a_model(folder: &Path, new: &Model) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let known = new.files.contains_key(&name) || ENDINGS.contains(&ending);
        if name.starts_with('.') || !path.is_file() || !known {
            let message =
                format!("holds `{}` beside the model, which is no file of one", name.escape_debug());
            return Err(Error::folder(folder, message + "; take another folder, or move it away"));
        }
    }
    Ok(())
}

/// The folder in which a folder lies.
fn parent(folder: &Path) -> Result<&Path> {
    match (folder.file_name(), folder.parent()) {
        (Some(_), Some(parent)) if parent == Path::new("") => Ok(Path::new(".")),
        (Some(_), Some(parent)) => Ok(parent),
        _ => Err(Error::folder(folder, "has no name of its own; name the folder that is to be written")),
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

    #[test]
    fn what_lies_beside_a_model_or_in_its_folder_is_left() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("model");
        for other in ["model.partial", "model.old"] {
            fs::create_dir(parent.path().join(other)).unwrap();
            fs::write(parent.path().join(other).join("letter.txt"), "dear").unwrap();
        }
        model("1").save(&folder, Existing::Refuse).unwrap();
        for other in ["notes.md", ".hidden", "runs"] {
            let path = folder.join(other);
            if other == "runs" {
                fs::create_dir(&path).unwrap();
            } else {
                fs::write(&path, "dear").unwrap();
            }
            let fault = model("2").save(&folder, Existing::Replace).unwrap_err();
            assert_eq!(fault.kind(), ErrorKind::StaleFolder, "{fault}");
            assert!(fault.to_string().contains(&format!("holds `{other}` beside the model")), "{fault}");
            assert!(path.exists());
            if other == "runs" { fs::remove_dir(&path).unwrap() } else { fs::remove_file(&path).unwrap() }
        }
        model("2").save(&folder, Existing::Replace).unwrap();
        for other in ["model.partial", "model.old"] {
            assert_eq!(fs::read_to_string(parent.path().join(other).join("letter.txt")).unwrap(), "dear");
        }
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 3);
    }
}
