//! How the sets are made.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use xner_corpus::EntityType;
use xner_embed::dictionary::Dictionary;
use xner_embed::translate::{Chain, DictionaryTranslator, Strategy};

use crate::Result;
use crate::bwet::DictionaryConfig;

/// How sentences are translated, and what is made of them.
#[derive(Debug, Clone, PartialEq, Eq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// What is translated as one. Default `word`.
    pub strategy: Strategy,
    /// Entities of these types stay as they are. Names of persons are written alike in languages that share a script,
    /// and dictionaries err in them; give `[]` where the scripts differ. Default `["PER"]`.
    #[default(vec![EntityType::new("PER")])]
    pub keep_types: Vec<EntityType>,
    /// What the code-switched sets have of sentences without entities. Default `keep`.
    pub without_entities: WithoutEntities,
}

/// What becomes of sentences without entities in the two code-switched sets, where nothing can be exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutEntities {
    /// They stand in the sets as they are. The paper leaves none out; a tagger that never sees a sentence without
    /// entities learns to find some in all; and all sets stay parallel.
    #[default]
    Keep,
    /// They are left out. Beside the translated set, in which they stand already, the switched target's are duplicates.
    Drop,
}

/// A translator by a dictionary that a config names, with a table of phrases before it if there is one.
///
/// # Errors
/// As [`DictionaryConfig::check`] and [`DictionaryConfig::open`]; faults of the table, with their lines.
pub fn translator(
    dictionary: &DictionaryConfig,
    phrases: Option<&Path>,
) -> Result<Chain<DictionaryTranslator>> {
    chained(opened(dictionary)?, phrases)
}

/// The dictionary that a config names.
///
/// # Errors
/// As [`DictionaryConfig::check`] and [`DictionaryConfig::open`].
pub fn opened(dictionary: &DictionaryConfig) -> Result<Dictionary> {
    dictionary.check()?;
    dictionary.open()
}

/// A translator by a dictionary, with a table of phrases before it if there is one.
///
/// # Errors
/// Faults of the table, with their lines.
pub fn chained(dictionary: Dictionary, phrases: Option<&Path>) -> Result<Chain<DictionaryTranslator>> {
    let mut links = Vec::new();
    if let Some(path) = phrases {
        links.push(DictionaryTranslator::new(Dictionary::read(path)?));
    }
    links.push(DictionaryTranslator::new(dictionary));
    Ok(Chain::new(links))
}
