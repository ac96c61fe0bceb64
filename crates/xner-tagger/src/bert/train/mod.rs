//! Fine-tuning an encoder to a tagger.
//!
//! [`FineTuned`] is the encoder with its head, what is frozen and what is trained; [`FoundGradients`] the gradient of a
//! step and [`FineTuneOptimiser`] the step. [`BertLearner`] drives them on labelled sentences; strategies of transfer have
//! learners of their own on the same parts.

mod config;
mod examples;
mod fine_tuned;
mod gradients;
mod learner;
mod pass;

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;

pub use config::{BertSettings, BertTrainConfig, Model, check_training, complete};
pub use examples::Example;
pub use fine_tuned::{FineTuned, Kept, States, Trained};
pub use gradients::{Clip, FineTuneOptimiser, FoundGradients};
pub use learner::{BertLearner, supervised, tags_of};
pub use pass::Pass;

use crate::Result;
use crate::data::TrainData;
use crate::device::{Device, Task, dispatch};
use crate::train::{Observer, TrainReport, TrainingLoop};

/// Fine-tunes a pretrained encoder and writes the model directory to `out`, in Hugging Face's layout.
///
/// Of `data` the labelled sentences are read; word vectors are of no use here. A run that was killed goes on, as
/// [`crate::train()`] says.
///
/// # Errors
/// Those of [`crate::train()`], and of reading the encoder.
pub fn train(
    config: &BertTrainConfig,
    data: TrainData,
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    dispatch(*device, Train { config, data, out, observer })
}

struct Train<'a> {
    config: &'a BertTrainConfig,
    data: TrainData,
    out: &'a Path,
    observer: &'a mut dyn Observer,
}

impl Task for Train<'_> {
    type Answer = TrainReport;

    fn run<A>(self, device: &A::Device) -> Result<Self::Answer>
    where
        A: AutodiffBackend + NerBackend,
        A::InnerBackend: NerBackend,
    {
        let Self { config, data, out, observer } = self;
        let (mut learner, fingerprint) = BertLearner::<A>::new(config, data, device)?;
        let left_out = learner.left_out();
        let (seed, training, settings) = (config.seed, &config.training, config.settings()?);
        TrainingLoop { seed, training, settings, fingerprint, left_out, out, target_out: None }
            .run(&mut learner, observer)
    }
}
