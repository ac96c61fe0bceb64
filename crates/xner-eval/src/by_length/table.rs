//! Scores by sentence length as a table.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Sums;
use crate::Score;
use crate::counts::ratio;

/// Correctly tagged words and entities by sentence length: figure 2 of Bari et al. (2020) as numbers.
///
/// In JSON: `{"bins":[{"from":1,"to":10,"sentences":5,"words":31,"correct_words":30,"share":0.968,…},…],"all":{…}}`;
/// an open bin's `to` is null.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LengthTable {
    /// From the shortest sentences to the longest; a bin between them may be empty.
    pub bins: Vec<LengthBin>,
    /// All of them together.
    pub all: LengthBin,
}

/// The sentences of some lengths.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LengthBin {
    /// The least number of words of a sentence.
    pub from: usize,
    /// The greatest; none where there is no end.
    pub to: Option<usize>,
    /// Sentences.
    pub sentences: u64,
    /// Their words.
    pub words: u64,
    /// Words whose tag is right.
    pub correct_words: u64,
    /// The part of the words whose tag is right; none without words.
    pub share: Option<f64>,
    /// Words inside gold entities.
    pub entity_words: u64,
    /// Those of them whose tag is right.
    pub correct_entity_words: u64,
    /// The part of the words inside gold entities whose tag is right; none without such words. Most words are outside
    /// of entities and easy, which makes [`LengthBin::share`] flat.
    pub entity_share: Option<f64>,
    /// Of the bin's entities.
    pub score: Score,
}

impl LengthBin {
    pub(super) fn of(from: usize, to: Option<usize>, sums: &Sums) -> Self {
        let share = |part: u64, whole: u64| (whole > 0).then(|| ratio(part, whole));
        Self {
            from,
            to,
            sentences: sums.sentences,
            words: sums.words,
            correct_words: sums.correct_words,
            share: share(sums.correct_words, sums.words),
            entity_words: sums.entity_words,
            correct_entity_words: sums.correct_entity_words,
            entity_share: share(sums.correct_entity_words, sums.entity_words),
            score: sums.entities.into(),
        }
    }

    /// F1 of the entities; none where there is no entity, neither in gold nor found.
    pub fn f1(&self) -> Option<f64> {
        (self.score.support + self.score.found > 0).then_some(self.score.f1)
    }

    /// The lengths: `11-20`, `91+`, or `7` where there is but one.
    pub fn name(&self) -> String {
        match self.to {
            None => format!("{}+", self.from),
            Some(to) if to == self.from => to.to_string(),
            Some(to) => format!("{}-{to}", self.from),
        }
    }
}

/// The bins, then all of them; shares and F1 in percent.
impl fmt::Display for LengthTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["sentences", "words", "correct", "share", "in entities", "correct", "share", "f1"];
        write!(f, "{:>10}", "length")?;
        heads.iter().try_for_each(|head| write!(f, "  {head:>width$}", width = head.len().max(7)))?;
        writeln!(f)?;
        let percent =
            |part: Option<f64>| part.map_or_else(|| "-".to_owned(), |part| format!("{:.2}", 100.0 * part));
        let rows = self.bins.iter().map(|bin| (bin.name(), bin));
        for (name, bin) in rows.chain([("all".to_owned(), &self.all)]) {
            write!(f, "{name:>10}  {:9}  {:7}  {:7}", bin.sentences, bin.words, bin.correct_words)?;
            write!(f, "  {:>7}  {:11}", percent(bin.share), bin.entity_words)?;
            write!(f, "  {:7}  {:>7}", bin.correct_entity_words, percent(bin.entity_share))?;
            writeln!(f, "  {:>7}", percent(bin.f1()))?;
        }
        Ok(())
    }
}
