//! Augmented fine-tuning: algorithm 1 from line 3 on.

mod begin;
mod learner;
mod pseudo;
mod target;

pub use learner::{AugmentedLearner, Source};
pub use target::{Target, Threshold};

pub(super) use learner::ROUNDS;
