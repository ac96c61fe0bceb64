//! What a training run tells while it runs.

use std::path::Path;

use super::report::{Evaluation, TrainReport};

/// Something that happened in training.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Training begins, or goes on from a checkpoint.
    Started {
        /// Sentences trained on.
        sentences: usize,
        /// Steps in all, over every epoch, if it does not stop early.
        steps: usize,
        /// Steps already made, when it goes on from a checkpoint.
        resumed: usize,
        /// Numbers that are trained, word vectors among them.
        parameters: usize,
    },
    /// A step was made.
    Step {
        /// The epoch, from 1.
        epoch: usize,
        /// The step over all epochs, from 1.
        step: usize,
        /// The batch's loss.
        loss: f32,
        /// The length of the whole gradient, before clipping.
        gradient_norm: f32,
        /// The learning rate.
        rate: f64,
    },
    /// The model was scored on the development data.
    Evaluated(&'a Evaluation),
    /// That score is the best so far.
    NewBest(&'a Evaluation),
    /// An epoch is over.
    EpochEnd {
        /// The epoch, from 1.
        epoch: usize,
        /// The mean of its batches' losses.
        loss: f64,
    },
    /// A checkpoint was written.
    Checkpoint {
        /// Steps made.
        step: usize,
        /// The file.
        path: &'a Path,
    },
    /// The model directory is written.
    Finished(&'a TrainReport),
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Write a checkpoint and end with [`crate::Error::Stopped`].
    Stop,
}

/// Someone who follows a training run: a progress bar, a log, a test.
///
/// Every closure `|event| flow` is one, and `()` looks on in silence.
pub trait Observer {
    /// Called as things happen, on the thread that trains.
    fn event(&mut self, event: &Event<'_>) -> Flow;
}

impl<F: FnMut(&Event<'_>) -> Flow> Observer for F {
    fn event(&mut self, event: &Event<'_>) -> Flow {
        self(event)
    }
}

impl Observer for () {
    fn event(&mut self, _: &Event<'_>) -> Flow {
        Flow::Continue
    }
}
