#![doc = include_str!("../README.md")]

pub mod augmented;
pub mod bert;
pub mod bilstm;
pub mod config;
mod data;
pub mod decode;
mod evaluate;
mod mapped;
mod open;
mod tagger;

pub use config::TrainConfig;
pub use data::TrainData;
pub use evaluate::evaluate;
pub use mapped::{open_mapped, open_source, save_mapped};
pub use open::{TargetDev, open, train, train_with_target};
pub use tagger::{Decode, ScoredEntity, Tagger, Tagging};
pub use xner_train::{Error, Result};
