//! Scores as text.

use std::fmt;

use crate::counts::harmonic;
use crate::{Counts, Score, Scores};

/// A table of percentages: all entities, then each type by name, then token accuracy.
impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.types.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(8);
        let heads = ["precision", "recall", "f1", "support", "found", "correct"];
        write!(f, "{:width$}", "")?;
        heads.iter().try_for_each(|head| write!(f, "  {head:>9}"))?;
        writeln!(f)?;
        let mut row = |name: &str, score: &Score| {
            let percents = [score.precision, score.recall, score.f1];
            write!(f, "{name:<width$}")?;
            percents.iter().try_for_each(|part| write!(f, "  {:9.2}", 100.0 * part))?;
            writeln!(f, "  {:9}  {:9}  {:9}", score.support, score.found, score.correct)
        };
        row("micro", &self.overall)?;
        self.types.iter().try_for_each(|(name, score)| row(name, score))?;
        let Self { accuracy, tokens, sentences, .. } = self;
        writeln!(f, "accuracy {:.2} over {tokens} tokens, {sentences} sentences", 100.0 * accuracy)
    }
}

impl Scores {
    /// The scores as conlleval prints them, to the byte.
    pub fn conlleval(&self) -> ConllevalReport<'_> {
        ConllevalReport(self)
    }
}

/// Displays scores as conlleval prints them.
#[derive(Debug, Clone, Copy)]
pub struct ConllevalReport<'a>(&'a Scores);

impl fmt::Display for ConllevalReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scores { overall, types, tokens, correct_tokens, .. } = self.0;
        let Score { support, found, correct, .. } = overall;
        write!(f, "processed {tokens} tokens with {support} phrases; ")?;
        writeln!(f, "found: {found} phrases; correct: {correct}.")?;
        if *tokens > 0 {
            write!(f, "accuracy: {:6.2}%; ", percent(*correct_tokens, *tokens))?;
            writeln!(f, "{}", Figures(overall.counts()))?;
        }
        for (name, score) in types {
            // The width counts bytes. A nameless type is listed once for gold and once for the prediction:
            // the script's test for a repeated name takes the empty one for no name at all.
            let times = if name.is_empty() && score.support > 0 && score.found > 0 { 2 } else { 1 };
            for _ in 0..times {
                let padding = 17_usize.saturating_sub(name.len());
                writeln!(f, "{:padding$}{name}: {}  {}", "", Figures(score.counts()), score.found)?;
            }
        }
        Ok(())
    }
}

/// Precision, recall and F1 from counts, computed in percent as the script does.
struct Figures(Counts);

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = percent(self.0.correct, self.0.found);
        let recall = percent(self.0.correct, self.0.gold);
        let f1 = harmonic(precision, recall);
        write!(f, "precision: {precision:6.2}%; recall: {recall:6.2}%; FB1: {f1:6.2}")
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (100 * part) as f64 / whole as f64 }
}
