//! Splitting raw text into sentences and words.
//!
//! Sentences are found by the rules and abbreviation lists of the `sentencex` crate for each language, words
//! by Unicode's word boundaries (UAX 29), joined and cut where the corpora of the field do so: see
//! [`word_ranges`].

mod period;
mod sentences;
mod words;

use serde::{Deserialize, Serialize};

#[cfg(feature = "files")]
pub(crate) use sentences::sentence;
pub use sentences::{sentence_ranges, sentences};
pub use words::word_ranges;

/// How text is split into sentences and tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TextOptions {
    /// The text's language by its code (`en`, `de`, `es`, …), for abbreviations and clitics. One that is not
    /// known is read like a related language, or like English.
    pub language: String,
    /// Where sentences end.
    pub sentences: Sentences,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { language: "en".to_owned(), sentences: Sentences::default() }
    }
}

/// Where the sentences of a raw text end. An empty line always ends one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Sentences {
    /// Where the language's rules say; a single line break is a space.
    #[default]
    Split,
    /// At line ends and nowhere else.
    Lines,
}
