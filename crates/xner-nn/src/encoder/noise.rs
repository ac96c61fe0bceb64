//! Dropout as a function of a value's place, so that no mask needs to be kept.

use burn::tensor::backend::Backend;
use burn::tensor::{ElementConversion, Int, Tensor};

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
    /// Before the feed-forward block's way down.
    Inner,
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
        let p = spec.rate(site);
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

    /// The factors of the values at these places, as tensor operations. A place is a number of 32 bits; the device's
    /// integers may be signed, for they wrap as unsigned ones do.
    pub(super) fn factors<B: Backend, const D: usize>(self, places: Tensor<B, D, Int>) -> Tensor<B, D> {
        // Signed numbers compare as unsigned ones do when the highest bit is flipped.
        let ordered = |x: u32| (x ^ (1 << 31)) as i32;
        let hash = mix_all(places.bitwise_xor_scalar((self.seed as i32).elem()));
        let kept = hash.bitwise_xor_scalar(i32::MIN.elem()).greater_equal_elem(ordered(self.below));
        kept.float() * self.scale
    }

    /// Multiplies the values from place `first` on by their factors.
    #[inline(always)]
    pub(super) fn apply(self, values: &mut [f32], first: u32) {
        for (at, value) in values.iter_mut().enumerate() {
            *value *= self.factor(first.wrapping_add(at as u32));
        }
    }
}

/// The factors of [`mix`].
const FACTORS: [u32; 2] = [0x7feb_352d, 0x846c_a68b];

/// A hash of 32 bits whose every output bit depends on every input bit.
#[inline(always)]
fn mix(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(FACTORS[0]);
    let x = (x ^ (x >> 15)).wrapping_mul(FACTORS[1]);
    x ^ (x >> 16)
}

/// [`mix`] of each number, on integers of 32 bits.
fn mix_all<B: Backend, const D: usize>(x: Tensor<B, D, Int>) -> Tensor<B, D, Int> {
    // A signed shift brings in copies of the sign; the mask takes them away.
    let folded = |x: Tensor<B, D, Int>, by: i32| {
        let high = x.clone().bitwise_right_shift_scalar(by.elem());
        x.bitwise_xor(high.bitwise_and_scalar(((u32::MAX >> by) as i32).elem()))
    };
    let times = |x: Tensor<B, D, Int>, factor: u32| x.mul_scalar(factor as i32);
    let x = times(folded(x, 16), FACTORS[0]);
    let x = times(folded(x, 15), FACTORS[1]);
    folded(x, 16)
}

/// The place of each sentence's first attention probability: those of a sentence stand head by head, row by row.
pub(super) fn attention_places(spec: &EncoderSpec) -> Vec<u32> {
    let sizes = spec.lengths.iter().map(|len| (spec.heads * len * len) as u32);
    sizes
        .scan(0u32, |next, count| {
            let place = *next;
            *next = next.wrapping_add(count);
            Some(place)
        })
        .collect()
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::tensor::TensorData;
    use burn_flex::{Flex, FlexDevice};

    use super::super::{DropoutSites, EncoderDropout, EncoderForm};
    use super::*;

    fn noise(seed: u64, site: Site) -> Noise {
        let dropout = Some(EncoderDropout { hidden: 0.1, attention: 0.3, seed });
        let spec = EncoderSpec {
            lengths: [4].into(),
            heads: 1,
            epsilon: 1e-12,
            dropout,
            form: EncoderForm::default(),
        };
        Noise::of(&spec, site).unwrap()
    }

    #[test]
    fn a_device_makes_the_same_factors() {
        let device = FlexDevice;
        for seed in [0, 1, 0x9e37_79b9_7f4a_7c15, u64::MAX] {
            let noise = noise(seed, Site::First);
            let places: Vec<u32> =
                (0..1000).chain((0..1000).map(|at| u32::MAX - at * 4_294_967)).chain([1 << 31]).collect();
            let signed: Vec<i32> = places.iter().map(|&place| place as i32).collect();
            let count = signed.len();
            let tensor = Tensor::<Flex, 1, Int>::from_data(TensorData::new(signed, [count]), &device);
            let found = noise.factors(tensor).into_data().to_vec::<f32>().unwrap();
            let want: Vec<f32> = places.iter().map(|&place| noise.factor(place)).collect();
            assert_eq!(found, want);
        }
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

    /// BERT's, DistilBERT's and ModernBERT's places of dropout, as their layers have them in `transformers`.
    #[test]
    fn a_form_drops_where_its_architecture_does() {
        let rates = |dropped| {
            let dropout = Some(EncoderDropout { hidden: 0.1, attention: 0.3, seed: 1 });
            let form = EncoderForm { dropped, ..EncoderForm::default() };
            let spec = EncoderSpec { lengths: [4].into(), heads: 1, epsilon: 1e-12, dropout, form };
            [Site::Attention, Site::First, Site::Inner, Site::Second].map(|site| {
                Noise::of(&spec, site).map_or(0, |noise| (10.0 * (1.0 - 1.0 / noise.scale)).round() as u32)
            })
        };
        assert_eq!(rates(DropoutSites::BehindBoth), [3, 1, 0, 1]);
        assert_eq!(rates(DropoutSites::BehindFeedForward), [3, 0, 0, 1]);
        assert_eq!(rates(DropoutSites::Inside), [3, 3, 1, 0]);
    }
}
