//! What chance decides in adversarial training.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::config::AdversarialConfig;
use super::network::Dense;
use crate::Rows;

/// What random numbers are for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Weights = 1,
    Batches = 2,
}

/// The generator for `purpose` in `epoch` at `step`: a function of its arguments alone, so that a run that goes on
/// needs no generator's state.
pub(super) fn stream(seed: u64, purpose: Purpose, epoch: usize, step: usize) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (part, value) in [seed, purpose as u64, epoch as u64, step as u64].into_iter().enumerate() {
        key[part * 8..][..8].copy_from_slice(&value.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// The discriminator's first weights: uniform in ±1/√inputs, as PyTorch's dense layers begin.
pub(super) fn weights(config: &AdversarialConfig, dim: usize, seed: u64) -> Vec<Dense> {
    let mut rng = stream(seed, Purpose::Weights, 0, 0);
    (0..=config.layers)
        .map(|layer| {
            let inputs = if layer == 0 { dim } else { config.hidden };
            let outputs = if layer == config.layers { 1 } else { config.hidden };
            let bound = 1.0 / (inputs as f32).sqrt();
            let mut draw = |count| (0..count).map(|_| (2.0 * rng.random::<f32>() - 1.0) * bound).collect();
            Dense { inputs, outputs, weight: draw(inputs * outputs), bias: draw(outputs) }
        })
        .collect()
}

/// Adds `count` rows, drawn with equal chances, to `out`.
pub(super) fn draw(rows: Rows<'_>, count: usize, rng: &mut impl Rng, out: &mut Vec<f32>) {
    for _ in 0..count {
        out.extend_from_slice(rows.row(rng.random_range(0..rows.len())));
    }
}

/// `count` factors of inverted dropout: 0 with probability `p`, else 1 / (1 - p).
pub(super) fn mask(count: usize, p: f32, rng: &mut impl Rng) -> Vec<f32> {
    // 16 random bits a value: the rate is right to 1 in 65,536.
    let threshold = (f64::from(p) * 65_536.0).round() as u64;
    let keep = 1.0 / (1.0 - p);
    let mut values = Vec::with_capacity(count.next_multiple_of(4));
    while values.len() < count {
        let bits = rng.next_u64();
        values.extend([0, 16, 32, 48].map(|at| if (bits >> at) & 0xffff < threshold { 0.0 } else { keep }));
    }
    values.truncate(count);
    values
}
