//! The mapping of two languages' vectors as a part of a run's config.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use toml::Table;
use xner_embed::map::{MapConfig, Method};
use xner_train::settings::over;

use crate::{Error, Result};

/// How both languages' vectors come into one space.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MappingConfig {
    /// A folder that `xner map` wrote, whose mapping is taken. Without one, the mapping is learnt as a part of the run.
    #[schemars(example = &"map")]
    pub folder: Option<PathBuf>,
    /// The method by which it is learnt, with its published settings. Default `adversarial`.
    #[default(Method::Adversarial)]
    pub method: Method,
    /// Word pairs for the methods that need them.
    #[schemars(example = &"en-es.txt")]
    pub dictionary: Option<PathBuf>,
    /// Settings other than the method's own: `xner map --method METHOD --print-config` prints them. The seed is the
    /// run's, unless one is set here.
    #[serde(skip_serializing_if = "Table::is_empty")]
    #[schemars(with = "MapConfig")]
    pub settings: Table,
}

impl MappingConfig {
    /// The method's settings with those of `[mapping.settings]` in their place.
    ///
    /// # Errors
    /// [`Error::Setting`] for an unknown key or a value of another kind.
    pub fn map_config(&self, seed: u64) -> Result<MapConfig> {
        let preset = MapConfig { seed, ..MapConfig::preset(self.method) };
        let config = over::<_, toml::de::Error>(&preset, self.settings.clone())
            .map_err(|fault| Error::setting("mapping.settings", fault.to_string().trim_end()))?;
        match config.method {
            Some(other) if other != self.method => {
                let message =
                    format!("is {other}, but `mapping.method` is {}: expected the same", self.method);
                Err(Error::setting("mapping.settings.method", message))
            }
            _ => Ok(config),
        }
    }
}
