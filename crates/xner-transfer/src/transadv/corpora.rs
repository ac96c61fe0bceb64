//! What a run works on.

use std::path::PathBuf;

use xner_corpus::sample::subset;
use xner_corpus::{Labelled, Sentence};
use xner_train::{Fingerprint, read_labelled, read_unlabelled};

use super::config::{Method, TransAdvConfig};
use super::data::{TransAdvData, create, translator};
use crate::{Error, Result};

/// Labelled text of the source, text of the target, and what was made of the first.
#[derive(Debug, Default)]
pub struct TransAdvCorpora {
    /// `D_S`
    pub train: Vec<Labelled>,
    /// Source sentences by which weights are chosen.
    pub dev: Vec<Labelled>,
    /// `D_T^u`; empty for a method that reads none.
    pub unlabelled: Vec<Sentence>,
    /// Labelled target sentences; may be empty.
    pub target_dev: Vec<Labelled>,
    /// Labelled target sentences to be scored in the end; may be empty.
    pub target_test: Vec<Labelled>,
    /// What was made of `D_S`; none for a method that translates nothing.
    pub made: Option<TransAdvData>,
}

/// Which sentences a run takes, where it does not take all, and the sets that are made of them, are the same for every
/// seed, so that seeds differ by training alone.
pub const SETS_SEED: u64 = 1;

impl TransAdvCorpora {
    /// Reads the files that a config names, and makes the translated, code-switched and shuffled sets, where the method
    /// needs them.
    ///
    /// # Errors
    /// [`Error::Setting`] for a file that is needed and not named; faults of the files, with their lines; faults of
    /// [`create`].
    pub fn read(config: &TransAdvConfig, method: Method) -> Result<Self> {
        let TransAdvConfig { source, target, .. } = config;
        let needed = |key: &str, path: &Option<PathBuf>| {
            let missing = || Error::setting(key, "is missing, expected the path of a corpus");
            path.clone().ok_or_else(missing)
        };
        let maybe = |key: &str, path: &Option<PathBuf>| match path {
            Some(path) => Ok::<_, Error>(read_labelled(key, path, &target.read)?),
            None => Ok(Vec::new()),
        };
        let train = Self::source(config)?;
        let dev = read_labelled("source.dev", &needed("source.dev", &source.dev)?, &source.read)?;
        let unlabelled = if method.reads_unlabelled() {
            let path = needed("target.unlabelled", &target.unlabelled)?;
            limited(read_unlabelled(&path, &target.read)?, target.sentences, |sentence| sentence)
        } else {
            Vec::new()
        };
        // The slow part comes last.
        let (target_dev, target_test) =
            (maybe("target.dev", &target.dev)?, maybe("target.test", &target.test)?);
        let made = if method.translates() {
            let translator = translator(&config.dictionary, config.phrases.as_deref())?;
            Some(create(&train, &translator, &config.data, SETS_SEED)?)
        } else {
            None
        };
        Ok(Self {
            train,
            dev: limited(dev, source.dev_sentences, of_labelled),
            unlabelled,
            target_dev: limited(target_dev, target.dev_sentences, of_labelled),
            target_test,
            made,
        })
    }

    /// `D_S` alone.
    ///
    /// # Errors
    /// As [`TransAdvCorpora::read`].
    pub fn source(config: &TransAdvConfig) -> Result<Vec<Labelled>> {
        let (key, source) = ("source.train", &config.source);
        let missing = || Error::setting(key, "is missing, expected the path of a corpus");
        let train = read_labelled(key, source.train.as_ref().ok_or_else(missing)?, &source.read)?;
        Ok(limited(train, source.sentences, of_labelled))
    }

    /// Adds all of it.
    pub(crate) fn fingerprint(&self, print: &mut Fingerprint) {
        print.corpus(&self.train).corpus(&self.dev).sentences(&self.unlabelled);
        print.corpus(&self.target_dev).corpus(&self.target_test);
        for (name, sentences) in self.made.iter().flat_map(TransAdvData::files) {
            print.bytes(name.as_bytes()).corpus(sentences);
        }
    }
}

fn of_labelled(labelled: &Labelled) -> &Sentence {
    &labelled.sentence
}

/// `count` of them, drawn, in their order; empty sentences are of no use.
fn limited<T>(mut sentences: Vec<T>, count: Option<usize>, of: impl Fn(&T) -> &Sentence) -> Vec<T> {
    sentences.retain(|one| !of(one).is_empty());
    let Some(count) = count.filter(|&count| count < sentences.len()) else { return sentences };
    let mut kept = vec![false; sentences.len()];
    for at in subset(sentences.len(), count, SETS_SEED) {
        kept[at] = true;
    }
    sentences.into_iter().zip(kept).filter_map(|(one, kept)| kept.then_some(one)).collect()
}
