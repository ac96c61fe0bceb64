//! What a run works on.

use xner_corpus::Labelled;
use xner_embed::dictionary::Dictionary;
use xner_embed::{ReadOptions, Vectors, read};
use xner_train::at_most;

use super::config::BwetConfig;
use crate::Result;
use crate::text::{labelled, maybe_labelled, needed};

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
    /// [`Error::Setting`](crate::Error::Setting) for a file that is needed and not named; faults of the files, with
    /// their lines.
    pub fn read(config: &BwetConfig) -> Result<Self> {
        let BwetConfig { source, target, dictionary, .. } = config;
        let vectors = needed("target.vectors", "word vectors", target.vectors.as_ref());
        let some = |all, count| at_most(all, count, |labelled: &Labelled| &labelled.sentence);
        // The dictionary is the slow part, so it comes last.
        Ok(Self {
            train: some(labelled("source.train", source.train.as_ref(), &source.read)?, source.sentences),
            dev: some(labelled("source.dev", source.dev.as_ref(), &source.read)?, source.dev_sentences),
            target_dev: some(
                maybe_labelled("target.dev", target.dev.as_ref(), &target.read)?,
                target.dev_sentences,
            ),
            target_test: maybe_labelled("target.test", target.test.as_ref(), &target.read)?,
            vectors: read::open(vectors?, &ReadOptions { limit: target.limit, ..ReadOptions::default() })?
                .with_mean_length(target.length)?,
            dictionary: dictionary.open()?,
        })
    }
}
