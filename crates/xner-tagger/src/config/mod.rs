//! The settings of a training run, read from TOML.

mod augment;
mod check;
mod data;
mod fault;
mod model;
mod optimiser;
mod training;

use std::path::Path;

use serde::{Deserialize, Serialize};
use xner_corpus::read::whole_text;

pub use augment::{AugmentConfig, Combine};
pub use data::{DataConfig, Keep, VectorsConfig};
pub use fault::{key_and_message, located};
pub use model::{CharactersConfig, ModelConfig};
pub use optimiser::Optimiser;
pub use training::{Fall, LossMean, Schedule, TrainingConfig};

use crate::{Error, Result};

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Decides everything random. Default 1.
    pub seed: u64,
    /// Where the labelled text is, and in what format.
    pub data: DataConfig,
    /// Word vectors.
    pub vectors: VectorsConfig,
    /// The model's sizes and switches.
    pub model: ModelConfig,
    /// How it is trained.
    pub training: TrainingConfig,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            data: DataConfig::default(),
            vectors: VectorsConfig::default(),
            model: ModelConfig::default(),
            training: TrainingConfig::default(),
        }
    }
}

impl TrainConfig {
    /// Reads a config file. Relative paths in it are taken from the file's folder.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corpus`] for text that is not UTF-8; [`Error::Config`] with line and key for what
    /// does not parse, unknown keys among it, and with the key for a value out of range.
    pub fn read(path: &Path) -> Result<Self> {
        let text = whole_text(path)?;
        let fault = |message: String| Error::Config { path: path.to_owned(), message };
        let parsed = toml::Deserializer::parse(&text).map_err(|e| fault(e.to_string()))?;
        let mut config: Self = serde_path_to_error::deserialize(parsed)
            .map_err(|e| fault(located(&text, &e.path().to_string(), e.inner())))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.data.resolve(folder);
        config.vectors.resolve(folder);
        config.check().map_err(|e| fault(e.to_string()))?;
        Ok(config)
    }

    /// As [`TrainConfig::without_paths`], as JSON.
    ///
    /// # Errors
    /// [`Error::Io`] for numbers that JSON has not.
    pub fn settings(&self) -> Result<serde_json::Value> {
        serde_json::to_value(self.without_paths())
            .map_err(|fault| Error::io(Path::new("config"))(fault.into()))
    }

    /// The same config with no paths in it: what a report tells, wherever it was trained.
    #[must_use]
    pub fn without_paths(&self) -> Self {
        let vectors = VectorsConfig { file: None, ..self.vectors.clone() };
        let data = DataConfig { train: None, dev: None, test: None, ..self.data.clone() };
        Self { data, vectors, ..self.clone() }
    }

    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first value out of range.
    pub fn check(&self) -> Result<()> {
        self.vectors.check()?;
        self.model.check()?;
        self.training.check()
    }
}
