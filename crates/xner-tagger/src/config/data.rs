//! Where labelled text and word vectors are.

use std::path::PathBuf;

#[cfg(feature = "train")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use xner_corpus::read::ReadOptions;
#[cfg(feature = "train")]
use xner_train::settings::check::{fraction, not_negative, positive_if_given, size};

#[cfg(feature = "train")]
use crate::Result;

/// Labelled text in columns, TSV or JSON lines, plain or packed as `.gz` or `.xz`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// Training sentences. This key must be given.
    #[cfg_attr(feature = "train", schemars(example = &"train.conll"))]
    pub train: Option<PathBuf>,
    /// Development sentences, on which the best weights are chosen. Without them the last ones are kept.
    #[cfg_attr(feature = "train", schemars(example = &"dev.conll"))]
    pub dev: Option<PathBuf>,
    /// Test sentences, which training never sees. They are scored once at the end.
    #[cfg_attr(feature = "train", schemars(example = &"test.conll"))]
    pub test: Option<PathBuf>,
    /// So many of the training sentences are used, the same for every seed; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "train", schemars(example = 4000))]
    pub sentences: Option<usize>,
    /// So many of the development sentences are used; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "train", schemars(example = 1000))]
    pub dev_sentences: Option<usize>,
    /// How a corpus is read.
    pub read: ReadOptions,
}

/// Word vectors of a file in any format that `xner vectors` reads, or random ones.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct VectorsConfig {
    /// A file of word vectors. Without one, every training word gets a random vector, which is trained.
    #[cfg_attr(feature = "train", schemars(example = &"vectors.vec"))]
    pub file: Option<PathBuf>,
    /// Only so many of the file's words are read, from its top; by default all.
    #[cfg_attr(feature = "train", schemars(example = 400_000))]
    pub limit: Option<usize>,
    /// The mean length that a file's vectors are scaled to, by one factor for all; 0 leaves them as they are. Plain
    /// gradient descent learns little from very short ones, and nothing from very long ones. Default 0.
    #[cfg_attr(feature = "train", schemars(example = 5.0))]
    #[serde(skip_serializing_if = "is_zero")]
    pub length: f32,
    /// Dimensions of random vectors, where there is no file. Default 100.
    #[default = 100]
    pub random: usize,
    /// Whether vectors from a file are trained along with the model. Then training words without a vector get one of
    /// their own. Default false.
    pub train: bool,
    /// When vectors are trained, the share of chances at which a training word that occurs once is read as unknown, so
    /// that the unknown word's vector is trained too. Default 0.5.
    #[default = 0.5]
    pub unknown: f32,
    /// The same share where vectors from a file stay as they are: then such words are known by their characters and
    /// neighbours alone. Default 0.
    #[cfg_attr(feature = "train", schemars(example = 0.5))]
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown_frozen: f32,
    /// Which of the file's words the model keeps. Default `all`.
    pub keep: Keep,
}

/// A key that was not there before is written only where it says something, so that older runs can go on.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(length: &f32) -> bool {
    *length == 0.0
}

/// Which words of a vectors file a model keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// All, so that it knows words which training never saw.
    #[default]
    All,
    /// Those that occur in the training and development sentences or among the extra words.
    Corpora,
}

#[cfg(feature = "train")]
impl DataConfig {
    pub(crate) fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        vec![&mut self.train, &mut self.dev, &mut self.test]
    }

    /// Checks every value's range.
    pub(crate) fn check(&self) -> Result<()> {
        positive_if_given("data.sentences", self.sentences)?;
        positive_if_given("data.dev_sentences", self.dev_sentences)
    }
}

#[cfg(feature = "train")]
impl VectorsConfig {
    pub(super) fn check(&self) -> Result<()> {
        size("vectors.random", self.random)?;
        positive_if_given("vectors.limit", self.limit)?;
        not_negative("vectors.length", self.length)?;
        fraction("vectors.unknown", self.unknown)?;
        fraction("vectors.unknown_frozen", self.unknown_frozen)
    }
}
