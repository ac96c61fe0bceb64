//! Counts of entities, and the fractions made of them.

use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

/// Numbers of correct, predicted and gold entities, of a sentence, of a type or of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Predicted entities that are in gold with the same tokens and type.
    pub correct: u64,
    /// Predicted entities.
    pub found: u64,
    /// Gold entities.
    pub gold: u64,
}

impl Counts {
    /// The part of the predicted entities that is right, or 0 where none was predicted.
    pub fn precision(&self) -> f64 {
        ratio(self.correct, self.found)
    }

    /// The part of the gold entities that was predicted, or 0 where there are none.
    pub fn recall(&self) -> f64 {
        ratio(self.correct, self.gold)
    }

    /// The harmonic mean of precision and recall, or 0 where both are 0.
    pub fn f1(&self) -> f64 {
        harmonic(self.precision(), self.recall())
    }
}

/// `part / whole`, or 0 for an empty whole.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The harmonic mean. The order of operations is that of conlleval and seqeval, so that the last bit is the same.
pub(crate) fn harmonic(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            correct: self.correct + other.correct,
            found: self.found + other.found,
            gold: self.gold + other.gold,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// Precision, recall and F1 as fractions, and the counts behind them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Score {
    /// Correct of predicted, or 0 where none was predicted.
    pub precision: f64,
    /// Correct of gold, or 0 where there are none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// Gold entities.
    pub support: u64,
    /// Predicted entities.
    pub found: u64,
    /// Predicted entities that are gold.
    pub correct: u64,
}

impl From<Counts> for Score {
    fn from(counts: Counts) -> Self {
        Self {
            precision: counts.precision(),
            recall: counts.recall(),
            f1: counts.f1(),
            support: counts.gold,
            found: counts.found,
            correct: counts.correct,
        }
    }
}

impl Score {
    /// The counts behind the score.
    pub fn counts(&self) -> Counts {
        Counts { correct: self.correct, found: self.found, gold: self.support }
    }
}
