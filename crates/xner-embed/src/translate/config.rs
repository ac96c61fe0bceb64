//! How a corpus is translated.

use serde::{Deserialize, Serialize};
use xner_corpus::EntityType;

/// What is translated as one: the strategies that the `TransAdv` paper compares (appendix B.2).
///
/// There a translation service stands behind them; here what a [`super::WordTranslator`] knows. A phrase that it
/// does not know as a whole is translated in parts: of all its runs of tokens that are known, the longest first,
/// of equally long ones the leftmost, then of what is left, down to single words. No translation reaches over the
/// border of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Word by word (the paper's "MUSE" and "Google Word"), which it found to serve most languages better than
    /// phrases.
    #[default]
    Word,
    /// The sentence is split into phrases by its entities, and every phrase, entity or context, is translated as
    /// one ("Google Phrase").
    Phrase,
    /// Entities are translated as phrases, the context between them word by word ("Google Word&Phrase").
    WordAndPhrase,
}

/// How a corpus is translated.
///
/// ```
/// use xner_embed::translate::{Strategy, TranslateConfig};
///
/// let config: TranslateConfig = serde_json::from_str(r#"{"strategy": "word-and-phrase"}"#).unwrap();
/// assert_eq!(config.strategy, Strategy::WordAndPhrase);
/// assert_eq!(config.keep_types, ["PER".into()]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TranslateConfig {
    /// What is translated as one.
    pub strategy: Strategy,
    /// Entities of these types stay as they are: names of persons are not translated, and a dictionary that does
    /// so errs. By default `PER`.
    pub keep_types: Vec<EntityType>,
    /// Decides all that is drawn at random: under one seed a sentence has one translation.
    pub seed: u64,
}

impl Default for TranslateConfig {
    fn default() -> Self {
        Self { strategy: Strategy::Word, keep_types: vec![EntityType::new("PER")], seed: 0 }
    }
}
