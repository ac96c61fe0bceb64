#![doc = include_str!("../README.md")]

pub mod augmented;
pub mod bert;
pub mod bilstm;
pub mod config;
mod data;
mod device;
mod error;
mod evaluate;
mod files;
mod fingerprint;
mod mapped;
mod open;
pub mod optimiser;
mod random;
mod tagger;
mod tensors;
pub mod train;
pub mod weights;

pub use config::TrainConfig;
pub use data::{TrainData, read_labelled, read_unlabelled};
pub use device::{Device, Task, dispatch};
pub use error::{Error, Result};
pub use evaluate::{check_entities, evaluate, score};
pub use fingerprint::Fingerprint;
pub use mapped::{open_mapped, open_source, save_mapped};
pub use open::{TargetDev, open, train, train_with_target};
pub use random::{Purpose, stream};
pub use tagger::{Decode, ScoredEntity, Tagger, Tagging};
pub use tensors::{HostTensor, Tensors};
pub use train::{Event, Flow, Observer, TrainReport};
