//! The scores of a corpus.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Score;

/// Precision, recall and F1 of a corpus as fractions, in all and by type; token accuracy.
///
/// In JSON: `{"overall":{"precision":0.8,"recall":0.7,"f1":0.75,"support":9,…},"types":{"PER":{…}},
/// "accuracy":0.97,…}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Scores {
    /// Over the entities of all types (micro average).
    pub overall: Score,
    /// By type, sorted by name; the types of gold and of the prediction.
    pub types: BTreeMap<String, Score>,
    /// The part of the tokens whose tag is right, 0 where there are none.
    pub accuracy: f64,
    /// Sentences.
    pub sentences: u64,
    /// Tokens.
    pub tokens: u64,
    /// Tokens whose tag is right.
    pub correct_tokens: u64,
}

impl Scores {
    /// The mean of the types' precision, recall and F1, each type counting alike (macro average). Support,
    /// found and correct are the sums. All 0 where there are no types.
    pub fn macro_average(&self) -> Score {
        self.average(|_| 1.0)
    }

    /// The mean of the types' precision, recall and F1, each counting as often as it is in gold. All 0 where
    /// gold has no entity.
    pub fn weighted_average(&self) -> Score {
        self.average(|score| score.support as f64)
    }

    fn average(&self, weight: impl Fn(&Score) -> f64) -> Score {
        let total: f64 = self.types.values().map(&weight).sum();
        let mean = |part: fn(&Score) -> f64| {
            let sum: f64 = self.types.values().map(|score| weight(score) * part(score)).sum();
            if total > 0.0 { sum / total } else { 0.0 }
        };
        Score {
            precision: mean(|s| s.precision),
            recall: mean(|s| s.recall),
            f1: mean(|s| s.f1),
            ..self.overall
        }
    }
}
