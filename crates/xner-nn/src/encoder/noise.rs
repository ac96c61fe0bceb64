//! Dropout as a function of a value's place, so that no mask needs to be kept.

use super::EncoderSpec;

/// The places of a layer that have dropout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// Attention's probabilities.
    Attention,
    /// Behind attention.
    First,
    /// Behind the feed-forward block.
    Second,
}

/// The dropout of a site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise {
    seed: u32,
    /// A value whose hash is below this is dropped.
    below: u32,
    /// The factor of the other values, 1 / (1 - p).
    pub scale: f32,
}

impl Noise {
    /// The noise of a site, if there is any.
    pub(super) fn of(spec: &EncoderSpec, site: Site) -> Option<Self> {
        let dropout = spec.dropout?;
        let p = if site == Site::Attention { dropout.attention } else { dropout.hidden };
        if p <= 0.0 {
            return None;
        }
        let seed = mix(dropout.seed as u32 ^ mix((dropout.seed >> 32) as u32 ^ mix(site as u32 + 1)));
        let below = (p * 4_294_967_296.0).min(4_294_967_295.0) as u32;
        Some(Self { seed, below, scale: (1.0 / (1.0 - p)) as f32 })
    }

    /// The factor of the value at a place: 0 or [`Noise::scale`].
    #[inline(always)]
    pub(super) fn factor(self, place: u32) -> f32 {
        if mix(place ^ self.seed) < self.below { 0.0 } else { self.scale }
    }

    /// Multiplies the values from place `first` on by their factors.
    #[inline(always)]
    pub(super) fn apply(self, values: &mut [f32], first: u32) {
        for (at, value) in values.iter_mut().enumerate() {
            *value *= self.factor(first.wrapping_add(at as u32));
        }
    }
}

/// A hash of 32 bits whose every output bit depends on every input bit.
#[inline(always)]
fn mix(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    let x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::EncoderDropout;
    use super::*;

    fn noise(seed: u64, site: Site) -> Noise {
        let dropout = Some(EncoderDropout { hidden: 0.1, attention: 0.3, seed });
        let spec = EncoderSpec { lengths: [4].into(), heads: 1, epsilon: 1e-12, dropout };
        Noise::of(&spec, site).unwrap()
    }

    #[test]
    fn each_site_and_seed_drops_its_share_at_places_of_its_own() {
        let count = 200_000u32;
        let dropped = |noise: Noise| (0..count).map(|at| noise.factor(at) == 0.0).collect::<Vec<_>>();
        let share = |which: &[bool]| which.iter().filter(|&&d| d).count() as f64 / f64::from(count);
        let first = dropped(noise(1, Site::First));
        assert!((share(&first) - 0.1).abs() < 0.003);
        assert!((share(&dropped(noise(1, Site::Attention))) - 0.3).abs() < 0.005);
        for other in [noise(1, Site::Second), noise(2, Site::First), noise(1 << 40, Site::First)] {
            let both: Vec<bool> = first.iter().zip(dropped(other)).map(|(&a, b)| a && b).collect();
            assert!((share(&both) - 0.01).abs() < 0.001, "{}", share(&both));
        }
        // Neighbours are independent.
        let pairs = first.windows(2).filter(|pair| pair[0] && pair[1]).count() as f64 / f64::from(count);
        assert!((pairs - 0.01).abs() < 0.001, "{pairs}");
    }
}
