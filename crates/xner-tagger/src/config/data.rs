//! Where labelled text and word vectors are.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_corpus::read::ReadOptions;

use super::check::positive;
use crate::{Error, Result};

/// `[data]`: labelled text. Paths are relative to the config's folder; `.gz` and `.xz` are unpacked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// Training sentences.
    pub train: Option<PathBuf>,
    /// Development sentences, on which the best weights are chosen. Without them the last ones are kept.
    pub dev: Option<PathBuf>,
    /// Test sentences, which training never sees: to be scored once at the end.
    pub test: Option<PathBuf>,
    /// `[data.read]`: format and columns. By default what the file's name promises, else columns, of which the
    /// first is the token and the last the tag.
    pub read: ReadOptions,
}

/// `[vectors]`: word vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VectorsConfig {
    /// A file of word vectors. Without one, every training word gets a random vector, which is trained.
    pub file: Option<PathBuf>,
    /// Read only so many of the file's words, from its top; by default all.
    pub limit: Option<usize>,
    /// The mean length that a file's vectors are scaled to, by one factor for all; 0 leaves them as they are
    /// (default). Plain gradient descent learns little from very short ones, and nothing from very long ones.
    #[serde(skip_serializing_if = "is_zero")]
    pub length: f32,
    /// Dimensions of random vectors, where there is no file. Default 100.
    pub random: usize,
    /// Whether vectors from a file are trained along with the model. Then training words without a vector
    /// get one of their own. Default false.
    pub train: bool,
    /// The share of chances at which a training word that occurs once is read as unknown, when vectors are
    /// trained, so that the unknown word's vector is trained too. Default 0.5.
    pub unknown: f32,
    /// Which of the file's words the model keeps: `all` (default, so that it knows words which training
    /// never saw), or only those of the `corpora` given (training, development, extra words).
    pub keep: Keep,
}

/// A key that was not there before is written only where it says something, so that older runs can go on.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(length: &f32) -> bool {
    *length == 0.0
}

/// Which words of a vectors file a model keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// All.
    #[default]
    All,
    /// Those that occur in the training and development sentences or among the extra words.
    Corpora,
}

impl Default for VectorsConfig {
    fn default() -> Self {
        Self {
            file: None,
            limit: None,
            length: 0.0,
            random: 100,
            train: false,
            unknown: 0.5,
            keep: Keep::All,
        }
    }
}

impl DataConfig {
    pub(crate) fn resolve(&mut self, folder: &Path) {
        for path in [&mut self.train, &mut self.dev, &mut self.test] {
            resolve(path, folder);
        }
    }
}

impl VectorsConfig {
    pub(crate) fn resolve(&mut self, folder: &Path) {
        resolve(&mut self.file, folder);
    }

    pub(super) fn check(&self) -> Result<()> {
        positive("vectors.random", self.random)?;
        if self.limit == Some(0) {
            return Err(Error::setting("vectors.limit", "is 0, expected at least 1"));
        }
        if !(self.length.is_finite() && self.length >= 0.0) {
            let message = format!("is {}, expected a finite number, 0 or above", self.length);
            return Err(Error::setting("vectors.length", message));
        }
        if !(0.0..=1.0).contains(&self.unknown) {
            let message = format!("is {}, expected at least 0 and at most 1", self.unknown);
            return Err(Error::setting("vectors.unknown", message));
        }
        Ok(())
    }
}

/// `folder`'s `path`; an absolute path stays as it is.
fn resolve(path: &mut Option<PathBuf>, folder: &Path) {
    if let Some(relative) = path {
        *relative = folder.join(&*relative);
    }
}
