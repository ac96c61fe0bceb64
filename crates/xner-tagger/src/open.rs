//! From the device that is chosen at run time to the backend that is chosen when compiling.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::Labelled;
use xner_corpus::read::whole_text;
use xner_embed::Vectors;
use xner_nn::NerBackend;

use crate::augmented::{self, AugmentedTagger};
use crate::bert::BertTagger;
use crate::bilstm::{BiLstmLearner, BiLstmTagger, MODEL};
use crate::config::TrainConfig;
use crate::data::TrainData;
use crate::device::{Device, Task, dispatch};
use crate::train::{Observer, TrainReport, TrainingLoop};
use crate::{Error, Fingerprint, Result, Tagger};

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
        Some(MODEL) => dispatch(*device, OpenBiLstm(folder)),
        Some(augmented::MODEL) => dispatch(*device, OpenAugmented(folder)),
        Some(other) => {
            let expected =
                format!("`{MODEL}`, `{}`, or a token classifier of Hugging Face's layout", augmented::MODEL);
            Err(Error::model(&path, format!("is a model of type `{other}`, expected {expected}")))
        }
        None => dispatch(*device, OpenBert(folder)),
    }
}

/// Trains a char-BiLSTM-CRF and writes its model directory to `out`.
///
/// While it runs, `out/checkpoint` holds what is needed to go on after a kill: the same call then resumes, and
/// ends with the same bytes as a run that was never killed.
///
/// # Errors
/// [`Error::Setting`] and [`Error::Data`] for what cannot be trained; [`Error::Diverged`]; [`Error::Stopped`]
/// when the observer says so; [`Error::Checkpoint`] when `out` holds a checkpoint of another run.
pub fn train(
    config: &TrainConfig,
    data: TrainData,
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    dispatch(*device, TrainBiLstm { config, data, target: None, out, observer })
}

/// The target language's side of a training run: what its weights are also scored on.
#[derive(Debug)]
pub struct TargetDev<'a> {
    /// The target's word vectors, in the space of those that the model is trained with.
    pub vectors: &'a Vectors,
    /// Labelled sentences.
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
    dispatch(*device, TrainBiLstm { config, data, target: Some(target), out, observer })
}

/// The one key by which a model's type is told; Hugging Face's layout has other keys.
#[derive(serde::Deserialize)]
struct Head {
    model: Option<String>,
}

struct OpenBert<'a>(&'a Path);

impl Task for OpenBert<'_> {
    type Answer = Box<dyn Tagger>;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        Ok(Box::new(BertTagger::<A::InnerBackend>::open(self.0, device)?))
    }
}

struct OpenBiLstm<'a>(&'a Path);

impl Task for OpenBiLstm<'_> {
    type Answer = Box<dyn Tagger>;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        Ok(Box::new(BiLstmTagger::<A::InnerBackend>::open(self.0, device)?))
    }
}

struct OpenAugmented<'a>(&'a Path);

impl Task for OpenAugmented<'_> {
    type Answer = Box<dyn Tagger>;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        Ok(Box::new(AugmentedTagger::<A::InnerBackend>::open(self.0, device)?))
    }
}

struct TrainBiLstm<'a> {
    config: &'a TrainConfig,
    data: TrainData,
    target: Option<&'a TargetDev<'a>>,
    out: &'a Path,
    observer: &'a mut dyn Observer,
}

impl Task for TrainBiLstm<'_> {
    type Answer = TrainReport;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { config, data, target, out, observer } = self;
        let (mut learner, mut fingerprint) = BiLstmLearner::<A>::new(config, data, device)?;
        if let Some(target) = target {
            let other = learner.judge_on(target.vectors, target.dev)?;
            fingerprint = Fingerprint::new().bytes(fingerprint.as_bytes()).bytes(other.as_bytes()).digest();
        }
        let left_out = learner.left_out();
        let (seed, training, settings) = (config.seed, &config.training, config.settings()?);
        let target_out = target.map(|target| target.out);
        TrainingLoop { seed, training, settings, fingerprint, left_out, out, target_out }
            .run(&mut learner, observer)
    }
}
