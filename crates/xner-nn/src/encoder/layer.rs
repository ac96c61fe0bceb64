//! The encoder layer as a module.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Tensor, TensorPrimitive};
use rand::Rng;

use super::EncoderSpec;
use super::inputs::{EncoderInputs, PARAMETERS};
use super::ops::EncoderOps;
use crate::init;

/// The sizes of an [`EncoderLayer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncoderLayerConfig {
    /// Columns of the input and of the output.
    pub width: usize,
    /// Columns inside the feed-forward block.
    pub inner: usize,
}

impl EncoderLayerConfig {
    /// A layer with seeded weights: about normal with a deviation of 0.02, as BERT begins; biases zero, gains 1.
    pub fn init<B: Backend>(&self, device: &B::Device, rng: &mut impl Rng) -> EncoderLayer<B> {
        let Self { width, inner } = *self;
        let mut weights =
            |rows, columns| Param::from_tensor(init::normal([rows, columns], 0.02, device, rng));
        let [qkv_weight, out_weight] = [weights(width, 3 * width), weights(width, width)];
        let [up_weight, down_weight] = [weights(width, inner), weights(inner, width)];
        let same = |value, size| Param::from_tensor(init::tensor(vec![value; size], [size], device));
        EncoderLayer {
            qkv_weight,
            qkv_bias: same(0.0, 3 * width),
            out_weight,
            out_bias: same(0.0, width),
            first_gain: same(1.0, width),
            first_bias: same(0.0, width),
            up_weight,
            up_bias: same(0.0, inner),
            down_weight,
            down_bias: same(0.0, width),
            second_gain: same(1.0, width),
            second_bias: same(0.0, width),
        }
    }
}

/// A post-norm encoder layer over packed sentences.
///
/// ```text
/// a = norm(x + softmax(Q Kᵀ / √d) V W_out + b_out)        Q, K, V = x W_qkv + b_qkv, head by head
/// y = norm(a + gelu(a W_up + b_up) W_down + b_down)
/// ```
///
/// Dense weights are `[input, output]`; query, key and value stand side by side in one matrix.
#[derive(Module, Debug)]
pub struct EncoderLayer<B: Backend> {
    /// `W_qkv`: `[width, 3 * width]`
    pub qkv_weight: Param<Tensor<B, 2>>,
    /// `b_qkv`: `[3 * width]`
    pub qkv_bias: Param<Tensor<B, 1>>,
    /// `W_out`: `[width, width]`
    pub out_weight: Param<Tensor<B, 2>>,
    /// `b_out`: `[width]`
    pub out_bias: Param<Tensor<B, 1>>,
    /// The first norm's gain: `[width]`
    pub first_gain: Param<Tensor<B, 1>>,
    /// The first norm's bias: `[width]`
    pub first_bias: Param<Tensor<B, 1>>,
    /// `W_up`: `[width, inner]`
    pub up_weight: Param<Tensor<B, 2>>,
    /// `b_up`: `[inner]`
    pub up_bias: Param<Tensor<B, 1>>,
    /// `W_down`: `[inner, width]`
    pub down_weight: Param<Tensor<B, 2>>,
    /// `b_down`: `[width]`
    pub down_bias: Param<Tensor<B, 1>>,
    /// The second norm's gain: `[width]`
    pub second_gain: Param<Tensor<B, 1>>,
    /// The second norm's bias: `[width]`
    pub second_bias: Param<Tensor<B, 1>>,
}

impl<B: EncoderOps> EncoderLayer<B> {
    /// The layer's output for packed rows: `[rows, width]` to `[rows, width]`.
    ///
    /// # Panics
    /// When `x` does not fit the spec's lengths, or the heads the width.
    pub fn forward(&self, x: Tensor<B, 2>, spec: &EncoderSpec) -> Tensor<B, 2> {
        let inputs = EncoderInputs { x: self.checked(x, spec), parameters: self.parameters() };
        Tensor::from_primitive(TensorPrimitive::Float(B::encoder_layer(spec, inputs)))
    }

    /// The input's primitive, if it fits.
    pub(super) fn checked(&self, x: Tensor<B, 2>, spec: &EncoderSpec) -> FloatTensor<B> {
        let [rows, width] = x.dims();
        assert_eq!(rows, spec.rows(), "one row for each token");
        assert_eq!(width, self.out_weight.dims()[0], "as many columns as the layer has");
        assert!(spec.heads > 0 && width % spec.heads == 0, "heads share the columns evenly");
        x.into_primitive().tensor()
    }

    /// In the order of [`EncoderInputs::parameters`].
    pub(super) fn parameters(&self) -> [FloatTensor<B>; PARAMETERS] {
        let two = |weights: &Param<Tensor<B, 2>>| weights.val().into_primitive().tensor();
        let one = |values: &Param<Tensor<B, 1>>| values.val().into_primitive().tensor();
        [
            two(&self.qkv_weight),
            one(&self.qkv_bias),
            two(&self.out_weight),
            one(&self.out_bias),
            one(&self.first_gain),
            one(&self.first_bias),
            two(&self.up_weight),
            one(&self.up_bias),
            two(&self.down_weight),
            one(&self.down_bias),
            one(&self.second_gain),
            one(&self.second_bias),
        ]
    }
}
