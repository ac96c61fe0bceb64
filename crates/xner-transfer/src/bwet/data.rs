//! What a run works on.

use std::path::PathBuf;

use xner_corpus::Labelled;
use xner_corpus::read::ReadOptions;
use xner_embed::dictionary::Dictionary;
use xner_embed::{Vectors, read};
use xner_train::read_labelled;

use super::config::BwetConfig;
use crate::{Error, Result};

/// Labelled text of the source, a dictionary, and what there is of the target.
#[derive(Debug)]
pub struct BwetData {
    /// Source sentences to translate and train on.
    pub train: Vec<Labelled>,
    /// Source sentences to translate and choose weights by.
    pub dev: Vec<Labelled>,
    /// Labelled target sentences; may be empty.
    pub target_dev: Vec<Labelled>,
    /// Labelled target sentences to be scored in the end; may be empty.
    pub target_test: Vec<Labelled>,
    /// The target's own word vectors.
    pub vectors: Vectors,
    /// Translations of source words.
    pub dictionary: Dictionary,
}

impl BwetData {
    /// Reads the files that a config names, and makes the dictionary where it names a mapping.
    ///
    /// # Errors
    /// [`Error::Setting`] for a file that is needed and not named; faults of the files, with their lines.
    pub fn read(config: &BwetConfig) -> Result<Self> {
        let BwetConfig { source, target, dictionary, .. } = config;
        let corpus = |key: &str, path: &PathBuf, options: &ReadOptions| read_labelled(key, path, options);
        let maybe = |key: &str, path: &Option<PathBuf>| match path {
            Some(path) => corpus(key, path, &target.read),
            None => Ok(Vec::new()),
        };
        // The dictionary is the slow part, so it comes last.
        Ok(Self {
            train: corpus(
                "source.train",
                needed("source.train", "a corpus", source.train.as_ref())?,
                &source.read,
            )?,
            dev: corpus("source.dev", needed("source.dev", "a corpus", source.dev.as_ref())?, &source.read)?,
            target_dev: maybe("target.dev", &target.dev)?,
            target_test: maybe("target.test", &target.test)?,
            vectors: {
                let path = needed("target.vectors", "word vectors", target.vectors.as_ref())?;
                read::open(path, &xner_embed::ReadOptions { limit: target.limit, ..Default::default() })?
                    .with_mean_length(target.length)?
            },
            dictionary: dictionary.open()?,
        })
    }
}

fn needed<'a>(key: &str, what: &str, path: Option<&'a PathBuf>) -> Result<&'a PathBuf> {
    path.ok_or_else(|| Error::setting(key, format!("is missing, expected the path of {what}")))
}
