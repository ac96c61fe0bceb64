//! What a run works on.

use std::path::PathBuf;

use xner_corpus::{Labelled, Sentence};
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{self, Mapping};
use xner_embed::{Vectors, read};
use xner_train::{at_most, read_unlabelled};

use super::config::{Variant, Words, ZeroResourceConfig};
use crate::text::{labelled, maybe_labelled, needed};
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
        let vectors = |key: &str, path: &Option<PathBuf>, limit| {
            if config.words() == Words::Random {
                return Ok::<_, Error>(None);
            }
            let path = needed(key, "word vectors", path.as_ref())?;
            Ok(Some(read::open(path, &xner_embed::ReadOptions { limit, ..Default::default() })?))
        };
        let unlabelled = match &target.unlabelled {
            None if config.variant != Variant::CrossAugmented => Vec::new(),
            path => {
                let path = needed("target.unlabelled", "a corpus", path.as_ref())?;
                at_most(read_unlabelled(path, &target.read)?, target.sentences, |sentence| sentence)
            }
        };
        let some = |all, count| at_most(all, count, |labelled: &Labelled| &labelled.sentence);
        let dictionary = mapping.dictionary.as_ref().map(Dictionary::read).transpose()?;
        Ok(Self {
            source: SourceData {
                train: some(labelled("source.train", source.train.as_ref(), &source.read)?, source.sentences),
                dev: some(labelled("source.dev", source.dev.as_ref(), &source.read)?, source.dev_sentences),
                test: maybe_labelled("source.test", source.test.as_ref(), &source.read)?,
                vectors: vectors("source.vectors", &source.vectors, source.limit)?,
            },
            target: TargetData {
                unlabelled,
                dev: some(
                    maybe_labelled("target.dev", target.dev.as_ref(), &target.read)?,
                    target.dev_sentences,
                ),
                test: maybe_labelled("target.test", target.test.as_ref(), &target.read)?,
                vectors: vectors("target.vectors", &target.vectors, target.limit)?,
            },
            mapping: mapping.folder.as_ref().map(map::open).transpose()?.map(|folder| folder.mapping),
            dictionary,
        })
    }
}
