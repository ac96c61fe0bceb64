//! What a run works on.

use xner_corpus::{Labelled, Sentence};
use xner_train::{Fingerprint, read_unlabelled};

use super::config::{Method, TransAdvConfig};
use super::data::{TransAdvData, chained, create, opened};
use crate::Result;
use crate::fit::{DictionaryFit, FIT, Finding, Target};
use crate::text::{SETS_SEED, labelled, limited, limited_by, maybe_labelled, needed};

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
    /// What of the dictionary does not fit.
    pub findings: Vec<Finding>,
}

impl TransAdvCorpora {
    /// Reads the files that a config names, and makes the translated, code-switched and shuffled sets, where the method
    /// needs them.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for a file that is needed and not named; faults of the files, with
    /// their lines; faults of [`create`].
    pub fn read(config: &TransAdvConfig, method: Method) -> Result<Self> {
        let TransAdvConfig { source, target, .. } = config;
        let train = Self::source(config)?;
        let dev = labelled("source.dev", source.dev.as_ref(), &source.read)?;
        let unlabelled = if method.reads_unlabelled() {
            let path = needed("target.unlabelled", "a corpus", target.unlabelled.as_ref())?;
            limited_by(read_unlabelled(path, &target.read)?, target.sentences, |sentence| sentence)
        } else {
            Vec::new()
        };
        let target_dev = maybe_labelled("target.dev", target.dev.as_ref(), &target.read)?;
        let target_test = maybe_labelled("target.test", target.test.as_ref(), &target.read)?;
        // The slow part comes last.
        let mut findings = Vec::new();
        let made = if method.translates(&config.consensus) {
            let dictionary = opened(&config.dictionary)?;
            let fit = DictionaryFit::of(train.iter().take(FIT), &config.data.keep_types);
            findings = fit.findings(&dictionary, Target::Text(&unlabelled));
            let translator = chained(dictionary, config.phrases.as_deref())?;
            Some(create(&train, &translator, &config.data, SETS_SEED)?)
        } else {
            None
        };
        Ok(Self {
            train,
            dev: limited(dev, source.dev_sentences),
            unlabelled,
            target_dev: limited(target_dev, target.dev_sentences),
            target_test,
            made,
            findings,
        })
    }

    /// `D_S` alone.
    ///
    /// # Errors
    /// As [`TransAdvCorpora::read`].
    pub fn source(config: &TransAdvConfig) -> Result<Vec<Labelled>> {
        let TransAdvConfig { source, .. } = config;
        let train = labelled("source.train", source.train.as_ref(), &source.read)?;
        Ok(limited(train, source.sentences))
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
