//! The model that tags: a folder, one of the hub, a file, or the one in the box.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xner_corpus::read::Input;
use xner_corpus::split::Language;
use xner_tagger::{Model, OpenOptions, Tagger, languages_of};
use xner_train::Device;

use crate::commands::source_index::model_folder;
use crate::progress::note;

/// Where a model is.
pub(crate) enum Source {
    Folder(PathBuf),
    /// Its files are in memory: those of a packed file, or of the model in the box.
    Packed(Model),
}

impl Source {
    /// The model of this name; without a name the one in the box.
    pub(crate) fn of(name: Option<&str>) -> Result<Self> {
        let Some(name) = name else { return built_in() };
        if Path::new(name).is_file() {
            let bytes = std::fs::read(name).with_context(|| name.to_owned())?;
            let what =
                || format!("{name}: is a file, expected one that `xner pack` wrote, or a model directory");
            return Ok(Self::Packed(Model::from_bytes(&bytes).with_context(what)?));
        }
        Ok(Self::Folder(model_folder(name)?))
    }

    /// The languages that it is for; empty where it does not say.
    pub(crate) fn languages(&self) -> Vec<Language> {
        match self {
            Self::Folder(folder) => languages_of(folder),
            Self::Packed(model) => model.languages(),
        }
    }

    pub(crate) fn open(&self, options: &OpenOptions, device: &Device) -> Result<Box<dyn Tagger>> {
        Ok(match self {
            Self::Folder(folder) => xner_tagger::open_with(folder, options, device)?,
            Self::Packed(model) => model.open(options, device)?,
        })
    }
}

#[cfg(feature = "built-in")]
fn built_in() -> Result<Source> {
    Ok(Source::Packed(Model::from_bytes(xner_model::BYTES).context("the model in the box")?))
}

#[cfg(not(feature = "built-in"))]
fn built_in() -> Result<Source> {
    let message =
        "--model DIR is needed: this program is built without the model in the box, the feature `built-in`";
    Err(crate::exit::bad_input(message))
}

/// Tells, where the beginning of a text looks like a language that the model does not know, which ones it knows.
pub(super) fn tell_unknown(input: &mut Input, known: &[Language]) {
    let Ok(head) = input.reader.fill_buf() else { return };
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(fault) => std::str::from_utf8(&head[..fault.valid_up_to()]).unwrap_or_default(),
    };
    let Some(found) = Language::guess(text).filter(|found| !known.is_empty() && !known.contains(found))
    else {
        return;
    };
    let codes: Vec<&str> = known.iter().map(|language| language.code()).collect();
    note(&format!(
        "{}: the text looks like {} ({found}), of which the model has seen nothing; it knows {}",
        input.name.display(),
        found.name(),
        codes.join(", ")
    ));
}
