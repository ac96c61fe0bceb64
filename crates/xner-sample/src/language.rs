//! The sample's languages and splits.

use std::fmt;

/// A language of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// English: the source language of most examples.
    English,
    /// Spanish: adjectives behind nouns, few capitals, `¿ … ?`.
    Spanish,
    /// German: capital nouns, cases, the verb last in subordinate clauses.
    German,
}

impl Language {
    /// All three, in the order of the lexicon's columns.
    pub const ALL: [Self; 3] = [Self::English, Self::Spanish, Self::German];

    /// The ISO 639-1 code: `en`, `es`, `de`.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::German => "de",
        }
    }

    pub(crate) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::English => "English",
            Self::Spanish => "Spanish",
            Self::German => "German",
        })
    }
}

/// A part of the labelled data. Held-out names are in `Dev` and `Test` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Split {
    /// For training.
    Train,
    /// For choosing between models.
    Dev,
    /// For the final score.
    Test,
}

impl Split {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }
}
