//! The phases of training.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_nn::NerBackend;
use xner_tagger::bilstm::{Alphabet, BiLstmTagger};
use xner_tagger::train::TrainingLoop;
use xner_tagger::{
    Device, Flow, Result, TargetDev, Task, TrainData, TrainReport, dispatch, train, train_with_target,
};

use super::augmented::{AugmentedLearner, Source, Target};
use super::config::ZeroResourceConfig;
use super::data::ZeroResourceData;
use super::observer::{Event, Observer};
use super::words::Space;

/// Where a phase leaves its models: the weights that are best on the source's development data, and those that are best
/// on the target's.
pub(super) struct Out<'a> {
    pub(super) by_source: &'a Path,
    pub(super) by_target: &'a Path,
}

/// Line 2 of algorithm 1: the base model, trained on the source (equation 6).
pub(super) fn base(
    config: &ZeroResourceConfig,
    data: &ZeroResourceData,
    space: &Space,
    out: &Out<'_>,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    let source = TrainData {
        train: data.source.train.clone(),
        dev: data.source.dev.clone(),
        vectors: space.source.clone(),
        extra_words: Vec::new(),
    };
    let settings = config.base_config();
    let mut watch = |event: &xner_tagger::Event<'_>| observer.event(&Event::Training(event));
    if data.target.dev.is_empty() {
        return train(&settings, source, out.by_source, device, &mut watch);
    }
    let target = TargetDev { vectors: &space.target, dev: &data.target.dev, out: out.by_target };
    train_with_target(&settings, source, &target, out.by_source, device, &mut watch)
}

/// Lines 3 to 5: augmented fine-tuning of the model in `base`.
pub(super) fn joint(
    config: &ZeroResourceConfig,
    data: &ZeroResourceData,
    target: &Vectors,
    base: &Path,
    out: &Out<'_>,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    dispatch(*device, Joint { config, data, target, base, out, observer })
}

struct Joint<'a> {
    config: &'a ZeroResourceConfig,
    data: &'a ZeroResourceData,
    target: &'a Vectors,
    base: &'a Path,
    out: &'a Out<'a>,
    observer: &'a mut dyn Observer,
}

impl Task for Joint<'_> {
    type Answer = TrainReport;

    fn run<A>(self, device: &A::Device) -> Result<TrainReport>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { config, data, target, base, out, observer } = self;
        let base = BiLstmTagger::<A::InnerBackend>::open(base, device)?;
        let mut lexicon = base.lexicon.with_vectors(target)?;
        if let Some((alphabet, _)) = &mut lexicon.characters {
            // One table of character embeddings for both languages.
            let tokens = data.target.unlabelled.iter().flat_map(Sentence::tokens);
            *alphabet = alphabet.with(&Alphabet::of_tokens(tokens, base.config.characters.min_count));
        }
        let settings = config.joint_config();
        let words = Target::new(lexicon, &data.target.unlabelled, settings.training.longest);
        let source = Source { train: &data.source.train, dev: &data.source.dev };
        let (mut learner, fingerprint) =
            AugmentedLearner::<A>::new(config, &base, &source, words, &data.target.dev, device)?;
        let plan = TrainingLoop {
            seed: settings.seed,
            training: &settings.training,
            settings: settings.settings()?,
            fingerprint,
            left_out: learner.left_out(),
            out: out.by_source,
            target_out: (!data.target.dev.is_empty()).then_some(out.by_target),
        };
        let mut watch = |event: &xner_tagger::Event<'_>| -> Flow { observer.event(&Event::Training(event)) };
        plan.run(&mut learner, &mut watch)
    }
}
