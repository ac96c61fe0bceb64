//! The settings of a training loop.

mod optimiser;
mod training;

pub use optimiser::Optimiser;
pub use training::{Fall, LossMean, Schedule, TrainingConfig};
