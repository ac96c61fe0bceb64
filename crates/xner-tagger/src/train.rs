//! Training on the device that is chosen at run time.

use std::path::Path;

use xner_corpus::Labelled;
use xner_embed::Vectors;
use xner_train::{
    Device, Fingerprint, FoundRate, Learner, Observer, RateSweep, Settings, TrainBackend, TrainReport,
    TrainingLoop, corpus_notes, on_device, tell_notes,
};

#[cfg(doc)]
use crate::Error;
use crate::Result;
use crate::bilstm::BiLstmLearner;
use crate::config::TrainConfig;
use crate::data::TrainData;

/// Trains a char-BiLSTM-CRF and writes its model directory to `out`.
///
/// While it runs, `out/checkpoint` holds what is needed to go on after a kill: the same call then resumes, and
/// ends with the same bytes as a run that was never killed.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be trained; [`Error::Diverged`]; [`Error::Stopped`]
/// when the observer says so; [`Error::Folder`] when `out` holds a checkpoint of another run.
pub fn train(
    config: &TrainConfig,
    data: TrainData,
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    on_device!(*device, A, card => train_bilstm::<A>(config, data, None, out, card, observer))
}

/// Tries learning rates on a char-BiLSTM-CRF: [`xner_train::find_rate`]. Nothing is written.
///
/// # Errors
/// Those of [`xner_train::find_rate`], and [`Error::Setting`] and [`Error::Data`] for what cannot be trained.
pub fn find_rate(
    config: &TrainConfig,
    data: TrainData,
    sweep: &RateSweep,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<FoundRate> {
    let config = config.clone().checked()?;
    on_device!(*device, A, card => {
        let mut learner = BiLstmLearner::<A>::new(&config, data, card)?.0;
        xner_train::find_rate(&mut learner, &config.training, config.seed, sweep, observer)
    })
}

/// The target language's side of a training run: what its weights are also scored on.
#[derive(Debug)]
pub struct TargetDev<'a> {
    /// The target's word vectors, in the space of those that the model is trained with.
    pub vectors: &'a Vectors,
    /// Labelled sentences; without any the run is as [`train`]'s.
    pub dev: &'a [Labelled],
    /// The model directory of the weights that are best on them.
    pub out: &'a Path,
}

/// As [`train`]; each evaluation is also made on labelled sentences of another language, and the weights that are
/// best there are written to a model directory of their own, with the words of the language trained on.
///
/// Training itself, and the model in `out`, are the same as without.
///
/// # Errors
/// As [`train`]; [`Error::Data`] for vectors of another dimension than the model's.
pub fn train_with_target(
    config: &TrainConfig,
    data: TrainData,
    target: &TargetDev<'_>,
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    on_device!(*device, A, card => train_bilstm::<A>(config, data, Some(target), out, card, observer))
}

fn train_bilstm<A: TrainBackend>(
    config: &TrainConfig,
    data: TrainData,
    target: Option<&TargetDev<'_>>,
    out: &Path,
    card: &A::Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    let config = config.clone().checked()?;
    let sentences = data.train.len();
    tell_notes("training", &corpus_notes(&data.train, &[("data.dev", &data.dev)], &[]), observer);
    let (mut learner, mut fingerprint) = BiLstmLearner::<A>::new(&config, data, card)?;
    let target = target.filter(|target| !target.dev.is_empty());
    if let Some(target) = target {
        let other = learner.judge_on(target.vectors, target.dev)?;
        fingerprint = Fingerprint::new().bytes(fingerprint.as_bytes()).bytes(other.as_bytes()).digest();
    }
    TrainingLoop {
        phase: "training",
        seed: config.seed,
        training: &config.training,
        settings: config.to_json()?,
        fingerprint,
        trained: false,
        left_out: sentences - learner.sentences(),
    }
    .run(&mut learner, out, target.map(|target| target.out), observer)
}
