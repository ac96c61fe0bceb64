//! What a run works on.

use std::path::Path;

use xner_corpus::{Labelled, Sentence};
use xner_tagger::bert::{Tokeniser, Windows};
use xner_train::read_labelled;

use super::config::MetaConfig;
use crate::Result;
use crate::text::{labelled, limited, maybe_labelled, needed};

/// Labelled text of the source, and of the target to score on.
#[derive(Debug, Clone, Default)]
pub struct MetaCorpora {
    /// `D_S`
    pub train: Vec<Labelled>,
    /// Source sentences by which weights are chosen.
    pub dev: Vec<Labelled>,
    /// `D_T`: labelled target sentences; may be empty.
    pub target_test: Vec<Labelled>,
}

impl MetaCorpora {
    /// Reads the files that a config names.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for a file that is needed and not named; faults of the files, with
    /// their lines.
    pub fn read(config: &MetaConfig) -> Result<Self> {
        let MetaConfig { source, target, .. } = config;
        let test = maybe_labelled("target.test", target.test.as_ref(), &target.read)?;
        let dev = labelled("source.dev", source.dev.as_ref(), &source.read);
        let corpora = Self {
            train: read_source(config, needed("source.train", "a corpus", source.train.as_ref())?)?,
            dev: limited(dev?, source.dev_sentences),
            target_test: limited(test, target.test_sentences),
        };
        Ok(corpora.without(&config.drop_types))
    }

    /// The same, in which entities of these types are none.
    #[must_use]
    pub fn without(mut self, types: &[String]) -> Self {
        for labelled in self.train.iter_mut().chain(&mut self.dev).chain(&mut self.target_test) {
            labelled.entities.retain(|entity| !types.iter().any(|name| name == entity.kind.as_str()));
        }
        self
    }

    /// The same, in which each window of a long sentence is a sentence of its own. An entity that windows cut is in
    /// each of them as far as it goes.
    ///
    /// # Errors
    /// A fault of the tokeniser.
    pub fn cut(self, windows: &Windows, tokeniser: &Tokeniser) -> Result<Self> {
        let cut = |corpus: Vec<Labelled>| -> Result<Vec<Labelled>> {
            let mut all = Vec::with_capacity(corpus.len());
            for labelled in corpus {
                let parts = windows.of(&tokeniser.encode(labelled.sentence.tokens())?);
                if parts.len() < 2 {
                    all.push(labelled);
                } else {
                    all.extend(parts.into_iter().map(|part| piece(&labelled, part.words)));
                }
            }
            Ok(all)
        };
        let Self { train, dev, target_test } = self;
        Ok(Self { train: cut(train)?, dev: cut(dev)?, target_test: cut(target_test)? })
    }
}

/// The source's training sentences in a file, as a config wants them: so many, and without the types that it drops.
///
/// # Errors
/// Faults of the file, with its lines.
pub fn read_source(config: &MetaConfig, path: &Path) -> Result<Vec<Labelled>> {
    let train = read_labelled("source.train", path, &config.source.read)?;
    let own = MetaCorpora { train: limited(train, config.source.sentences), ..MetaCorpora::default() };
    Ok(own.without(&config.drop_types).train)
}

/// Some words of a sentence, and what of its entities lies in them.
fn piece(labelled: &Labelled, words: std::ops::Range<usize>) -> Labelled {
    let sentence = Sentence::from_tokens(words.clone().map(|word| labelled.sentence.token(word)));
    let entities = labelled.entities.iter().filter_map(|entity| {
        let (start, end) = (entity.tokens.start.max(words.start), entity.tokens.end.min(words.end));
        let tokens = (start < end).then(|| start - words.start..end - words.start)?;
        Some(xner_corpus::Entity { tokens, ..entity.clone() })
    });
    Labelled { sentence, entities: entities.collect() }
}
