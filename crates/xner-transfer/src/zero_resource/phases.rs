//! The phases of training.

use std::path::Path;

use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_tagger::bilstm::{Alphabet, BiLstmTagger};
use xner_tagger::config::CharactersConfig;
use xner_tagger::{TargetDev, TrainData, train_with_target};
use xner_train::{Checked, Learner, Result, Settings, TrainBackend, TrainReport, TrainingLoop};

use super::augmented::{AugmentedLearner, Source, Target};
use super::config::ZeroResourceConfig;
use super::data::ZeroResourceData;
use super::words::Space;
use crate::strategy::{Models, Phases, Place, Plan};

/// Line 2 of algorithm 1: the base model, trained on the source (equation 6).
pub(super) fn base(
    config: &ZeroResourceConfig,
    data: &ZeroResourceData,
    space: &Space,
    out: &Models,
    phases: &mut Phases<'_>,
) -> Result<TrainReport> {
    let source = TrainData {
        train: data.source.train.clone(),
        dev: data.source.dev.clone(),
        vectors: space.source.clone(),
        extra_words: Vec::new(),
    };
    let (settings, device) = (config.base_config(), phases.device);
    let folder = &out.by_source;
    phases.train_by("source", data.source.train.len(), folder, |observer| {
        let target = TargetDev { vectors: &space.target, dev: &data.target.dev, out: &out.by_target };
        train_with_target(&settings, source, &target, folder, &device, observer)
    })
}

/// Lines 3 to 5: augmented fine-tuning of the model in `base`.
pub(super) fn joint<A: TrainBackend>(
    config: &Checked<ZeroResourceConfig>,
    data: &ZeroResourceData,
    target: &Vectors,
    base: &Path,
    card: &A::Device,
    phases: &mut Phases<'_>,
) -> Result<TrainReport> {
    let base = BiLstmTagger::<A::InnerBackend>::open(base, card)?;
    let mut lexicon = base.lexicon.with_vectors(target)?;
    let CharactersConfig { min_count, longest, .. } = base.config.characters;
    let own = Alphabet::of_tokens(data.target.unlabelled.iter().flat_map(Sentence::tokens), min_count);
    match &mut lexicon.characters {
        // One table of character embeddings for both languages.
        Some((alphabet, _)) => *alphabet = alphabet.with(&own),
        none if config.augment().own_characters => *none = Some((own, longest)),
        _ => {}
    }
    let settings = config.joint_config();
    let words = Target::new(lexicon, &data.target.unlabelled, settings.training.longest);
    let source = Source { train: &data.source.train, dev: &data.source.dev };
    let (mut learner, fingerprint) =
        AugmentedLearner::<A>::new(config, &base, &source, words, &data.target.dev, card)?;
    let work = TrainingLoop {
        phase: "joint",
        seed: settings.seed,
        training: &settings.training,
        settings: settings.to_json()?,
        fingerprint,
        trained: true,
        left_out: data.source.train.len() - learner.sentences(),
    };
    let plan = Plan { work, sentences: data.source.train.len(), place: Place::Models(phases.models.clone()) };
    Ok(phases.train(&plan, &mut learner)?.report)
}
