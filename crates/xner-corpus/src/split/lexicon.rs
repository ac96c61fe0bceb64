//! The lists of a language, made ready to be asked.

use std::collections::HashMap;

use super::rules::{COMMON, Rules};

/// What a word is; it may be several things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kind(u8);

impl Kind {
    /// An abbreviation that never ends a sentence.
    pub(super) const TITLE: Self = Self(1);
    /// An abbreviation.
    pub(super) const SHORT: Self = Self(2);
    /// A word that stands before numbers.
    pub(super) const BEFORE_NUMBER: Self = Self(4);
    /// A word with which sentences begin.
    pub(super) const STARTER: Self = Self(8);

    pub(super) fn is(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The words of a language's lists.
#[derive(Debug)]
pub(super) struct Lexicon {
    kinds: HashMap<&'static str, Kind>,
    pub(super) rules: &'static Rules,
}

impl Lexicon {
    pub(super) fn new(rules: &'static Rules) -> Self {
        let mut kinds: HashMap<&'static str, Kind> = HashMap::new();
        for rules in [&COMMON, rules] {
            let lists = [
                (rules.titles, Kind::TITLE),
                (rules.abbreviations, Kind::SHORT),
                (rules.before_numbers, Kind::BEFORE_NUMBER),
                (rules.starters, Kind::STARTER),
            ];
            for (list, kind) in lists {
                for word in list.split_whitespace() {
                    kinds.entry(word).or_default().0 |= kind.0;
                }
            }
        }
        Self { kinds, rules }
    }

    /// What `word` is as it is written, or in small letters.
    pub(super) fn kind(&self, word: &str) -> Kind {
        let written = self.kinds.get(word).copied().unwrap_or_default();
        if word.chars().all(|c| !c.is_uppercase()) {
            return written;
        }
        let small = self.kinds.get(word.to_lowercase().as_str()).copied().unwrap_or_default();
        Kind(written.0 | small.0)
    }
}
