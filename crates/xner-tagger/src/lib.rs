#![doc = include_str!("../README.md")]

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
mod weights;

pub use config::TrainConfig;
pub use data::TrainData;
pub use device::Device;
pub use error::{Error, Result};
pub use evaluate::evaluate;
pub use fingerprint::Fingerprint;
pub use mapped::open_mapped;
pub use open::{open, train};
pub use random::{Purpose, stream};
pub use tagger::{ScoredEntity, Tagger, Tagging};
pub use tensors::{HostTensor, Tensors};
pub use train::{Event, Flow, Observer, TrainReport};
