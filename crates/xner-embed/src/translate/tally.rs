//! What became of a corpus's tokens.

use serde::{Deserialize, Serialize};

/// Counts over all sentences translated. Every source token is counted once in [`Tally::translated`],
/// [`Tally::kept`] or [`Tally::unknown`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Sentences.
    pub sentences: usize,
    /// Their entities, as many in source as in target.
    pub entities: usize,
    /// Source tokens.
    pub tokens: usize,
    /// Target tokens.
    pub target_tokens: usize,
    /// Source tokens that were translated.
    pub translated: usize,
    /// Phrases of two or more source tokens that were translated as one.
    pub phrases: usize,
    /// Source tokens that stayed because of their entity's type.
    pub kept: usize,
    /// Source tokens that stayed because no translation is known.
    pub unknown: usize,
    /// Of these, those without a letter: numbers and punctuation, which mostly need none.
    pub marks: usize,
}

impl Tally {
    /// The share of words that were translated, from 0 to 1: of the tokens that were neither kept for their type
    /// nor are unknown marks. 0 where there is no word.
    pub fn share(&self) -> f64 {
        let words = self.tokens - self.kept - self.marks;
        if words == 0 { 0.0 } else { self.translated as f64 / words as f64 }
    }
}
