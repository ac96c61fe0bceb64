//! Splitting raw text into sentences and words.
//!
//! Sentences are found by the marks that end them, and by lists of abbreviations, ordinals and words that begin
//! sentences for each [`Language`]; words by Unicode's word boundaries (UAX 29), joined and cut where the corpora of
//! the field do so: see [`word_ranges`].

mod ends;
mod guess;
mod language;
mod lexicon;
mod marks;
mod period;
mod rules;
mod sentences;
mod unspaced;
mod words;

use serde::{Deserialize, Serialize};

#[cfg(feature = "files")]
pub(crate) use guess::HEAD;
pub use language::{Language, UnknownLanguage};
pub use sentences::{SentenceRanges, sentence_ranges, sentences};
#[cfg(feature = "files")]
pub(crate) use sentences::{Splitter, in_words, sentence};
pub use words::word_ranges;

/// How text is split into sentences and tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TextOptions {
    /// The text's language by its BCP 47 code (`en`, `de`, `pt-BR`, …), for abbreviations and clitics; `und` for one
    /// that has no rules of its own, `mul` for texts of several, each of which is guessed.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub language: Language,
    /// Where sentences end.
    pub sentences: Sentences,
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
