//! How the game between generator and discriminators goes.

use serde::{Deserialize, Serialize};

/// What one discriminator told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Answers to what is of the target language, or shuffled; and to the rest.
    pub answers: [u64; 2],
    /// Of these, the right ones.
    pub right: [u64; 2],
    /// The sum of their losses.
    pub loss: f64,
}

impl Told {
    /// The mean over both kinds of the share of right answers, so that one constant answer scores one half; none without
    /// answers.
    pub fn accuracy(&self) -> Option<f64> {
        let kinds = self.answers.iter().zip(self.right).filter(|&(&answers, _)| answers > 0);
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
/// Below this share it is said to tell nothing.
const LOST: f64 = 0.55;

/// What the discriminators told of words and sentences before they learnt of them, and the generator's loss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// The language discriminator, by words.
    pub language: Told,
    /// The order discriminator, by sentences.
    pub order: Told,
    /// Steps.
    pub steps: u64,
    /// The sum of the generator's losses.
    pub generator: f64,
}

/// Bits that a 32-bit float holds exactly.
const PIECE: u32 = 16;

impl Tally {
    /// How many numbers it is.
    pub(super) const NUMBERS: usize = 12 * (u64::BITS / PIECE) as usize;

    /// As numbers that a checkpoint can hold, from which [`Tally::of`] makes the same tally to the bit.
    pub(super) fn numbers(&self) -> Vec<f32> {
        let Self { language, order, steps, generator } = *self;
        let told = |Told { answers: [a, b], right: [c, d], loss }| [a, b, c, d, loss.to_bits()];
        let all = [told(language), told(order)].concat().into_iter().chain([steps, generator.to_bits()]);
        let pieces = |bits: u64| (0..u64::BITS / PIECE).map(move |at| (bits >> (at * PIECE)) as u16);
        all.flat_map(pieces).map(f32::from).collect()
    }

    /// Of [`Tally::numbers`].
    pub(super) fn of(numbers: &[f32]) -> Self {
        let whole = |pieces: &[f32]| pieces.iter().rev().fold(0, |bits, &piece| bits << PIECE | piece as u64);
        let all: Vec<u64> = numbers.chunks((u64::BITS / PIECE) as usize).map(whole).collect();
        let at = |place: usize| all.get(place).copied().unwrap_or_default();
        let told = |first| Told {
            answers: [at(first), at(first + 1)],
            right: [at(first + 2), at(first + 3)],
            loss: f64::from_bits(at(first + 4)),
        };
        Self { language: told(0), order: told(5), steps: at(10), generator: f64::from_bits(at(11)) }
    }

    /// Adds answers, as log-odds, and what is right.
    pub(super) fn told(&mut self, order: bool, odds: &[f32], right: &[f32]) {
        let told = if order { &mut self.order } else { &mut self.language };
        for (&odds, &y) in odds.iter().zip(right) {
            let kind = usize::from(y > 0.5);
            told.answers[kind] += 1;
            told.right[kind] += u64::from((odds > 0.0) == (y > 0.5));
            let wrong = f64::from(if y > 0.5 { -odds } else { odds });
            told.loss += wrong.max(0.0) + (-wrong.abs()).exp().ln_1p();
        }
    }

    pub(super) fn deceived(&mut self, loss: f32) {
        self.steps += 1;
        self.generator += f64::from(loss);
    }

    /// The generator's mean loss; none without steps.
    pub fn generator_loss(&self) -> Option<f64> {
        (self.steps > 0).then(|| self.generator / self.steps as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_hold_a_tally_to_the_bit() {
        let language = Told { answers: [u64::MAX, 3], right: [(1 << 53) + 1, 0], loss: 0.1 };
        let order = Told { answers: [65_536, 1], right: [65_535, 1 << 40], loss: -1e300 };
        let tally = Tally { language, order, steps: 1 << 40, generator: f64::MIN_POSITIVE };
        assert_eq!(tally.numbers().len(), Tally::NUMBERS);
        assert_eq!(Tally::of(&tally.numbers()), tally);
    }

    #[test]
    fn answers_are_counted_and_their_losses_added() {
        let mut tally = Tally::default();
        tally.told(false, &[2.0, -1.0, 3.0], &[1.0, 0.0, 0.0]);
        tally.told(true, &[-0.5], &[1.0]);
        assert_eq!((tally.language.answers, tally.language.right), ([2, 1], [1, 1]));
        assert_eq!(tally.language.accuracy(), Some(0.75));
        let loss = |odds: f64| (1.0 + odds.exp()).ln();
        let expected = loss(-2.0) + loss(-1.0) + loss(3.0);
        assert!((tally.language.loss - expected).abs() < 1e-12);
        assert_eq!(tally.order.accuracy(), Some(0.0));
        assert!(tally.generator_loss().is_none() && Told::default().accuracy().is_none());
        let told = |right| Told { answers: [1000, 0], right: [right, 0], loss: 0.0 };
        assert!(told(996).saturated() && !told(995).saturated());
        assert!(told(549).lost() && !told(551).lost());
        // Always the same answer.
        assert_eq!(Told { answers: [900, 100], right: [900, 0], loss: 0.0 }.accuracy(), Some(0.5));
    }
}
