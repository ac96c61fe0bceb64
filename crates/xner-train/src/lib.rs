#![doc = include_str!("../README.md")]

mod backend;
mod checkpoint;
pub mod config;
mod data;
mod device;
mod error;
pub mod files;
mod fingerprint;
mod learner;
pub mod optimiser;
mod report;
mod seeds;
pub mod settings;
mod state;
mod tensors;
mod training_loop;
pub mod weights;

pub use backend::TrainBackend;
pub use checkpoint::has_checkpoint;
pub use data::{check_entities, holds_entities, read_labelled, read_unlabelled, score};
#[doc(hidden)]
pub use device::backends;
pub use error::{Error, Result};
pub use fingerprint::Fingerprint;
pub use learner::{Learner, Moment, StepOutcome, dev_scores};
pub use report::{Ending, TrainReport};
pub use seeds::{Purpose, stream, uniform};
pub use settings::{Checked, Settings};
pub use state::State;
pub use tensors::{HostTensor, Tensors, check_finite};
pub use training_loop::TrainingLoop;
pub use xner_core::{
    DevScores, Device, ErrorKind, Evaluation, Event, Flow, Mapping, Measure, Observer, What,
};
