//! The settings of a training run, read from TOML.

mod augment;
mod data;
mod model;

#[cfg(feature = "train")]
use std::path::PathBuf;

#[cfg(feature = "train")]
use schemars::JsonSchema;
#[cfg(feature = "train")]
use serde::{Deserialize, Serialize};
#[cfg(feature = "train")]
use smart_default::SmartDefault;
#[cfg(feature = "train")]
use xner_train::Settings;

pub use augment::{AugmentConfig, Combine};
pub use data::{DataConfig, Keep, VectorsConfig};
pub use model::{CharactersConfig, ModelConfig};
pub use xner_train::config::{Fall, LossMean, Optimiser, Schedule, TrainingConfig};

#[cfg(feature = "train")]
use crate::Result;

#[cfg(feature = "train")]
/// All settings of a training run. Every key may be left out; what is left out has the value of the paper.
///
/// ```
/// let config: xner_tagger::TrainConfig = toml::from_str(
///     r#"
///     seed = 7
///
///     [data]
///     train = "train.conll"
///     dev = "dev.conll"
///
///     [model]
///     hidden = 50
///     characters.use = false
///
///     [training]
///     epochs = 10
///     optimiser = { kind = "adam", rate = 0.001 }
///     "#,
/// )?;
/// assert_eq!(config.training.batch, 16);
/// assert!(toml::from_str::<xner_tagger::TrainConfig>("sede = 7").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Decides everything random. Default 1.
    #[default = 1]
    pub seed: u64,
    /// Labelled text.
    pub data: DataConfig,
    /// Word vectors.
    pub vectors: VectorsConfig,
    /// The tagger's sizes and switches.
    pub model: ModelConfig,
    /// How it is trained.
    pub training: TrainingConfig,
}

#[cfg(feature = "train")]
impl Settings for TrainConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        let mut paths = self.data.paths();
        paths.push(&mut self.vectors.file);
        paths
    }

    fn check(&self) -> Result<()> {
        self.data.check()?;
        self.vectors.check()?;
        self.model.check()?;
        self.training.check()
    }
}
