//! Labelled text, as configs name it and as runs read it.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use xner_corpus::Labelled;
use xner_corpus::read::ReadOptions;
pub use xner_train::SETS_SEED;
use xner_train::read_labelled;
pub(crate) use xner_train::{limited, limited_by};

use crate::{Error, Result};

/// Labelled text.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceText {
    /// What the language is called. Default `en`.
    #[default = "en"]
    pub language: String,
    /// `D_S`: labelled sentences to train on. This key must be given.
    #[schemars(example = &"train.conll")]
    pub train: Option<PathBuf>,
    /// Labelled sentences by which weights are chosen. This key must be given.
    #[schemars(example = &"dev.conll")]
    pub dev: Option<PathBuf>,
    /// So many of the training sentences are used, the same for every seed; by default all.
    #[schemars(example = 4000)]
    pub sentences: Option<usize>,
    /// So many of the development sentences are used; by default all.
    #[schemars(example = 1000)]
    pub dev_sentences: Option<usize>,
    /// How a corpus is read.
    pub read: ReadOptions,
}

/// The file, of `what`, that the setting `key` must name.
pub(crate) fn needed<'a>(key: &str, what: &str, path: Option<&'a PathBuf>) -> Result<&'a PathBuf> {
    path.ok_or_else(|| Error::setting(key, format!("is missing, expected the path of {what}")))
}

/// The labelled sentences of the file that the setting `key` must name.
pub(crate) fn labelled(key: &str, path: Option<&PathBuf>, options: &ReadOptions) -> Result<Vec<Labelled>> {
    read_labelled(key, needed(key, "a corpus", path)?, options)
}

/// Those of a file that it may name; none without it.
pub(crate) fn maybe_labelled(
    key: &str,
    path: Option<&PathBuf>,
    options: &ReadOptions,
) -> Result<Vec<Labelled>> {
    path.map_or_else(|| Ok(Vec::new()), |path| read_labelled(key, path, options))
}
