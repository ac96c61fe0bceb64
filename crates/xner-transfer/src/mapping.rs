//! The mapping of two languages' vectors as a part of a run's config.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use xner_embed::map::{MapConfig, Method};

use crate::files::{from_table, resolve};
use crate::{Error, Result};

/// `[mapping]`: how both languages' vectors come into one space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappingConfig {
    /// A folder that `xner map` wrote, whose mapping is taken. Without one, the mapping is learnt as a part of the
    /// run.
    pub folder: Option<PathBuf>,
    /// The method by which it is learnt, with its published settings. Default `adversarial`.
    pub method: Method,
    /// Word pairs for the methods that need them.
    pub dictionary: Option<PathBuf>,
    /// `[mapping.settings]`: settings other than the method's own; see `xner map --print-config`. The seed is the
    /// run's, unless one is set here.
    #[serde(skip_serializing_if = "Table::is_empty")]
    pub settings: Table,
}

impl Default for MappingConfig {
    fn default() -> Self {
        Self { folder: None, method: Method::Adversarial, dictionary: None, settings: Table::new() }
    }
}

impl MappingConfig {
    /// The method's settings with those of `[mapping.settings]` in their place.
    ///
    /// # Errors
    /// [`Error::Setting`] for an unknown key or a value of another kind.
    pub fn map_config(&self, seed: u64) -> Result<MapConfig> {
        let preset = MapConfig { seed, ..MapConfig::preset(self.method) };
        overlaid(&preset, self.settings.clone())
            .map_err(|fault| Error::setting("mapping.settings", fault.to_string().trim_end()))
    }

    pub(crate) fn resolve(&mut self, folder: &Path) {
        resolve(&mut self.folder, folder);
        resolve(&mut self.dictionary, folder);
    }
}

/// `base` with the values of `own` in the place of its own, table by table. A table of another `kind` has nothing to do
/// with the one before.
///
/// # Errors
/// What the parser says of a key or value that does not fit, behind its key.
pub fn overlaid(base: &MapConfig, own: Table) -> Result<MapConfig, toml::de::Error> {
    let mut all = Value::try_from(base).map_err(serde::de::Error::custom)?;
    lay_over(&mut all, own.into());
    let Value::Table(all) = all else { return Err(serde::de::Error::custom("is no table")) };
    from_table(all)
}

fn lay_over(base: &mut Value, own: Value) {
    match (base, own) {
        (Value::Table(base), Value::Table(own)) => {
            if own.get("kind").is_some_and(|kind| base.get("kind").is_some_and(|before| before != kind)) {
                base.clear();
            }
            for (key, value) in own {
                match base.get_mut(&key) {
                    Some(before) => lay_over(before, value),
                    None => drop(base.insert(key, value)),
                }
            }
        }
        (base, own) => *base = own,
    }
}
