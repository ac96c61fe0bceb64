//! From the device that is chosen at run time to the backend that is chosen when compiling.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;

use crate::bilstm::{BiLstmLearner, BiLstmTagger, MODEL};
use crate::config::TrainConfig;
use crate::data::TrainData;
use crate::device::Device;
use crate::device::dispatch;
use crate::train::{Observer, TrainReport, TrainingLoop};
use crate::{Error, Result, Tagger, files};

/// Opens a model directory on a device.
///
/// # Errors
/// [`Error::Io`], [`Error::Model`] and [`Error::Tensor`] name the file, and the key or tensor, that is missing,
/// cut short or does not fit; [`Error::Device`] for a device that cannot be used.
pub fn open(folder: &Path, device: &Device) -> Result<Box<dyn Tagger>> {
    let path = folder.join("config.json");
    let text = files::read_text(&path)?;
    let head: Head = serde_json::from_str(&text).map_err(|fault| Error::model(&path, fault.to_string()))?;
    match head.model.as_str() {
        MODEL => dispatch(*device, OpenBiLstm(folder)),
        other => Err(Error::model(&path, format!("is a model of type `{other}`, expected `{MODEL}`"))),
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
    dispatch(*device, TrainBiLstm { config, data, out, observer })
}

/// The one key by which a model's type is told.
#[derive(serde::Deserialize)]
struct Head {
    model: String,
}

/// Something to do on whatever backend a device has.
pub(crate) trait Task {
    type Answer;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend;
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

struct TrainBiLstm<'a> {
    config: &'a TrainConfig,
    data: TrainData,
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
        let Self { config, data, out, observer } = self;
        let (mut learner, fingerprint) = BiLstmLearner::<A>::new(config, data, device)?;
        let left_out = learner.left_out();
        TrainingLoop { config, fingerprint, left_out, out }.run(&mut learner, observer)
    }
}
