#![cfg_attr(feature = "train", doc = include_str!("../README.md"))]
#![cfg_attr(not(feature = "train"), doc = "Sequence taggers on burn.")]

pub mod augmented;
#[cfg(feature = "bert")]
pub mod bert;
pub mod bilstm;
pub mod config;
#[cfg(feature = "train")]
mod data;
pub mod decode;
mod evaluate;
mod folder;
mod kinds;
mod language;
mod mapped;
mod model;
mod open;
mod tagger;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "train")]
mod trainer;

#[cfg(feature = "train")]
pub use config::TrainConfig;
#[cfg(feature = "train")]
pub use data::TrainData;
pub use evaluate::evaluate;
pub use folder::is_model;
pub use kinds::{Kinds, OpenOptions};
pub use language::languages_of;
pub use mapped::{open_mapped, open_silenced, open_source, save_mapped};
pub use model::{Existing, Model};
pub use open::{open, open_features, open_with};
pub use tagger::{Decode, Features, ScoredEntity, Tagger, Tagging};
#[cfg(feature = "train")]
pub use train::{TargetDev, find_rate, train, train_with_target};
#[cfg(feature = "train")]
pub use trainer::{Recipe, Trained, Trainer};
pub use xner_train::{Error, ErrorKind, Result};
