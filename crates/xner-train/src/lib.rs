#![doc = include_str!("../README.md")]

#[cfg(feature = "train")]
mod average;
mod backend;
#[cfg(feature = "train")]
mod checkpoint;
pub mod config;
mod data;
mod device;
pub mod digest;
mod error;
pub mod files;
mod fingerprint;
#[cfg(feature = "train")]
mod learner;
#[cfg(feature = "train")]
mod limit;
mod notes;
#[cfg(feature = "train")]
pub mod optimiser;
#[cfg(feature = "train")]
mod rates;
#[cfg(feature = "train")]
mod report;
mod seeds;
pub mod settings;
#[cfg(feature = "train")]
mod state;
mod tensors;
#[cfg(feature = "train")]
mod training_loop;
pub mod weights;

pub use backend::TrainBackend;
#[cfg(feature = "train")]
pub use checkpoint::has_checkpoint;
pub use data::{check_entities, holds_entities, read_labelled, read_unlabelled, score};
#[doc(hidden)]
pub use device::backends;
pub use error::{Error, Result};
pub use fingerprint::Fingerprint;
#[cfg(feature = "train")]
pub use learner::{Learner, Moment, StepOutcome, dev_scores};
#[cfg(feature = "train")]
pub use limit::{SETS_SEED, at_most, limited, limited_by};
pub use notes::{corpus_notes, tell_notes};
#[cfg(feature = "train")]
pub use rates::{FoundRate, RateSweep, RateTrial, find_rate};
#[cfg(feature = "train")]
pub use report::{Ending, TrainReport};
pub use seeds::{Purpose, stream, uniform};
#[cfg(feature = "train")]
pub use settings::{Checked, Settings};
#[cfg(feature = "train")]
pub use state::State;
pub use tensors::{HostTensor, Tensors, check_finite};
#[cfg(feature = "train")]
pub use training_loop::TrainingLoop;
pub use xner_core::{
    DevScores, Device, ErrorKind, Evaluation, Event, Flow, Mapping, Measure, Observer, What,
};
#[cfg(feature = "train")]
pub use xner_nn::Building;
