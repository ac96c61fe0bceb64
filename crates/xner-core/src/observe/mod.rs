//! Who follows a run, what it is told, and whether the run goes on.
//!
//! There is one observer for everything that takes long: training, mapping, transfer, adaptation. Events carry no time;
//! whoever watches has a clock.

mod evaluation;
mod mapping;

use std::path::Path;

pub use evaluation::{DevScores, Evaluation};
pub use mapping::Mapping;

/// Whether a run goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// It goes on.
    #[default]
    Continue,
    /// It writes a checkpoint and ends with a fault of the kind [`Stopped`](crate::ErrorKind::Stopped). The same call
    /// goes on from the checkpoint.
    Stop,
}

/// Something that happened in a phase of a run.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The phase's name: `training`, `mapping`, `source`, `student` …
    pub phase: &'a str,
    /// What happened.
    pub what: What<'a>,
}

/// What happened. Counts begin at 1 where they count what is done.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum What<'a> {
    /// A phase begins, or goes on.
    Begin {
        /// Sentences that it works on; 0 where it has none.
        sentences: usize,
    },
    /// A training loop begins, or goes on from a checkpoint.
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
    /// In the mapping of two languages' vectors.
    Mapping(&'a Mapping),
    /// A part of the phase is done that can be counted.
    Progress {
        /// So many are done.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// A figure that the phase found: the share of words translated, the accuracy of a discriminator.
    Measured {
        /// What it is.
        name: &'a str,
        /// Its value.
        value: f64,
        /// What a person should think of it; empty where there is nothing to say.
        note: &'a str,
    },
    /// Something that a person should know of, and that does not stop the run.
    Note(&'a str),
    /// A checkpoint was written.
    Checkpoint {
        /// Steps made.
        step: usize,
        /// The file.
        path: &'a Path,
    },
    /// A phase is over.
    End {
        /// Whether it had been done before, with the same config and data.
        cached: bool,
        /// Its folder, where it has one.
        folder: Option<&'a Path>,
    },
}

impl<'a> What<'a> {
    /// A figure without a note.
    pub fn measured(name: &'a str, value: f64) -> Self {
        Self::Measured { name, value, note: "" }
    }
}

/// A figure that a learner found since it was last asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// What a person should think of it; empty where there is nothing to say.
    pub note: &'static str,
}

/// Someone who follows a run: a progress bar, a log, a test.
///
/// Every closure `|event| flow` is one, and `()` looks on in silence.
pub trait Observer {
    /// Called as things happen, on the thread that works.
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
