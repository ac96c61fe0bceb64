//! What a run works on.

use std::path::PathBuf;

use xner_corpus::read::ReadOptions;
use xner_corpus::{Labelled, Sentence};
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{self, Mapping};
use xner_embed::{Vectors, read};
use xner_train::{read_labelled, read_unlabelled};

use super::config::{Variant, Words, ZeroResourceConfig};
use crate::{Error, Result};

/// Both languages' text and vectors.
#[derive(Debug, Default)]
pub struct ZeroResourceData {
    /// The language with labels.
    pub source: SourceData,
    /// The language without.
    pub target: TargetData,
    /// A mapping made before; without one it is learnt, where one is needed.
    pub mapping: Option<Mapping>,
    /// Word pairs for the mapping methods that need them.
    pub dictionary: Option<Dictionary>,
}

/// Labelled text and vectors of the source language.
#[derive(Debug, Default)]
pub struct SourceData {
    /// Sentences to train on.
    pub train: Vec<Labelled>,
    /// Sentences by which weights are chosen.
    pub dev: Vec<Labelled>,
    /// Sentences to be scored in the end; may be empty.
    pub test: Vec<Labelled>,
    /// Word vectors.
    pub vectors: Option<Vectors>,
}

/// Text and vectors of the target language.
#[derive(Debug, Default)]
pub struct TargetData {
    /// Sentences without labels.
    pub unlabelled: Vec<Sentence>,
    /// Labelled sentences for the column "tuned on tgt-dev"; may be empty.
    pub dev: Vec<Labelled>,
    /// Labelled sentences to be scored in the end; may be empty.
    pub test: Vec<Labelled>,
    /// Word vectors.
    pub vectors: Option<Vectors>,
}

impl ZeroResourceData {
    /// Reads the files that a config names.
    ///
    /// # Errors
    /// [`Error::Setting`] for a file that is needed and not named; faults of the files, with their lines.
    pub fn read(config: &ZeroResourceConfig) -> Result<Self> {
        let ZeroResourceConfig { source, target, mapping, .. } = config;
        let missing = |key: &str| Error::setting(key, "is missing, expected the path of a corpus");
        let corpus = |key: &str, path: &Option<PathBuf>, options: &ReadOptions, needed: bool| match path {
            Some(path) => Ok(read_labelled(key, path, options)?),
            None if needed => Err(missing(key)),
            None => Ok(Vec::new()),
        };
        let vectors = |key: &str, path: &Option<PathBuf>, limit| match path {
            _ if config.words() == Words::Random => Ok(None),
            Some(path) => {
                Ok(Some(read::open(path, &xner_embed::ReadOptions { limit, ..Default::default() })?))
            }
            None => Err(Error::setting(key, "is missing, expected the path of word vectors")),
        };
        let augmented = config.variant == Variant::CrossAugmented;
        let unlabelled = match &target.unlabelled {
            Some(path) => read_unlabelled(path, &target.read)?,
            None if augmented => return Err(missing("target.unlabelled")),
            None => Vec::new(),
        };
        let dictionary = mapping.dictionary.as_ref().map(Dictionary::read).transpose()?;
        Ok(Self {
            source: SourceData {
                train: corpus("source.train", &source.train, &source.read, true)?,
                dev: corpus("source.dev", &source.dev, &source.read, true)?,
                test: corpus("source.test", &source.test, &source.read, false)?,
                vectors: vectors("source.vectors", &source.vectors, source.limit)?,
            },
            target: TargetData {
                unlabelled,
                dev: corpus("target.dev", &target.dev, &target.read, false)?,
                test: corpus("target.test", &target.test, &target.read, false)?,
                vectors: vectors("target.vectors", &target.vectors, target.limit)?,
            },
            mapping: mapping
                .folder
                .as_ref()
                .map(|dir| Ok::<_, Error>(map::open(dir)?.mapping))
                .transpose()?,
            dictionary,
        })
    }
}
