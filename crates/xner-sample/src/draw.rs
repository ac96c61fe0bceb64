//! Seeded draws that are the same on every platform. They use only integer draws, sums and products, and no libm.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random draws.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of a seed that belongs to `name`. Streams of different names are independent.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&fnv1a(name, 0xcbf2_9ce4_8422_2325).to_le_bytes());
        key[16..24].copy_from_slice(&fnv1a(name, 0x9e37_79b9_7f4a_7c15).to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `low..=high`.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + (self.unit() * f64::from(high - low + 1)) as u32
    }

    /// An index with probability in proportion to its weight. Without a weight above zero it is 0.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (at, weight) in weights.enumerate() {
            if weight > 0.0 {
                last = at;
                if left < weight {
                    return at;
                }
                left -= weight;
            }
        }
        last
    }

    /// A nearly normal draw with mean 0 and variance 1: twelve uniform draws less six.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// `dim` normal draws of standard deviation `scale`.
    pub(crate) fn normals(&mut self, dim: usize, scale: f64) -> Vec<f64> {
        (0..dim).map(|_| self.normal() * scale).collect()
    }
}

/// FNV-1a from some basis. Unlike `std`'s hasher it is the same in every version.
fn fnv1a(text: &str, basis: u64) -> u64 {
    text.bytes().fold(basis, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_have_mean_zero_and_variance_one() {
        let mut draw = Draw::new(3, "n");
        let x = draw.normals(50_000, 1.0);
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / x.len() as f64;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn weights_decide_how_often() {
        let mut draw = Draw::new(3, "w");
        let mut counts = [0_u32; 4];
        for _ in 0..8000 {
            counts[draw.weighted([1.0, 0.0, 3.0, 4.0].into_iter())] += 1;
        }
        assert_eq!(counts[1], 0);
        for (at, want) in [(0, 1000), (2, 3000), (3, 4000)] {
            assert!(counts[at].abs_diff(want) < 200, "{counts:?}");
        }
    }

    #[test]
    fn streams_differ_by_seed_and_name() {
        let first = |seed, name| Draw::new(seed, name).unit();
        assert!((first(1, "a") - first(1, "b")).abs() > 0.0);
        assert!((first(1, "a") - first(2, "a")).abs() > 0.0);
        assert!((first(1, "a") - first(1, "a")).abs() == 0.0);
        assert!((0..1000).all(|_| (4..=6).contains(&Draw::new(1, "a").between(4, 6))));
    }
}
