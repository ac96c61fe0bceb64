//! How the game between generator and discriminators goes.

use serde::{Deserialize, Serialize};
use xner_train::Measure;

/// The answers of one discriminator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// Answers to what is of the target language, or shuffled; and to the rest.
    pub given: [u64; 2],
    /// Of these, the right ones.
    pub right: [u64; 2],
    /// The sum of their losses.
    pub loss: f64,
}

impl Answers {
    /// The mean over both kinds of the share of right answers, so that one constant answer scores one half; none
    /// without answers.
    pub fn accuracy(&self) -> Option<f64> {
        let kinds = self.given.iter().zip(self.right).filter(|&(&answers, _)| answers > 0);
        let shares: Vec<f64> = kinds.map(|(&answers, right)| right as f64 / answers as f64).collect();
        (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
    }

    /// Whether it tells next to nothing.
    pub fn lost(&self) -> bool {
        self.accuracy().is_some_and(|accuracy| accuracy < LOST)
    }

    /// Whether it tells nearly all: then it gives the generator next to no gradient.
    pub fn saturated(&self) -> bool {
        self.accuracy().is_some_and(|accuracy| accuracy > SATURATED)
    }
}

/// From this share of right answers on a discriminator is called saturated.
const SATURATED: f64 = 0.995;
/// Above this share of dead units it is told.
const DEAD: f64 = 0.5;
/// Below this share it is said to tell nothing.
const LOST: f64 = 0.55;

/// What the discriminators told of words and sentences before they learnt of them, and the generator's loss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// The language discriminator, by words.
    pub language: Answers,
    /// The order discriminator, by sentences.
    pub order: Answers,
    /// Steps.
    pub steps: u64,
    /// The sum of the generator's losses.
    pub generator: f64,
    /// Steps of the generator that were held back.
    pub held: u64,
    /// The share of the language discriminator's hidden units that said nothing.
    pub dead: Option<f64>,
}

impl Tally {
    /// Adds answers, as log-odds, and what is right.
    pub(super) fn answered(&mut self, order: bool, odds: &[f32], right: &[f32]) {
        let answers = if order { &mut self.order } else { &mut self.language };
        for (&odds, &y) in odds.iter().zip(right) {
            let kind = usize::from(y > 0.5);
            answers.given[kind] += 1;
            answers.right[kind] += u64::from((odds > 0.0) == (y > 0.5));
            let wrong = f64::from(if y > 0.5 { -odds } else { odds });
            answers.loss += wrong.max(0.0) + (-wrong.abs()).exp().ln_1p();
        }
    }

    pub(super) fn deceived(&mut self, loss: f32) {
        self.steps += 1;
        self.generator += f64::from(loss);
    }

    /// What is to be told of it.
    pub(super) fn measures(&self) -> Vec<Measure> {
        let one = |name, answers: &Answers| {
            let note = if answers.saturated() {
                "it is saturated, and teaches the encoder next to nothing"
            } else if answers.lost() {
                "it tells next to nothing"
            } else {
                ""
            };
            Some(Measure { name, value: answers.accuracy()?, note })
        };
        let both = [
            ("language discriminator, share right", &self.language),
            ("order discriminator, share right", &self.order),
        ];
        let dead = self.dead.map(|value| {
            let note =
                if value > DEAD { "half of it is dead: a lower rate, or `adversary.normalise`" } else { "" };
            Measure { name: "language discriminator, share of units dead", value, note }
        });
        let all = self.held + self.steps;
        let held = (self.held > 0).then(|| Measure {
            name: "generator, share of steps held back",
            value: self.held as f64 / all as f64,
            note: "",
        });
        both.into_iter().filter_map(|(name, answers)| one(name, answers)).chain(dead).chain(held).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_and_their_losses_added() {
        let mut tally = Tally::default();
        tally.answered(false, &[2.0, -1.0, 3.0], &[1.0, 0.0, 0.0]);
        tally.answered(true, &[-0.5], &[1.0]);
        assert_eq!((tally.language.given, tally.language.right), ([2, 1], [1, 1]));
        assert_eq!(tally.language.accuracy(), Some(0.75));
        let loss = |odds: f64| (1.0 + odds.exp()).ln();
        let expected = loss(-2.0) + loss(-1.0) + loss(3.0);
        assert!((tally.language.loss - expected).abs() < 1e-12);
        assert_eq!(tally.order.accuracy(), Some(0.0));
        assert!(Answers::default().accuracy().is_none());
        let told = |right| Answers { given: [1000, 0], right: [right, 0], loss: 0.0 };
        assert!(told(996).saturated() && !told(995).saturated());
        assert!(told(549).lost() && !told(551).lost());
        // Always the same answer.
        assert_eq!(Answers { given: [900, 100], right: [900, 0], loss: 0.0 }.accuracy(), Some(0.5));
    }
}
