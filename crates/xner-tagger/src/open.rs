//! From the device that is chosen at run time to the backend that is chosen when compiling.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::Labelled;
use xner_corpus::read::whole_text;
use xner_embed::Vectors;
use xner_train::{
    Device, Fingerprint, Learner, Observer, Settings, TrainBackend, TrainReport, TrainingLoop, on_device,
};

use crate::augmented::{self, AugmentedTagger};
use crate::bert::BertTagger;
use crate::bilstm::{BiLstmLearner, BiLstmTagger, MODEL};
use crate::config::TrainConfig;
use crate::data::TrainData;
use crate::{Error, Result, Tagger};

/// Opens a model directory on a device.
///
/// # Errors
/// [`Error::Io`], [`Error::Model`] and [`Error::Tensor`] name the file, and the key or tensor, that is missing,
/// cut short or does not fit; [`Error::Device`] for a device that cannot be used.
pub fn open(folder: &Path, device: &Device) -> Result<Box<dyn Tagger>> {
    let path = folder.join("config.json");
    let text = whole_text(&path)?;
    let head: Head = serde_json::from_str(&text).map_err(|fault| Error::model(&path, fault.to_string()))?;
    match head.model.as_deref() {
        Some(MODEL) => on_device!(*device, A, card => boxed(BiLstmTagger::<Inner<A>>::open(folder, card))),
        Some(augmented::MODEL) => {
            on_device!(*device, A, card => boxed(AugmentedTagger::<Inner<A>>::open(folder, card)))
        }
        Some(other) => {
            let expected =
                format!("`{MODEL}`, `{}`, or a token classifier of Hugging Face's layout", augmented::MODEL);
            Err(Error::model(&path, format!("is a model of type `{other}`, expected {expected}")))
        }
        None => on_device!(*device, A, card => boxed(BertTagger::<Inner<A>>::open(folder, card))),
    }
}

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

/// The one key by which a model's type is told; Hugging Face's layout has other keys.
#[derive(serde::Deserialize)]
struct Head {
    model: Option<String>,
}

/// The backend of a model that is not trained.
pub(crate) type Inner<A> = <A as AutodiffBackend>::InnerBackend;

pub(crate) fn boxed<T: Tagger + 'static>(tagger: Result<T>) -> Result<Box<dyn Tagger>> {
    Ok(Box::new(tagger?))
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
