//! Which of several translations is taken.

use serde::{Deserialize, Serialize};

use super::Draw;
use crate::Result;
use crate::check::{at_least_one, number};
use crate::dictionary::Translation;

/// Which of a word's translations is taken.
///
/// The best are those of the highest scores, of equal ones the first listed; where a translation of the word has
/// no score, the first listed are the best.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Choice {
    /// The best.
    #[default]
    Best,
    /// One of the `k` best, drawn.
    Sample {
        /// How many are drawn from.
        k: usize,
        /// How likely each of them is.
        weights: Weights,
    },
}

/// How likely each of several translations is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Weights {
    /// All alike.
    #[default]
    Uniform,
    /// In proportion to `exp(score / temperature)`; all alike for a word whose translations lack a score.
    Softmax {
        /// Above 0; the lower, the more often the best is drawn. CSLS scores of a word's neighbours differ by some
        /// hundredths, so 0.1 is a mild preference.
        temperature: f32,
    },
}

impl Choice {
    /// Whether its values are in range.
    ///
    /// # Errors
    /// [`crate::Error::Config`] for `k = 0` and for a temperature that is not a positive number.
    pub fn check(self) -> Result<()> {
        let Self::Sample { k, weights } = self else { return Ok(()) };
        at_least_one("k", k)?;
        let Weights::Softmax { temperature } = weights else { return Ok(()) };
        number("temperature", temperature, |temperature| temperature > 0.0, "a finite number above 0")
    }

    /// One of `translations`, `None` where there is none.
    pub(super) fn choose<'a>(
        self,
        translations: impl ExactSizeIterator<Item = Translation<'a>> + Clone,
        draw: &mut Draw,
    ) -> Option<&'a str> {
        let scored = translations.clone().all(|translation| translation.score.is_some());
        let Self::Sample { k, weights } = self else {
            let mut all = translations;
            let first = all.next()?;
            // Of equal scores the first listed.
            let better = |best: Translation<'a>, next: Translation<'a>| {
                if scored && next.score > best.score { next } else { best }
            };
            return Some(all.fold(first, better).word);
        };
        let mut best: Vec<Translation<'a>> = translations.collect();
        if scored {
            let score = |translation: &Translation<'_>| translation.score.unwrap_or_default();
            best.sort_by(|left, right| score(right).total_cmp(&score(left)));
        }
        best.truncate(k);
        let first = best.first()?;
        let weight = |translation: &Translation<'_>| match (weights, translation.score, first.score) {
            (Weights::Softmax { temperature }, Some(score), Some(highest)) if scored => {
                ((f64::from(score) - f64::from(highest)) / f64::from(temperature)).exp()
            }
            _ => 1.0,
        };
        let total: f64 = best.iter().map(weight).sum();
        let mut left = draw.uniform() * total;
        for translation in &best {
            left -= weight(translation);
            if left < 0.0 {
                return Some(translation.word);
            }
        }
        Some(first.word)
    }
}
