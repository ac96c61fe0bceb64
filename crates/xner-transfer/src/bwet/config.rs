//! The settings of a run, read from TOML.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};
use xner_corpus::EntityType;
use xner_corpus::read::ReadOptions;
use xner_embed::dictionary::{Dictionary, InduceConfig, induced};
use xner_embed::{ReadOptions as ReadVectors, map};
use xner_tagger::TrainConfig;
use xner_tagger::config::{ModelConfig, TrainingConfig};

use crate::files::{from_table, read_config_with, resolve};
use crate::report::Select;
use crate::{Error, Result};

/// All settings of a run.
///
/// ```
/// use xner_transfer::bwet::BwetConfig;
///
/// let config: BwetConfig = toml::from_str("dictionary.file = 'en-es.txt'\nmodel.hidden = 50")?;
/// assert!(config.model.attention && config.model.hidden == 50);
/// assert!(toml::from_str::<BwetConfig>("model.hiden = 50").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BwetConfig {
    /// Decides everything random. Default 1.
    pub seed: u64,
    /// What tables call the row. Default `BWET`.
    pub row: String,
    /// By which development data the weights are chosen: the translated source's (`source-dev`, default) or the
    /// target's (`target-dev`).
    pub select: Select,
    /// The language with labels.
    pub source: SourceText,
    /// The language without.
    pub target: TargetText,
    /// Where translations come from.
    pub dictionary: DictionaryConfig,
    /// What is translated.
    pub translation: TranslationConfig,
    /// The tagger's sizes and switches; as everywhere, but that `attention` is true by default.
    #[serde(deserialize_with = "attentive")]
    pub model: ModelConfig,
    /// How the tagger is trained.
    pub training: TrainingConfig,
}

/// `[source]`: labelled text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceText {
    /// What the language is called. Default `en`.
    pub language: String,
    /// Labelled sentences to translate and train on.
    pub train: Option<PathBuf>,
    /// Labelled sentences to translate and choose weights by.
    pub dev: Option<PathBuf>,
    /// `[source.read]`: format and columns.
    pub read: ReadOptions,
}

/// `[target]`: word vectors, and text to score on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetText {
    /// What the language is called. Default `target`.
    pub language: String,
    /// Labelled sentences; only `select = "target-dev"` needs them.
    pub dev: Option<PathBuf>,
    /// Labelled sentences to be scored in the end.
    pub test: Option<PathBuf>,
    /// The target's own word vectors, which the tagger reads.
    pub vectors: Option<PathBuf>,
    /// Read only so many vectors, from the file's top; by default all.
    pub limit: Option<usize>,
    /// The mean length that they are scaled to; 0 leaves them as they are (default).
    pub length: f32,
    /// `[target.read]`: format and columns.
    pub read: ReadOptions,
}

/// `[dictionary]`: where translations come from. Either `mapping` or `file` must be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DictionaryConfig {
    /// A folder that `xner map` wrote: each source word's translation is its nearest by CSLS.
    pub mapping: Option<PathBuf>,
    /// A file of word pairs, source first.
    pub file: Option<PathBuf>,
    /// Whether a word is translated into itself only where nothing else is listed. Dictionaries made from text list many
    /// words so, and first. Default false.
    pub prefer_others: bool,
    /// With a mapping: the neighbours over which CSLS takes its means. Default 10.
    pub csls: usize,
    /// With a mapping: only pairs that are each other's nearest. Default false.
    pub mutual: bool,
    /// With a mapping: only so many of each language's words, the most frequent; by default all.
    pub limit: Option<usize>,
}

/// `[translation]`: what is translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranslationConfig {
    /// Entities of these types stay as they are. Default `PER`, as in the released code for languages that share a
    /// script: names of persons are written alike there. None where the scripts differ.
    pub keep_types: Vec<EntityType>,
}

impl Default for BwetConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            row: "BWET".to_owned(),
            select: Select::default(),
            source: SourceText::default(),
            target: TargetText::default(),
            dictionary: DictionaryConfig::default(),
            translation: TranslationConfig::default(),
            model: ModelConfig { attention: true, ..ModelConfig::default() },
            training: TrainingConfig::default(),
        }
    }
}

impl Default for SourceText {
    fn default() -> Self {
        Self { language: "en".to_owned(), train: None, dev: None, read: ReadOptions::default() }
    }
}

impl Default for TargetText {
    fn default() -> Self {
        let (language, read) = ("target".to_owned(), ReadOptions::default());
        Self { language, dev: None, test: None, vectors: None, limit: None, length: 0.0, read }
    }
}

impl Default for DictionaryConfig {
    fn default() -> Self {
        Self { mapping: None, file: None, csls: 10, mutual: false, limit: None, prefer_others: false }
    }
}

impl Default for TranslationConfig {
    fn default() -> Self {
        Self { keep_types: vec![EntityType::new("PER")] }
    }
}

/// `[model]` with attention unless it says otherwise.
fn attentive<'de, D: Deserializer<'de>>(from: D) -> Result<ModelConfig, D::Error> {
    let mut table = toml::Table::deserialize(from)?;
    table.entry("attention").or_insert(true.into());
    from_table(table)
}

impl BwetConfig {
    /// Reads a config file. Relative paths in it are taken from the file's folder.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Config`], with line or key, for what does not parse, unknown keys among it; the faults
    /// of [`BwetConfig::check`].
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_with(path, &[])
    }

    /// As [`BwetConfig::read`], with settings in the place of the file's: `key=value` each, the key with its sections,
    /// as in `training.epochs=3`.
    ///
    /// # Errors
    /// As [`BwetConfig::read`]; [`Error::Setting`] for what is no setting.
    pub fn read_with(path: &Path, settings: &[String]) -> Result<Self> {
        let mut config: Self = read_config_with(path, settings)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.paths().into_iter().for_each(|path| resolve(path, folder));
        config
            .check()
            .map_err(|fault| Error::Config { path: path.to_owned(), message: fault.to_string() })?;
        Ok(config)
    }

    fn paths(&mut self) -> [&mut Option<PathBuf>; 7] {
        let Self { source, target, dictionary, .. } = self;
        [
            &mut source.train,
            &mut source.dev,
            &mut target.dev,
            &mut target.test,
            &mut target.vectors,
            &mut dictionary.mapping,
            &mut dictionary.file,
        ]
    }

    /// The same config with no paths in it: what a report tells, wherever it was made.
    #[must_use]
    pub fn without_paths(&self) -> Self {
        let mut config = self.clone();
        config.paths().into_iter().for_each(|path| *path = None);
        config
    }

    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is wrong.
    pub fn check(&self) -> Result<()> {
        self.train_config().check()?;
        if !(self.target.length.is_finite() && self.target.length >= 0.0) {
            let message = format!("is {}, expected a finite number, 0 or above", self.target.length);
            return Err(Error::setting("target.length", message));
        }
        if self.target.limit == Some(0) {
            return Err(Error::setting("target.limit", "is 0, expected at least 1"));
        }
        self.dictionary.check()
    }

    /// The config by which the tagger is trained.
    pub(super) fn train_config(&self) -> TrainConfig {
        let (model, training) = (self.model.clone(), self.training.clone());
        TrainConfig { seed: self.seed, model, training, ..TrainConfig::default() }
    }
}

impl DictionaryConfig {
    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is wrong.
    pub fn check(&self) -> Result<()> {
        let Self { mapping, file, csls, limit, .. } = self;
        if mapping.is_some() && file.is_some() {
            let message = "stands beside `dictionary.file`, expected one of the two";
            return Err(Error::setting("dictionary.mapping", message));
        }
        for (key, value) in [("dictionary.csls", Some(*csls)), ("dictionary.limit", *limit)] {
            if value == Some(0) {
                return Err(Error::setting(key, "is 0, expected at least 1"));
            }
        }
        Ok(())
    }

    /// Reads the dictionary, or makes it where a mapping is named.
    ///
    /// # Errors
    /// [`Error::Setting`] when neither is named; faults of the files, with their lines.
    pub fn open(&self) -> Result<Dictionary> {
        let dictionary = match (&self.file, &self.mapping) {
            (Some(file), _) => Dictionary::read(file)?,
            (None, Some(folder)) => {
                let (folder, whole) = (map::open(folder)?, ReadVectors::default());
                induced(&folder.source(&whole)?, &folder.target(&whole)?, &self.induction())?
            }
            (None, None) => {
                let message = "is missing, and `dictionary.file` too: expected a folder that `xner map` wrote, or a \
                               file of word pairs";
                return Err(Error::setting("dictionary.mapping", message));
            }
        };
        Ok(if self.prefer_others { dictionary.preferring_others() } else { dictionary })
    }

    fn induction(&self) -> InduceConfig {
        let Self { csls, mutual, limit, .. } = *self;
        InduceConfig {
            csls_k: csls,
            mutual,
            source_limit: limit,
            target_limit: limit,
            ..InduceConfig::default()
        }
    }
}
