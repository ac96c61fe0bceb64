//! The rules, as numbers.

use crate::config::Optimiser;

/// An optimiser's rule at one learning rate and step.
///
/// ```text
/// SGD    w ← w − rate g
/// Adam   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      w ← w − a m / (√v · b + ε)
///        a = rate / (1 − β₁ᵗ)       b = 1 / √(1 − β₂ᵗ)
/// AdamW  w ← (1 − rate λ) w, then as Adam
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Gradient descent.
    Sgd {
        /// The learning rate.
        rate: f32,
    },
    /// Adam, with decoupled weight decay or none.
    Adam {
        /// Decay of the mean, β₁.
        beta1: f32,
        /// Decay of the mean square, β₂.
        beta2: f32,
        /// ε.
        epsilon: f32,
        /// The corrected rate, a.
        rate: f32,
        /// The correction of the root, b.
        root: f32,
        /// What is left of a weight, 1 − rate λ.
        keep: f32,
    },
}

impl Rule {
    /// The rule of `optimiser` at learning rate `rate` for a weight's `step`-th update, from 1; without a step there is
    /// no bias correction: a = rate and b = 1.
    pub fn new(optimiser: &Optimiser, rate: f64, step: Option<usize>) -> Self {
        let power = step.map(|step| i32::try_from(step).unwrap_or(i32::MAX));
        let correction = |beta: f64| power.map_or(1.0, |power| 1.0 - beta.powi(power));
        let (beta1, beta2, epsilon, decay) = match *optimiser {
            Optimiser::Sgd { .. } => return Self::Sgd { rate: rate as f32 },
            Optimiser::Adam { beta1, beta2, epsilon, .. } => (beta1, beta2, epsilon, 0.0),
            Optimiser::AdamW { beta1, beta2, epsilon, weight_decay, .. } => {
                (beta1, beta2, epsilon, weight_decay)
            }
        };
        Self::Adam {
            beta1: beta1 as f32,
            beta2: beta2 as f32,
            epsilon: epsilon as f32,
            rate: (rate / correction(beta1)) as f32,
            root: (1.0 / correction(beta2).sqrt()) as f32,
            keep: (1.0 - rate * decay) as f32,
        }
    }

    /// Updates weights on the host by their gradient times `scale`; `m` and `v` are Adam's moments, empty
    /// for SGD.
    pub fn update(&self, weights: &mut [f32], gradient: &[f32], scale: f32, m: &mut [f32], v: &mut [f32]) {
        match *self {
            Self::Sgd { rate } => {
                for (w, g) in weights.iter_mut().zip(gradient) {
                    *w -= rate * (g * scale);
                }
            }
            Self::Adam { beta1, beta2, epsilon, rate, root, keep } => {
                for (((w, g), m), v) in weights.iter_mut().zip(gradient).zip(m).zip(v) {
                    let g = g * scale;
                    *m = beta1 * *m + (1.0 - beta1) * g;
                    *v = beta2 * *v + (1.0 - beta2) * g * g;
                    *w = keep * *w - rate * *m / (v.sqrt() * root + epsilon);
                }
            }
        }
    }
}
