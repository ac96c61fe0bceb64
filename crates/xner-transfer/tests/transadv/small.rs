//! A small case: corpora, a tiny random encoder, quick settings.

use std::path::Path;

use burn::backend::Autodiff;
use burn_flex::{Flex, FlexDevice};
use tempfile::TempDir;
use xner_corpus::{Labelled, Sentence, Tag};
use xner_embed::dictionary::Dictionary;
use xner_embed::translate::DictionaryTranslator;
use xner_sample::{Language, Sample, Split};
use xner_tagger::bert::RandomEncoder;
use xner_tagger::bert::train::{FineTuned, tags_of};
use xner_train::config::Optimiser;
use xner_train::{Device, Event, Flow, What};
use xner_transfer::report::TransferReport;
use xner_transfer::transadv::data::{DataConfig, create};
use xner_transfer::transadv::{Method, Sets, TransAdvConfig, TransAdvCorpora};
use xner_transfer::{Result, run};

use crate::common::files;

pub(crate) type A = Autodiff<Flex>;

pub(crate) const SOURCE: Language = Language::English;
pub(crate) const TARGET: Language = Language::Spanish;

pub(crate) struct Case {
    /// Of the encoder.
    _folder: TempDir,
    pub(crate) corpora: TransAdvCorpora,
    pub(crate) config: TransAdvConfig,
}

impl Case {
    /// So many labelled and unlabelled sentences of the sample.
    pub(crate) fn new(sentences: usize) -> Self {
        let sample = Sample::new(1).unwrap();
        let train = sample.labelled(SOURCE, Split::Train, sentences);
        let pairs = sample.dictionary(SOURCE, TARGET);
        let mut corpora = made(train, pairs);
        corpora.dev = sample.labelled(SOURCE, Split::Dev, 8);
        corpora.unlabelled = sample.unlabelled(TARGET, sentences);
        corpora.target_dev = sample.labelled(TARGET, Split::Dev, 8);
        corpora.target_test = sample.labelled(TARGET, Split::Test, 8);
        Self::of(corpora, 0.1)
    }

    /// These corpora, with an encoder that knows their words and has this dropout.
    pub(crate) fn of(corpora: TransAdvCorpora, dropout: f64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = corpora.made.iter().flat_map(|made| &made.target);
        let labelled = own.chain(&corpora.train).chain(&corpora.dev).map(|labelled| &labelled.sentence);
        let words = labelled.chain(&corpora.unlabelled).flat_map(Sentence::tokens);
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
        Self { config: config(folder.path()), _folder: folder, corpora }
    }

    pub(crate) fn sets(&self) -> Sets<'_> {
        let TransAdvCorpora { train, unlabelled, made, .. } = &self.corpora;
        Sets { source: train, unlabelled, made: made.as_ref() }
    }

    pub(crate) fn model(&self) -> FineTuned<A> {
        let bert = &self.config.bert;
        let tags = tags_of(bert.scheme, &self.corpora.train).unwrap();
        FineTuned::open(bert, tags, self.config.seed, &FlexDevice).unwrap()
    }

    pub(crate) fn run(&self, method: Method, out: &Path, cache: Option<&Path>) -> Result<TransferReport> {
        run(&method, &self.config, &self.corpora, out, cache, &Device::Cpu, &mut ())
    }

    /// The names of a run's phases, and whether they were there.
    pub(crate) fn phases(&self, method: Method, out: &Path, cache: &Path) -> Vec<(String, bool)> {
        let (mut phases, mut steps) = (Vec::new(), 0);
        let mut observer = |event: &Event<'_>| {
            let name = event.phase;
            match event.what {
                What::Step { .. } => steps += 1,
                What::End { cached, folder } => {
                    assert_eq!(steps == 0, cached, "{name}");
                    let left = files(folder.unwrap());
                    let bytes: usize = left.values().map(Vec::len).sum();
                    assert!(bytes > 1000 && left.contains_key("config.json"), "{name}");
                    phases.push((name.to_owned(), cached));
                    steps = 0;
                }
                _ => {}
            }
            Flow::Continue
        };
        run(&method, &self.config, &self.corpora, out, Some(cache), &Device::Cpu, &mut observer).unwrap();
        phases
    }
}

/// Corpora of labelled sentences and what is made of them; the rest is empty.
pub(crate) fn made(train: Vec<Labelled>, pairs: Vec<(String, String)>) -> TransAdvCorpora {
    let translator = DictionaryTranslator::new(Dictionary::from_pairs(pairs).unwrap());
    let made = create(&train, &translator, &DataConfig::default(), 1).unwrap();
    TransAdvCorpora { train, made: Some(made), ..TransAdvCorpora::default() }
}

/// `in O, York B-LOC` and so on.
pub(crate) fn labelled(text: &str) -> Labelled {
    let rows: Vec<(&str, &str)> = text.split(", ").map(|row| row.split_once(' ').unwrap()).collect();
    let tags: Vec<Tag> = rows.iter().map(|row| row.1.parse().unwrap()).collect();
    Labelled::from_tags(Sentence::from_tokens(rows.iter().map(|row| row.0)), &tags)
}

pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |row: &str| {
        let (source, target) = row.split_once(' ').unwrap();
        (source.to_owned(), target.to_owned())
    };
    text.split(", ").map(pair).collect()
}

/// One epoch; windows of 16 subwords, which the longer sentences do not fit into.
fn config(encoder: &Path) -> TransAdvConfig {
    let mut config = TransAdvConfig { seed: 3, ..TransAdvConfig::default() };
    config.bert.encoder = Some(encoder.to_owned());
    (config.bert.length, config.bert.overlap) = (16, 4);
    (config.bert.freeze_embeddings, config.bert.freeze_layers) = (false, 0);
    (config.training.epochs, config.training.batch) = (1, 8);
    config.training.optimiser =
        Optimiser::AdamW { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
    config.adversary.generator_rate = 1e-4;
    config.adversary.discriminator_rate = 1e-2;
    config.adversary.batch = 4;
    (config.adversary.language.hidden, config.adversary.order.hidden) = (6, 5);
    config
}
