//! The step of an optimiser, in one pass over all weights. As tensor operations it takes a dozen passes, which is a
//! fifth of a large model's training step.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use crate::init::wrap;

/// Adam's rule at one step, as numbers:
///
/// ```text
/// g ← scale g    m ← β₁ m + (1 − β₁) g    v ← β₂ v + (1 − β₂) g²    w ← keep w − rate m / (√v · root + ε)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// The factor of the gradient.
    pub scale: f32,
    /// Decay of the mean, β₁.
    pub beta1: f32,
    /// Decay of the mean square, β₂.
    pub beta2: f32,
    /// ε.
    pub epsilon: f32,
    /// The learning rate with the correction of the mean, rate / (1 − β₁ᵗ).
    pub rate: f32,
    /// The correction of the root, 1 / √(1 − β₂ᵗ).
    pub root: f32,
    /// The factor of a weight by decoupled decay.
    pub keep: f32,
    /// Whether it is the first step: the moments before it are zero, whatever the state holds.
    pub first: bool,
}

/// Weights and Adam's `m` and `v`, each one row of numbers.
#[derive(Debug, Clone)]
pub struct AdamState<B: Backend> {
    /// The weights.
    pub weights: FloatTensor<B>,
    /// The mean and the mean square of the gradients.
    pub moments: [FloatTensor<B>; 2],
}

/// A sum of squares.
#[derive(Debug, Clone)]
pub enum SquareSum<B: Backend> {
    /// As a number.
    Known(f64),
    /// As numbers on the device that are still to be added up.
    OnDevice(Tensor<B, 1>),
}

/// The factor that brings a gradient of this norm to `clip` at most; 1 when `clip` is 0.
pub fn clip_factor(norm: f32, clip: f64) -> f32 {
    if clip > 0.0 && f64::from(norm) > clip { (clip / f64::from(norm)) as f32 } else { 1.0 }
}

/// A backend with the operations of an optimiser; the defaults are tensor operations.
pub trait OptimiserOps: Backend {
    /// The state after one step of Adam by a gradient, one row of numbers.
    fn adam(rule: &Adam, state: AdamState<Self>, gradient: FloatTensor<Self>) -> AdamState<Self> {
        let [m, v] = state.moments.map(wrap::<Self, 1>);
        let gradient = wrap::<Self, 1>(gradient) * rule.scale;
        let (new_m, new_v) =
            (gradient.clone() * (1.0 - rule.beta1), gradient.clone() * (1.0 - rule.beta2) * gradient);
        let (m, v) =
            if rule.first { (new_m, new_v) } else { (m * rule.beta1 + new_m, v * rule.beta2 + new_v) };
        let change = m.clone() * rule.rate / (v.clone().sqrt() * rule.root + rule.epsilon);
        let weights = wrap::<Self, 1>(state.weights) * rule.keep - change;
        let unwrap = |tensor: Tensor<Self, 1>| tensor.into_primitive().tensor();
        AdamState { weights: unwrap(weights), moments: [unwrap(m), unwrap(v)] }
    }

    /// The weights after a first step, without the moments. They equal those of [`OptimiserOps::adam`] up to rounding,
    /// and the pass over the moments is saved.
    fn adam_once(rule: &Adam, weights: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        let gradient = wrap::<Self, 1>(gradient) * rule.scale;
        let root = gradient.clone().abs() * ((1.0 - rule.beta2).sqrt() * rule.root);
        let change = gradient * ((1.0 - rule.beta1) * rule.rate) / (root + rule.epsilon);
        (wrap::<Self, 1>(weights) * rule.keep - change).into_primitive().tensor()
    }

    /// The sum of the squares of a row of numbers. It is not read from an accelerator.
    fn squares(x: FloatTensor<Self>) -> SquareSum<Self> {
        // Pieces that are small enough for a backend to add up in one fixed order.
        const PIECE: usize = 1 << 20;
        let x = wrap::<Self, 1>(x);
        let count = x.dims()[0];
        let sums = (0..count).step_by(PIECE).map(|start| {
            let piece = x.clone().slice(start..(start + PIECE).min(count));
            (piece.clone() * piece).sum()
        });
        let sums: Vec<Tensor<Self, 1>> = sums.collect();
        if sums.is_empty() { SquareSum::Known(0.0) } else { SquareSum::OnDevice(Tensor::cat(sums, 0)) }
    }

    /// A row of numbers, brought to the length `clip` at most where that is above 0.
    fn clipped(x: FloatTensor<Self>, clip: f64) -> FloatTensor<Self> {
        match Self::squares(x.clone()) {
            SquareSum::Known(squares) => match clip_factor(squares.sqrt() as f32, clip) {
                factor if factor < 1.0 => (wrap::<Self, 1>(x) * factor).into_primitive().tensor(),
                _ => x,
            },
            SquareSum::OnDevice(_) if clip <= 0.0 => x,
            SquareSum::OnDevice(pieces) => {
                let factor = pieces.sum().sqrt().recip().mul_scalar(clip).clamp_max(1.0);
                (wrap::<Self, 1>(x) * factor).into_primitive().tensor()
            }
        }
    }
}

impl<B: OptimiserOps, C: CheckpointStrategy> OptimiserOps for Autodiff<B, C> {}

#[cfg(feature = "flex")]
mod flex {
    use burn::tensor::TensorData;
    use burn_flex::{Flex, FlexTensor};
    use pulp::{Arch, Simd, WithSimd};
    use rayon::prelude::*;

    use super::{Adam, AdamState, OptimiserOps, SquareSum};
    use crate::flex::{contiguous, owned, values};
    use crate::simd;

    /// The size of a block that one thread works on.
    const BLOCK: usize = 1 << 14;

    struct Step<'a> {
        rule: &'a Adam,
        weights: &'a mut [f32],
        gradient: &'a [f32],
        m: &'a mut [f32],
        v: &'a mut [f32],
    }

    impl WithSimd for Step<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self { rule, weights, gradient, m, v } = self;
            let s = |value| simd.splat_f32s(value);
            let [beta1, new1] = [s(rule.beta1), s((1.0 - rule.beta1) * rule.scale)];
            let [beta2, new2] = [s(rule.beta2), s((1.0 - rule.beta2) * rule.scale * rule.scale)];
            let (rate, root, epsilon, keep) = (s(rule.rate), s(rule.root), s(rule.epsilon), s(rule.keep));
            if rule.first {
                simd::update(
                    simd,
                    m,
                    [gradient],
                    #[inline(always)]
                    |_, [g]| simd.mul_f32s(g, new1),
                );
                simd::update(
                    simd,
                    v,
                    [gradient],
                    #[inline(always)]
                    |_, [g]| simd.mul_f32s(simd.mul_f32s(g, g), new2),
                );
            } else {
                simd::update(
                    simd,
                    m,
                    [gradient],
                    #[inline(always)]
                    |m, [g]| simd.mul_add_f32s(g, new1, simd.mul_f32s(m, beta1)),
                );
                simd::update(
                    simd,
                    v,
                    [gradient],
                    #[inline(always)]
                    |v, [g]| simd.mul_add_f32s(simd.mul_f32s(g, g), new2, simd.mul_f32s(v, beta2)),
                );
            }
            simd::update(
                simd,
                weights,
                [m, v],
                #[inline(always)]
                |w, [m, v]| {
                    let below = simd.mul_add_f32s(simd.sqrt_f32s(v), root, epsilon);
                    let change = simd.div_f32s(simd.mul_f32s(m, rate), below);
                    simd.sub_f32s(simd.mul_f32s(w, keep), change)
                },
            );
        }
    }

    struct Once<'a> {
        rule: &'a Adam,
        weights: &'a [f32],
        gradient: &'a [f32],
        out: &'a mut [f32],
    }

    impl WithSimd for Once<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Self { rule, weights, gradient, out } = self;
            let s = |value| simd.splat_f32s(value);
            let mean = s((1.0 - rule.beta1) * rule.scale * rule.rate);
            // The root of a square is its value without sign.
            let root = s((1.0 - rule.beta2).sqrt() * rule.scale.abs() * rule.root);
            let (epsilon, keep) = (s(rule.epsilon), s(rule.keep));
            simd::update(
                simd,
                out,
                [weights, gradient],
                #[inline(always)]
                |_, [w, g]| {
                    let below = simd.mul_add_f32s(simd.abs_f32s(g), root, epsilon);
                    let change = simd.div_f32s(simd.mul_f32s(g, mean), below);
                    simd.sub_f32s(simd.mul_f32s(w, keep), change)
                },
            );
        }
    }

    struct Squares<'a>(&'a [f32]);

    impl WithSimd for Squares<'_> {
        type Output = f32;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> f32 {
            simd::sum(
                simd,
                [self.0],
                #[inline(always)]
                |[x]| simd.mul_f32s(x, x),
            )
        }
    }

    /// The numbers of a contiguous tensor, to be changed: a copy where others have them too.
    ///
    /// # Panics
    /// When the tensor is not of `f32`, as [`values`] does.
    fn values_mut(tensor: &mut FlexTensor) -> &mut [f32] {
        let start = tensor.layout().start_offset();
        let count = tensor.layout().num_elements();
        &mut tensor.storage_mut::<f32>()[start..start + count]
    }

    impl OptimiserOps for Flex {
        fn adam(rule: &Adam, state: AdamState<Self>, gradient: FlexTensor) -> AdamState<Self> {
            let mut weights = owned(state.weights);
            let [mut m, mut v] = state.moments.map(owned);
            let gradient = contiguous(&gradient);
            let blocks = values_mut(&mut weights)
                .par_chunks_mut(BLOCK)
                .zip(values_mut(&mut m).par_chunks_mut(BLOCK))
                .zip(values_mut(&mut v).par_chunks_mut(BLOCK));
            blocks.zip(values(&gradient).par_chunks(BLOCK)).for_each(|(((weights, m), v), gradient)| {
                Arch::new().dispatch(Step { rule, weights, gradient, m, v });
            });
            AdamState { weights, moments: [m, v] }
        }

        fn adam_once(rule: &Adam, weights: FlexTensor, gradient: FlexTensor) -> FlexTensor {
            let (weights, gradient) = (contiguous(&weights), contiguous(&gradient));
            let (from, by) = (values(&weights), values(&gradient));
            let mut out = vec![0.0f32; from.len()];
            let blocks = out.par_chunks_mut(BLOCK).zip(from.par_chunks(BLOCK)).zip(by.par_chunks(BLOCK));
            blocks.for_each(|((out, weights), gradient)| {
                Arch::new().dispatch(Once { rule, weights, gradient, out });
            });
            FlexTensor::from_data(TensorData::new(out, weights.layout().shape().clone()))
        }

        fn squares(x: FlexTensor) -> SquareSum<Self> {
            let x = contiguous(&x);
            let sums: Vec<f32> =
                values(&x).par_chunks(BLOCK).map(|block| Arch::new().dispatch(Squares(block))).collect();
            SquareSum::Known(sums.into_iter().map(f64::from).sum())
        }
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::init;
    use burn_flex::{Flex, FlexDevice};

    const RULE: Adam = Adam {
        scale: 1.0,
        beta1: 0.9,
        beta2: 0.9,
        epsilon: 1e-8,
        rate: 0.5,
        root: 1.0,
        keep: 1.0,
        first: false,
    };

    fn row(values: &[f32]) -> FloatTensor<Flex> {
        init::tensor::<Flex, 1>(values.to_vec(), [values.len()], &FlexDevice).into_primitive().tensor()
    }

    fn numbers(tensor: FloatTensor<Flex>) -> Vec<f32> {
        let tensor = wrap::<Flex, 1>(tensor);
        tensor.into_data().to_vec::<f32>().unwrap()
    }

    /// A backend that has the default bodies: autodiff without anything to track.
    type Plain = Autodiff<Flex>;

    fn plain(values: Vec<f32>) -> FloatTensor<Plain> {
        let count = values.len();
        init::tensor::<Plain, 1>(values, [count], &FlexDevice).into_primitive().tensor()
    }

    fn values(count: usize, seed: f32) -> Vec<f32> {
        (0..count).map(|at| (at as f32 * seed).sin()).collect()
    }

    #[test]
    fn one_pass_is_the_tensor_operations() {
        for count in [1usize, 15, 16, 40_000] {
            let values = |seed| values(count, seed);
            let rule =
                Adam { scale: 0.7, beta2: 0.99, epsilon: 1e-6, rate: 0.1, root: 1.3, keep: 0.98, ..RULE };
            let positive: Vec<f32> = values(0.3).iter().map(|v| v.abs()).collect();
            let state = || [values(0.1), values(0.2), positive.clone()];
            let [w, m, v] = state().map(|values| row(&values));
            let found = Flex::adam(&rule, AdamState { weights: w, moments: [m, v] }, row(&values(0.7)));
            let [w, m, v] = state().map(plain);
            let want = Plain::adam(&rule, AdamState { weights: w, moments: [m, v] }, plain(values(0.7)));
            let [m, v] = want.moments;
            for (found, want) in
                [(found.weights, want.weights)].into_iter().chain(found.moments.into_iter().zip([m, v]))
            {
                for (a, b) in numbers(found).iter().zip(numbers(want.primitive)) {
                    assert!((a - b).abs() < 1e-5 * b.abs().max(1.0), "{a} and {b}");
                }
            }
            let exact: f64 = values(0.7).iter().map(|&x| f64::from(x) * f64::from(x)).sum();
            let SquareSum::Known(found) = Flex::squares(row(&values(0.7))) else { panic!("it is at hand") };
            assert!((found - exact).abs() <= 1e-5 * exact);
            let plain = init::tensor::<Plain, 1>(values(0.7), [count], &FlexDevice).into_primitive().tensor();
            let SquareSum::OnDevice(pieces) = Plain::squares(plain.clone()) else {
                panic!("it is to be read")
            };
            let found: f64 = pieces.into_data().iter::<f32>().map(f64::from).sum();
            assert!((found - exact).abs() <= 1e-5 * exact);
            for clip in [0.0, 0.25, 1e6] {
                let want: Vec<f32> =
                    values(0.7).iter().map(|x| x * clip_factor(exact.sqrt() as f32, clip)).collect();
                let native = numbers(Flex::clipped(row(&values(0.7)), clip));
                let device = numbers(Plain::clipped(plain.clone(), clip).primitive);
                for ((a, b), c) in native.iter().zip(device).zip(want) {
                    assert!((a - c).abs() < 1e-5 && (b - c).abs() < 1e-5, "{a}, {b} and {c}");
                }
            }
        }
    }

    #[test]
    fn the_only_step_is_a_first_one() {
        for count in [1usize, 15, 40_000] {
            let values = |seed| values(count, seed);
            let rule = Adam {
                scale: 0.7,
                beta2: 0.999,
                epsilon: 1e-6,
                rate: 0.1,
                root: 31.6,
                keep: 0.98,
                first: true,
                ..RULE
            };
            let state = |moment: f32| {
                let moments = [(); 2].map(|()| row(&vec![moment; count]));
                AdamState { weights: row(&values(0.1)), moments }
            };
            let from_zero = Adam { first: false, ..rule };
            let want = Flex::adam(&from_zero, state(0.0), row(&values(0.7)));
            // What the state holds does not matter at a first step, though it be no number.
            let first = Flex::adam(&rule, state(f32::NAN), row(&values(0.7)));
            for (a, b) in first.moments.into_iter().zip(want.moments) {
                assert_eq!(numbers(a), numbers(b));
            }
            let want = numbers(want.weights);
            assert_eq!(numbers(first.weights), want);
            let found = numbers(Flex::adam_once(&rule, row(&values(0.1)), row(&values(0.7))));
            let default = Plain::adam_once(&rule, plain(values(0.1)), plain(values(0.7)));
            for ((a, b), c) in found.iter().zip(numbers(default.primitive)).zip(want) {
                assert!((a - c).abs() < 1e-5 && (b - c).abs() < 1e-5, "{a}, {b} and {c}");
            }
        }
    }

    #[test]
    fn a_part_of_a_tensor_is_changed_alone() {
        let whole = |start: f32| row(&[start, start + 1.0, start + 2.0, start + 3.0]);
        let part = |start| {
            let whole = wrap::<Flex, 1>(whole(start));
            whole.slice(1..3).into_primitive().tensor()
        };
        let rule = Adam { beta1: 0.5, beta2: 0.5, ..RULE };
        let state = AdamState { weights: part(1.0), moments: [part(2.0), part(3.0)] };
        let found = Flex::adam(&rule, state, row(&[1.0, 3.0]));
        let [m, v] = found.moments;
        assert_eq!(numbers(m), [2.0, 3.5]);
        assert_eq!(numbers(v), [2.5, 7.0]);
        let want = [2.0 - 1.0 / 2.5f32.sqrt(), 3.0 - 1.75 / 7f32.sqrt()];
        for (found, want) in numbers(found.weights).into_iter().zip(want) {
            assert!((found - want).abs() < 1e-6, "{found} and {want}");
        }
    }

    #[test]
    fn a_tensor_that_others_have_is_not_changed() {
        let weights = row(&[1.0, 2.0]);
        let zeros = row(&[0.0, 0.0]);
        let rule = RULE;
        let state = AdamState { weights: weights.clone(), moments: [zeros.clone(), zeros.clone()] };
        let after = Flex::adam(&rule, state, row(&[1.0, -1.0]));
        assert_eq!(numbers(weights), [1.0, 2.0]);
        assert_eq!(numbers(zeros), [0.0, 0.0]);
        assert_ne!(numbers(after.weights), [1.0, 2.0]);
    }
}
