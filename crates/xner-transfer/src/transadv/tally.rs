//! How the game between generator and discriminators goes.

use serde::{Deserialize, Serialize};

/// What one discriminator told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Answers.
    pub answers: f32,
    /// Of these, the right ones.
    pub right: f32,
    /// The sum of their losses.
    pub loss: f32,
}

impl Told {
    /// The share of right answers; none without answers.
    pub fn accuracy(&self) -> Option<f32> {
        (self.answers > 0.0).then(|| self.right / self.answers)
    }

    /// Whether it tells nearly all: then it gives the generator next to no gradient.
    pub fn saturated(&self) -> bool {
        self.accuracy().is_some_and(|accuracy| accuracy > SATURATED)
    }
}

/// From this share of right answers on a discriminator is called saturated.
const SATURATED: f32 = 0.995;

/// What the discriminators told of words and sentences before they learnt of them, and the generator's loss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// The language discriminator, by words.
    pub language: Told,
    /// The order discriminator, by sentences.
    pub order: Told,
    /// Steps.
    pub steps: f32,
    /// The sum of the generator's losses.
    pub generator: f32,
}

impl Tally {
    /// How many numbers it is.
    pub(super) const NUMBERS: usize = 8;

    pub(super) fn numbers(&self) -> [f32; Self::NUMBERS] {
        let Self { language, order, steps, generator } = *self;
        let [a, b, c] = [language.answers, language.right, language.loss];
        [a, b, c, order.answers, order.right, order.loss, steps, generator]
    }

    pub(super) fn of(numbers: &[f32]) -> Self {
        let at = |place: usize| numbers.get(place).copied().unwrap_or_default();
        let told = |first| Told { answers: at(first), right: at(first + 1), loss: at(first + 2) };
        Self { language: told(0), order: told(3), steps: at(6), generator: at(7) }
    }

    /// Adds answers, as log-odds, and what is right.
    pub(super) fn told(&mut self, order: bool, odds: &[f32], right: &[f32]) {
        let told = if order { &mut self.order } else { &mut self.language };
        for (&odds, &y) in odds.iter().zip(right) {
            told.answers += 1.0;
            told.right += f32::from(u8::from((odds > 0.0) == (y > 0.5)));
            let wrong = if y > 0.5 { -odds } else { odds };
            told.loss += wrong.max(0.0) + (-wrong.abs()).exp().ln_1p();
        }
    }

    pub(super) fn deceived(&mut self, loss: f32) {
        self.steps += 1.0;
        self.generator += loss;
    }

    /// The generator's mean loss; none without steps.
    pub fn generator_loss(&self) -> Option<f32> {
        (self.steps > 0.0).then(|| self.generator / self.steps)
    }
}
