//! Whether what a run is given fits together: corpora, word vectors, a dictionary, a mapping.
//!
//! What does not fit still trains, for hours, to a tagger that finds nothing. So the shares that tell it are computed
//! first. Above or below a threshold a share is told as a note; where nearly nothing fits the run stops, unless the
//! config says `misfit = "note"`.
//!
//! | share | a note | the run stops |
//! |---|---|---|
//! | words of a corpus with a vector | below [`COVERAGE`]`.note` | below [`COVERAGE`]`.stop`, or swapped languages |
//! | words that the dictionary translates | below [`TRANSLATED`]`.note` | below [`TRANSLATED`]`.stop` |
//! | translations that are the word itself | above [`SAME`]`.note` | above [`SAME`]`.stop`, or the other direction |
//! | other translations that the target's text or vectors know | below [`FOUND`]`.note` | below [`FOUND`]`.stop` |
//! | pairs of a dictionary among both vectors | | 1.5 times as many when it is turned round |
//! | criterion of a mapping | | no better than chance ([`xner_embed::map::Chance`]) |
//!
//! The thresholds are far from what was measured on English with Spanish, Dutch and German: right dictionaries
//! translate 56 to 76 % of words, 2 to 20 % of these into themselves; those of the other direction 7 to 27 %, of which
//! 36 to 95 %. Of right translations the target's text knows 43 to 87 %, of those into another language 1 to 34 %.

mod dictionary;
mod vectors;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use dictionary::{DictionaryFit, Target};
pub(crate) use vectors::failed;
pub use vectors::{VectorsFit, direction, mapping};

use crate::{Error, Result};

/// Two thresholds of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Where a note begins.
    pub note: f64,
    /// Where nearly nothing fits.
    pub stop: f64,
}

/// The share of a corpus's words that have a vector.
pub const COVERAGE: Thresholds = Thresholds { note: 0.6, stop: 0.2 };
/// The share of a corpus's words that a dictionary translates.
pub const TRANSLATED: Thresholds = Thresholds { note: 0.5, stop: 0.05 };
/// The share of translated words whose translation is the word itself.
pub const SAME: Thresholds = Thresholds { note: 0.33, stop: 0.8 };
/// The share of other translations that are among the target's words.
pub const FOUND: Thresholds = Thresholds { note: 0.35, stop: 0.1 };
/// By so much a share must be better the other way round to say that two things are swapped.
pub const SWAPPED: f64 = 0.1;
/// Shares of fewer words say nothing.
pub const FEWEST: usize = 50;

/// So many sentences tell what a dictionary does to a corpus.
pub(crate) const FIT: usize = 5000;

/// What a run does where nearly nothing fits together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Misfit {
    /// It stops before it trains, and says what does not fit.
    #[default]
    Refuse,
    /// It says so and goes on.
    Note,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What, and what may be its cause.
    pub text: String,
    /// Whether nearly nothing fits.
    pub stops: bool,
}

impl Finding {
    pub(crate) fn note(text: impl Into<String>) -> Self {
        Self { text: text.into(), stops: false }
    }

    pub(crate) fn stop(text: impl Into<String>) -> Self {
        Self { text: text.into(), stops: true }
    }
}

/// The findings as notes, where none of them stops; `otherwise` says how to go on all the same.
///
/// # Errors
/// [`Error::Data`] for the first that stops, unless `misfit` is [`Misfit::Note`].
pub fn settle(findings: Vec<Finding>, misfit: Misfit, otherwise: &str) -> Result<Vec<String>> {
    match findings.iter().find(|finding| finding.stops && misfit == Misfit::Refuse) {
        Some(Finding { text, .. }) => Err(Error::data(format!("{text}; {otherwise}"))),
        None => Ok(findings.into_iter().map(|finding| finding.text).collect()),
    }
}

/// How a run goes on all the same.
pub(crate) const BY_SETTING: &str = "to train all the same, set `misfit = \"note\"`";

/// A share in whole per cent, so many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) part: usize,
    pub(crate) of: usize,
}

impl Share {
    /// Adds `count` words, which count or do not.
    pub(crate) fn add(&mut self, counts: bool, count: usize) {
        self.of += count;
        self.part += if counts { count } else { 0 };
    }

    /// From 0 to 1; 0 of none.
    pub(crate) fn value(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.part as f64 / self.of as f64 }
    }

    /// Whether there are enough words to say anything.
    pub(crate) fn tells(self) -> bool {
        self.of >= FEWEST
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { part, of } = self;
        write!(f, "{part} of {of} ({:.0} %)", 100.0 * self.value())
    }
}

/// Whether a token has a letter: numbers and punctuation say nothing of a language.
pub(crate) fn is_word(token: &str) -> bool {
    token.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_stops_is_an_error_unless_the_config_wants_a_note() {
        let findings = vec![Finding::note("a"), Finding::stop("b")];
        let fault = settle(findings.clone(), Misfit::Refuse, "or so").unwrap_err();
        assert_eq!(fault.to_string(), "b; or so");
        assert_eq!(settle(findings, Misfit::Note, "").unwrap(), ["a", "b"]);
        assert_eq!(settle(vec![Finding::note("a")], Misfit::Refuse, "").unwrap(), ["a"]);
    }
}
