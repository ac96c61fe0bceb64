//! A small case: corpora, a tiny random encoder, quick settings.

use std::path::Path;

use burn::backend::Autodiff;
use burn_flex::{Flex, FlexDevice};
use tempfile::TempDir;
use xner_corpus::{Labelled, Sentence};
use xner_sample::{Language, Sample, Split};
use xner_tagger::bert::RandomEncoder;
use xner_tagger::bert::train::{FineTuned, tags_of};
use xner_train::Device;
use xner_train::config::Optimiser;
use xner_transfer::meta::index::{Pretrained, SentenceIndex};
use xner_transfer::meta::{
    AdaptedTagger, Meta, MetaConfig, MetaCorpora, MetaLearner, MetaLessons, Start, Tasks,
};
use xner_transfer::report::TransferReport;
use xner_transfer::{Result, run};

pub(crate) type A = Autodiff<Flex>;

pub(crate) const SOURCE: Language = Language::English;
pub(crate) const TARGET: Language = Language::Spanish;

pub(crate) struct Case {
    folder: TempDir,
    pub(crate) corpora: MetaCorpora,
    pub(crate) config: MetaConfig,
}

impl Case {
    /// So many labelled sentences of the sample, and an encoder that knows all words and has this dropout.
    pub(crate) fn new(sentences: usize, dropout: f64) -> Self {
        let sample = Sample::new(1).unwrap();
        let corpora = MetaCorpora {
            train: sample.labelled(SOURCE, Split::Train, sentences),
            dev: sample.labelled(SOURCE, Split::Dev, 8),
            target_test: sample.labelled(TARGET, Split::Test, 12),
        };
        let folder = tempfile::tempdir().unwrap();
        let all = corpora.train.iter().chain(&corpora.dev).chain(&corpora.target_test);
        let words = all.map(|labelled| &labelled.sentence).flat_map(Sentence::tokens);
        let sizes = RandomEncoder {
            hidden: 16,
            heads: 2,
            inner: 24,
            positions: 24,
            dropout,
            deviation: 0.2,
            ..RandomEncoder::default()
        };
        sizes.write(words, folder.path()).unwrap();
        Self { config: config(folder.path()), folder, corpora }
    }

    pub(crate) fn encoder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn model(&self) -> FineTuned<A> {
        let bert = &self.config.bert;
        let tags = tags_of(bert.scheme, &self.corpora.train).unwrap();
        FineTuned::open(bert, tags, self.config.seed, &FlexDevice).unwrap()
    }

    pub(crate) fn pretrained(&self) -> Pretrained {
        Pretrained::new(self.encoder(), self.config.similarity.representation(), Device::Cpu).unwrap()
    }

    pub(crate) fn index(&self) -> SentenceIndex {
        let sentences = sentences(&self.corpora.train);
        SentenceIndex::open_or_make(None, &self.pretrained(), &sentences).unwrap()
    }

    pub(crate) fn tasks(&self) -> Tasks {
        let similar = self.index().tasks(self.config.similarity.k).unwrap();
        Tasks::new(&self.model(), &self.corpora.train, &similar, 1000).unwrap()
    }

    pub(crate) fn learner(&self, tasks: Tasks) -> MetaLearner<'_, A> {
        MetaLessons::learner(&self.config, self.model(), tasks, &self.corpora.dev).unwrap()
    }

    pub(crate) fn adapted(&self) -> AdaptedTagger<A> {
        let (train, encoder) = (&self.corpora.train, Box::new(self.pretrained()));
        AdaptedTagger::new(self.model(), train, |_| Ok(self.index()), encoder, None, &self.config).unwrap()
    }

    pub(crate) fn run(&self, out: &Path, cache: Option<&Path>) -> Result<TransferReport> {
        run(&Meta, &self.config, &self.corpora, out, cache, &Device::Cpu, &mut ())
    }
}

pub(crate) fn sentences(corpus: &[Labelled]) -> Vec<Sentence> {
    corpus.iter().map(|labelled| labelled.sentence.clone()).collect()
}

pub(crate) fn adam(rate: f64, epsilon: f64) -> Optimiser {
    Optimiser::Adam { rate, beta1: 0.9, beta2: 0.999, epsilon }
}

/// A few updates; windows of 16 subwords, which the longer sentences do not fit into.
fn config(encoder: &Path) -> MetaConfig {
    let mut config = MetaConfig { seed: 3, ..MetaConfig::default() };
    config.bert.encoder = Some(encoder.to_owned());
    (config.bert.length, config.bert.overlap) = (16, 4);
    (config.bert.freeze_embeddings, config.bert.freeze_layers) = (false, 0);
    (config.training.epochs, config.training.batch) = (1, 8);
    config.training.optimiser = adam(1e-3, 1e-8);
    (config.meta.updates, config.meta.tasks, config.meta.evaluate_every) = (5, 4, 2);
    config.meta.start = Start::Base;
    config.meta.optimiser = adam(1e-3, 1e-8);
    config.inner.optimiser = adam(1e-3, 1e-8);
    config.adaptation.rate = 1e-2;
    config
}
