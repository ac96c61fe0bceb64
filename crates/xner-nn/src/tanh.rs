//! The hyperbolic tangent: burn's CPU backend computes it value by value, at a tenth of a training step's time.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use crate::init::wrap;

/// A backend with a hyperbolic tangent; the default is burn's own.
pub trait TanhOps: Backend {
    /// tanh of each value.
    fn tanh(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_tanh(x)
    }
}

/// tanh of each value, by the backend's fastest body.
pub fn tanh<B: TanhOps, const D: usize>(x: Tensor<B, D>) -> Tensor<B, D> {
    wrap(B::tanh(x.into_primitive().tensor()))
}

#[derive(Debug)]
struct TanhBackward;

impl<B: TanhOps> Backward<B, 1> for TanhBackward {
    /// The output.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [Some(parent)] = ops.parents else { return };
        // d tanh x = 1 - tanh² x
        let squared = B::float_mul(ops.state.clone(), ops.state);
        let change = B::float_mul(grad.clone(), squared);
        grads.register::<B>(parent.id, B::float_sub(grad, change));
    }
}

impl<B: TanhOps, C: CheckpointStrategy> TanhOps for Autodiff<B, C> {
    fn tanh(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let out = B::tanh(x.primitive.clone());
        match TanhBackward.prepare::<C>([x.node.clone()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(out.clone(), out),
            OpsKind::UnTracked(prep) => prep.finish(out),
        }
    }
}

#[cfg(feature = "flex")]
mod flex {
    use burn::tensor::TensorData;
    use burn_flex::{Flex, FlexTensor};
    use pulp::{Arch, Simd, WithSimd};

    use super::TanhOps;
    use crate::flex::{contiguous, values};
    use crate::simd;

    struct Tanh<'a>(&'a mut [f32]);

    impl WithSimd for Tanh<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (registers, rest) = S::as_mut_simd_f32s(self.0);
            for register in registers {
                *register = simd::tanh(simd, *register);
            }
            simd::store(simd, rest, simd::tanh(simd, simd.partial_load_f32s(rest)));
        }
    }

    impl TanhOps for Flex {
        fn tanh(x: FlexTensor) -> FlexTensor {
            let shape = x.layout().shape().clone();
            let mut out = values(&contiguous(&x)).to_vec();
            Arch::new().dispatch(Tanh(&mut out));
            FlexTensor::from_data(TensorData::new(out, shape))
        }
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Building, init};
    use burn_flex::Flex;

    #[test]
    fn value_and_gradient_equal_burns_own() {
        for count in [1usize, 15, 16, 17, 83] {
            let values: Vec<f32> = (0..count).map(|i| (i as f32 - count as f32 / 2.0) * 0.37).collect();
            let run = |quick: bool| {
                let built = Building::begin();
                let x = init::tensor::<Autodiff<Flex>, 1>(values.clone(), [count], &burn_flex::FlexDevice)
                    .require_grad();
                let y = if quick { tanh(x.clone()) } else { x.clone().tanh() };
                let grads = built.backward(&(y.clone() * y.clone()).sum());
                let both = [y.inner(), x.grad(&grads).unwrap()];
                both.map(|t| t.into_data().to_vec::<f32>().unwrap()).concat()
            };
            for (a, b) in run(true).iter().zip(run(false)) {
                assert!((a - b).abs() < 5e-7, "{a} and {b}");
            }
        }
    }
}
