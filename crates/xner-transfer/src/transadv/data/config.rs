//! How the sets are made, and a config file that also names what they are made of.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_corpus::EntityType;
use xner_embed::dictionary::Dictionary;
use xner_embed::translate::{Chain, DictionaryTranslator, Strategy};

use crate::bwet::{DictionaryConfig, SourceText};
use crate::files::{read_config, resolve};
use crate::{Error, Result};

/// How sentences are translated and what is made of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// What is translated as one. Default `word`.
    pub strategy: Strategy,
    /// Entities of these types stay as they are. Default `PER`: names of persons are written alike in languages that
    /// share a script, and dictionaries err in them. None where the scripts differ.
    pub keep_types: Vec<EntityType>,
    /// What the code-switched sets have of sentences without entities.
    pub without_entities: WithoutEntities,
}

/// What becomes of sentences without entities in the two code-switched sets, where nothing can be exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutEntities {
    /// They stand in the sets as they are (default). The paper leaves none out; a tagger that never sees a sentence
    /// without entities learns to find some in all; and all sets stay parallel.
    #[default]
    Keep,
    /// They are left out: beside the translated set, in which they stand already, the switched target's are
    /// duplicates.
    Drop,
}

impl Default for DataConfig {
    fn default() -> Self {
        let (strategy, without_entities) = (Strategy::default(), WithoutEntities::default());
        Self { strategy, keep_types: vec![EntityType::new("PER")], without_entities }
    }
}

/// A config file of data creation alone.
///
/// ```
/// use xner_embed::translate::Strategy;
/// use xner_transfer::transadv::data::CreationConfig;
///
/// let text = "source.train = 'en.conll'\ndictionary.file = 'en-es.txt'\ndata.strategy = 'word-and-phrase'";
/// let config: CreationConfig = toml::from_str(text)?;
/// assert_eq!(config.data.strategy, Strategy::WordAndPhrase);
/// assert_eq!(config.data.keep_types, ["PER".into()]);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreationConfig {
    /// Decides everything random. Default 1.
    pub seed: u64,
    /// The language with labels; of its files `train` is read.
    pub source: SourceText,
    /// Where translations come from.
    pub dictionary: DictionaryConfig,
    /// Phrase pairs with a tab between, asked before the dictionary.
    pub phrases: Option<PathBuf>,
    /// How sentences are translated and what is made of them.
    pub data: DataConfig,
}

impl Default for CreationConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            source: SourceText::default(),
            dictionary: DictionaryConfig::default(),
            phrases: None,
            data: DataConfig::default(),
        }
    }
}

impl CreationConfig {
    /// Reads a config file. Relative paths in it are taken from the file's folder.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Config`], with line or key, for what does not parse, unknown keys among it, and for the
    /// faults of [`DictionaryConfig::check`].
    pub fn read(path: &Path) -> Result<Self> {
        let mut config: Self = read_config(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let Self { source, dictionary, phrases, .. } = &mut config;
        for path in
            [&mut source.train, &mut source.dev, &mut dictionary.mapping, &mut dictionary.file, phrases]
        {
            resolve(path, folder);
        }
        let fault = |fault: Error| Error::Config { path: path.to_owned(), message: fault.to_string() };
        config.dictionary.check().map_err(fault)?;
        Ok(config)
    }
}

/// A translator by a dictionary that a config names, with a table of phrases before it if there is one.
///
/// # Errors
/// As [`DictionaryConfig::check`] and [`DictionaryConfig::open`]; faults of the table, with their lines.
pub fn translator(
    dictionary: &DictionaryConfig,
    phrases: Option<&Path>,
) -> Result<Chain<DictionaryTranslator>> {
    dictionary.check()?;
    let mut links = Vec::new();
    if let Some(path) = phrases {
        links.push(DictionaryTranslator::new(Dictionary::read(path)?));
    }
    links.push(DictionaryTranslator::new(dictionary.open()?));
    Ok(Chain::new(links))
}
