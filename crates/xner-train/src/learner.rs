//! What the training loop needs of a model.

use std::path::Path;

use xner_core::{DevScores, Measure};
use xner_eval::Score;

use crate::Result;
use crate::report::TrainReport;
use crate::state::State;
use crate::tensors::Tensors;

/// Where in training a step stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// The epoch, from 0.
    pub epoch: usize,
    /// The step over all epochs, from 0.
    pub step: usize,
    /// The learning rate.
    pub rate: f64,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepOutcome {
    /// The batch's loss.
    pub loss: f32,
    /// The length of the whole gradient, before clipping.
    ///
    /// Where it or the loss is not finite, the step must have changed nothing.
    pub gradient_norm: f32,
}

impl StepOutcome {
    /// The outcome of a step. Where the loss is not finite, the length is not either, whatever was computed.
    pub fn new(loss: f32, gradient_norm: f32) -> Self {
        Self { loss, gradient_norm: if loss.is_finite() { gradient_norm } else { f32::NAN } }
    }

    /// Whether loss and gradient are finite.
    pub fn is_finite(&self) -> bool {
        self.gradient_norm.is_finite()
    }
}

/// The scores on development data, of the whole.
pub fn dev_scores(Score { precision, recall, f1, .. }: Score) -> DevScores {
    DevScores { precision, recall, f1 }
}

/// A model in training, with its data.
///
/// [`TrainingLoop`](crate::TrainingLoop) drives it: it decides order, schedule, evaluation, the best weights,
/// the end and checkpoints, and asks the learner for nothing but steps, scores and tensors. A learner must be a
/// function of its first state and of the calls made: all randomness from the seed and the [`Moment`]. What it counts,
/// such as its optimiser's steps, is its own, and part of its [`Learner::state`].
pub trait Learner {
    /// The number of training sentences.
    fn sentences(&self) -> usize;

    /// One step of gradient descent on a batch of training sentences, by their numbers.
    ///
    /// # Errors
    /// A fault of the device.
    fn step(&mut self, batch: &[usize], at: &Moment) -> Result<StepOutcome>;

    /// The score on the development data; none when there are none.
    ///
    /// # Errors
    /// A fault of the device.
    fn evaluate(&self) -> Result<Option<DevScores>>;

    /// The score on the target language's development data, where the learner is to be judged by another language
    /// too; none otherwise. It is recorded beside [`Learner::evaluate`]'s at each evaluation, and the weights that
    /// are best by it are kept apart; nothing else depends on it.
    ///
    /// # Errors
    /// A fault of the device.
    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        Ok(None)
    }

    /// What else the learner found since the evaluation before: it is told to the observer behind each evaluation.
    fn measures(&self) -> Vec<Measure> {
        Vec::new()
    }

    /// All that training changes, and no more.
    fn weights(&self) -> Tensors;

    /// Takes weights back. `path` is named in faults.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] when they do not fit.
    fn set_weights(&mut self, weights: Tensors, path: &Path) -> Result<()>;

    /// What a next step depends on beside the weights.
    fn state(&self) -> State;

    /// Takes that back. `path` is named in faults.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] and [`crate::Error::Model`] when it does not fit.
    fn set_state(&mut self, state: State, path: &Path) -> Result<()>;

    /// Writes the model directory.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()>;
}
