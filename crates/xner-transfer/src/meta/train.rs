//! The phases of training: the base model, and meta-training.

use xner_tagger::bert::train::{BertLearner, BertTrainConfig, FineTuned, tags_of};
use xner_train::{Checked, Fingerprint, Learner, Result, Settings, TrainBackend, TrainReport, TrainingLoop};

use super::config::{Ablation, MetaConfig, Start};
use super::corpora::MetaCorpora;
use super::index::SentenceIndex;
use super::learner::MetaLessons;
use super::tasks::Tasks;
use crate::strategy::{PHASE_FORMAT, Phases, Place, Plan};

/// Trains what the config asks for; its model directory is then the run's.
pub(super) fn trained<A: TrainBackend>(
    config: &Checked<MetaConfig>,
    data: &MetaCorpora,
    index: &SentenceIndex,
    card: &A::Device,
    phases: &mut Phases<'_>,
) -> Result<TrainReport> {
    let MetaConfig { ablation, meta, bert, seed, similarity, training, .. } = &**config;
    // First, since a source that is too small should be told of before anything is trained.
    let similar = index.tasks(similarity.k)?;
    let (model, report) = if *ablation == Ablation::NoMetaTraining {
        base::<A>(config, data, card, phases)?
    } else {
        let model = match meta.start {
            Start::Base => base::<A>(config, data, card, phases)?.0,
            Start::Pretrained => FineTuned::<A>::open(bert, tags_of(bert.scheme, &data.train)?, *seed, card)?,
        };
        let tasks = Tasks::new(&model, &data.train, &similar, training.longest)?;
        let (count, settings) = (tasks.tasks.len(), config.of_meta_training().to_json()?);
        let mut print = Fingerprint::new();
        print.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(settings.to_string().as_bytes());
        print.corpus(&data.train).corpus(&data.dev);
        // Whose vectors they are says tokeniser, sizes and device too.
        print.bytes(index.vectors().encoder().as_bytes()).bytes(PHASE_FORMAT);
        model.fingerprint(&mut print);
        let work = TrainingLoop {
            phase: "meta",
            seed: *seed,
            training: &config.meta_training(),
            settings,
            fingerprint: print.digest(),
            trained: meta.start == Start::Base,
            left_out: data.train.len() - count,
        };
        let plan = Plan { work, sentences: count, place: Place::Shared };
        let mut learner = MetaLessons::learner(config, model, tasks, &data.dev)?;
        let phase = phases.train(&plan, &mut learner)?;
        drop(learner);
        (FineTuned::<A>::reopen(&phase.models.by_source, bert, *seed, card)?, phase.report)
    };
    let out = &phases.models.by_source;
    report.write(out)?;
    model.save(out)?;
    Ok(report)
}

/// The base model: fine-tuned on the source. Trained once for all runs with the same cache.
fn base<A: TrainBackend>(
    config: &Checked<MetaConfig>,
    data: &MetaCorpora,
    card: &A::Device,
    phases: &mut Phases<'_>,
) -> Result<(FineTuned<A>, TrainReport)> {
    let MetaConfig { bert, training, seed, .. } = &**config;
    let (bert, training) = (bert.clone(), training.clone());
    let config = BertTrainConfig { seed: *seed, bert, training, ..BertTrainConfig::default() }.checked()?;
    let MetaCorpora { train, dev, .. } = data;
    let (mut learner, fingerprint) = BertLearner::<A>::new(&config, train, dev, card)?;
    let encoder = xner_tagger::bert::fingerprint(&config.bert.directory()?)?;
    let mut print = Fingerprint::new();
    print.bytes(fingerprint.as_bytes()).bytes(encoder.as_bytes()).bytes(phases.device.to_string().as_bytes());
    let work = TrainingLoop {
        phase: "base",
        seed: *seed,
        training: &config.training,
        settings: config.to_json()?,
        fingerprint: print.bytes(PHASE_FORMAT).digest(),
        trained: false,
        left_out: train.len() - learner.sentences(),
    };
    let plan = Plan { work, sentences: train.len(), place: Place::Shared };
    let phase = phases.train(&plan, &mut learner)?;
    Ok((FineTuned::reopen(&phase.models.by_source, &config.bert, *seed, card)?, phase.report))
}
