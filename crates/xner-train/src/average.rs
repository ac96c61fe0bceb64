//! A moving average of weights.

use crate::tensors::Tensors;

/// Steps between two updates: a copy of all weights costs about as much as a step on the accelerator.
const EVERY: usize = 10;

/// The moving average of a training's weights.
///
/// ```text
/// a <- d a + (1 - d) w,    d = min(decay^10, (1 + n) / (10 + n))
/// ```
///
/// behind every tenth step, `n` updates behind the first: so the average does not hold on to the weights that training
/// began with.
#[derive(Debug, Clone)]
pub(crate) struct Average {
    decay: f64,
    pub(crate) weights: Tensors,
}

impl Average {
    /// The average of weights that nothing was averaged with yet.
    pub(crate) fn of(decay: f64, weights: Tensors) -> Self {
        Self { decay, weights }
    }

    /// Whether a step, counted from 1, is one that the average takes up.
    pub(crate) fn takes(step: usize) -> bool {
        step.is_multiple_of(EVERY)
    }

    /// Takes up the weights behind a step, counted from 1.
    pub(crate) fn take(&mut self, step: usize, weights: &Tensors) {
        let updates = (step / EVERY).saturating_sub(1) as f64;
        let decay = self.decay.powi(EVERY as i32).min((1.0 + updates) / (10.0 + updates)) as f32;
        self.weights.mix(decay, weights);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors(value: f32) -> Tensors {
        let mut tensors = Tensors::default();
        tensors.insert("w", &[2], vec![value, -value]);
        tensors
    }

    #[test]
    fn it_is_the_mean_that_the_formula_says() {
        let mut average = Average::of(0.9, tensors(1.0));
        let mut expected = 1.0f64;
        for update in 1..40usize {
            let value = update as f64 / 7.0;
            average.take(10 * update, &tensors(value as f32));
            let decay = 0.9f64.powi(10).min(update as f64 / (9.0 + update as f64));
            expected = decay * expected + (1.0 - decay) * value;
            let found = average.weights.get("w").map(|tensor| tensor.values.clone()).unwrap_or_default();
            assert!((f64::from(found[0]) - expected).abs() < 1e-5, "{update}: {found:?} and {expected}");
            assert!((found[0] + found[1]).abs() < 1e-6);
        }
        assert!(Average::takes(20) && !Average::takes(21));
    }
}
