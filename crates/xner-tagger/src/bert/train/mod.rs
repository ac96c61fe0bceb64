//! Fine-tuning an encoder to a tagger.
//!
//! [`FineTuned`] is the encoder with its head, what is frozen and what is trained; [`FoundGradients`] the gradient of a
//! step and [`FineTuneOptimiser`] the step. [`EncoderLearner`] drives them, [`BertLearner`] on labelled sentences;
//! strategies of transfer have [`Lessons`] of their own.

mod config;
mod examples;
mod fine_tuned;
mod gradients;
mod learner;
mod mask;
mod pass;

use std::path::Path;

use xner_train::{
    Device, FoundRate, Learner, Observer, RateSweep, Settings, TrainBackend, TrainReport, TrainingLoop,
    corpus_notes, on_device, tell_notes,
};

pub use config::{BertSettings, BertTrainConfig, Model, check_training, encoder_training};
pub use examples::Example;
pub use fine_tuned::{FineTuned, Kept, States, Trained};
pub use gradients::{Clip, FineTuneOptimiser, FoundGradients};
pub use learner::{BertLearner, Dev, EncoderLearner, Lessons, Supervised, scores_on, supervised};
pub use mask::{MaskLessons, TaughtMask, teach_mask};
pub use pass::Pass;

use crate::Result;
use crate::data::TrainData;
pub use crate::data::tags_of;

/// Fine-tunes a pretrained encoder and writes the model directory to `out`, in Hugging Face's layout.
///
/// Of `data` the labelled sentences are read; word vectors are of no use here. A run that was killed goes on, as
/// [`crate::train()`] says.
///
/// # Errors
/// Those of [`crate::train()`], and of reading the encoder.
pub fn train(
    config: &BertTrainConfig,
    data: &TrainData,
    out: &Path,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    on_device!(*device, A, card => fine_tune::<A>(config, data, out, card, observer))
}

/// Tries learning rates on a pretrained encoder: [`xner_train::find_rate`]. Nothing is written.
///
/// # Errors
/// Those of [`xner_train::find_rate`], and of reading the encoder.
pub fn find_rate(
    config: &BertTrainConfig,
    data: &TrainData,
    sweep: &RateSweep,
    device: &Device,
    observer: &mut dyn Observer,
) -> Result<FoundRate> {
    let config = config.clone().checked()?;
    on_device!(*device, A, card => {
        let mut learner = BertLearner::<A>::new(&config, &data.train, &data.dev, card)?.0;
        xner_train::find_rate(&mut learner, &config.training, config.seed, sweep, observer)
    })
}

fn fine_tune<A: TrainBackend>(
    config: &BertTrainConfig,
    data: &TrainData,
    out: &Path,
    card: &A::Device,
    observer: &mut dyn Observer,
) -> Result<TrainReport> {
    let config = config.clone().checked()?;
    tell_notes("training", &corpus_notes(&data.train, &[("data.dev", &data.dev)], &[]), observer);
    let (mut learner, fingerprint) = BertLearner::<A>::new(&config, &data.train, &data.dev, card)?;
    TrainingLoop {
        phase: "training",
        seed: config.seed,
        training: &config.training,
        settings: config.to_json()?,
        fingerprint,
        trained: false,
        left_out: data.train.len() - learner.sentences(),
    }
    .run(&mut learner, out, None, observer)
}
