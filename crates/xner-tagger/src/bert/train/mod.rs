//! Fine-tuning an encoder to a tagger.
//!
//! [`FineTuned`] is the encoder with its head, what is frozen and what is trained; [`FoundGradients`] the gradient of a
//! step and [`FineTuneOptimiser`] the step. [`BertLearner`] drives them on labelled sentences; strategies of transfer
//! have learners of their own on the same parts.

mod config;
mod examples;
mod fine_tuned;
mod gradients;
mod learner;
mod pass;

use std::path::Path;

use xner_train::{Device, Observer, Settings, TrainBackend, TrainReport, TrainingLoop, on_device};

pub use config::{BertSettings, BertTrainConfig, Model, check_training};
pub use examples::Example;
pub use fine_tuned::{FineTuned, Kept, States, Trained};
pub use gradients::{Clip, FineTuneOptimiser, FoundGradients};
pub use learner::{BertLearner, supervised, tags_of};
pub use pass::Pass;

use crate::Result;
use crate::data::TrainData;

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
    on_device!(*device, A, card => fine_tune::<A>(config, data, out, card, observer))
}

fn fine_tune<A: TrainBackend>(
    config: &BertTrainConfig,
    data: TrainData,
    out: &Path,
    card: &A::Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    let config = config.clone().checked()?;
    let (mut learner, fingerprint) = BertLearner::<A>::new(&config, data, card)?;
    TrainingLoop {
        phase: "training",
        seed: config.seed,
        training: &config.training,
        settings: config.to_json()?,
        fingerprint,
        trained: false,
        left_out: learner.left_out(),
        out,
        target_out: None,
    }
    .run(&mut learner, observer)
}
