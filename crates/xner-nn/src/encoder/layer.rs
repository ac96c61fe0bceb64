//! The encoder layer as a module.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Int, Tensor, TensorPrimitive};
use rand::Rng;

use super::EncoderSpec;
use super::form::{Biases, EncoderForm, Norms};
use super::inputs::{EncoderInputs, PARAMETERS};
use super::ops::EncoderOps;
use crate::init;

/// The sizes and the form of an [`EncoderLayer`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EncoderLayerConfig {
    /// Columns of the input and of the output.
    pub width: usize,
    /// Columns inside the feed-forward block.
    pub inner: usize,
    /// How the layer is built.
    pub form: EncoderForm,
    /// Which biases it has.
    pub biases: Biases,
}

impl EncoderLayerConfig {
    /// A layer with seeded weights: about normal with a deviation of 0.02, as BERT begins; biases zero, gains 1.
    pub fn init<B: Backend>(&self, device: &B::Device, rng: &mut impl Rng) -> EncoderLayer<B> {
        self.filled(device, |shape| init::normal(shape, 0.02, device, rng))
    }

    /// A layer whose weights are zeros, to be replaced.
    pub fn zeros<B: Backend>(&self, device: &B::Device) -> EncoderLayer<B> {
        self.filled(device, |shape| Tensor::zeros(shape, device))
    }

    fn filled<B: Backend>(
        &self,
        device: &B::Device,
        mut matrix: impl FnMut([usize; 2]) -> Tensor<B, 2>,
    ) -> EncoderLayer<B> {
        let Self { width, inner, form, biases } = *self;
        let ways_up = inner * form.ways_up();
        let mut weights = |rows, columns| Param::from_tensor(matrix([rows, columns]));
        let [qkv_weight, out_weight] = [weights(width, 3 * width), weights(width, width)];
        let [up_weight, down_weight] = [weights(width, ways_up), weights(inner, width)];
        let same = |value, size| Param::from_tensor(init::tensor(vec![value; size], [size], device));
        let zeros = |has: bool, size| has.then(|| same(0.0, size));
        let first = form.norms != Norms::BeforeFeedForward;
        EncoderLayer {
            qkv_weight,
            qkv_bias: zeros(biases.attention, 3 * width),
            out_weight,
            out_bias: zeros(biases.attention, width),
            first_gain: first.then(|| same(1.0, width)),
            first_bias: zeros(first && biases.norms, width),
            up_weight,
            up_bias: zeros(biases.feed_forward, ways_up),
            down_weight,
            down_bias: zeros(biases.feed_forward, width),
            second_gain: same(1.0, width),
            second_bias: zeros(biases.norms, width),
        }
    }
}

/// An encoder layer over packed sentences. By default, and with the norms before:
///
/// ```text
/// a = norm(x + softmax(Q Kᵀ / √d) V W_out + b_out)        Q, K, V = x W_qkv + b_qkv, head by head
/// y = norm(a + gelu(a W_up + b_up) W_down + b_down)
///
/// a = x + softmax(Q Kᵀ / √d) V W_out + b_out              Q, K, V = norm(x) W_qkv + b_qkv
/// y = a + gelu(norm(a) W_up + b_up) W_down + b_down
/// ```
///
/// Dense weights are `[input, output]`; query, key and value stand side by side in one matrix. What the layer's
/// architecture does not have is none, and is not trained.
#[derive(Module, Debug)]
pub struct EncoderLayer<B: Backend> {
    /// `W_qkv`: `[width, 3 * width]`
    pub qkv_weight: Param<Tensor<B, 2>>,
    /// `b_qkv`: `[3 * width]`
    pub qkv_bias: Option<Param<Tensor<B, 1>>>,
    /// `W_out`: `[width, width]`
    pub out_weight: Param<Tensor<B, 2>>,
    /// `b_out`: `[width]`
    pub out_bias: Option<Param<Tensor<B, 1>>>,
    /// The first norm's gain: `[width]`
    pub first_gain: Option<Param<Tensor<B, 1>>>,
    /// The first norm's bias: `[width]`
    pub first_bias: Option<Param<Tensor<B, 1>>>,
    /// `W_up`: `[width, inner]`; with a gate `[width, 2 * inner]`, the gate behind
    pub up_weight: Param<Tensor<B, 2>>,
    /// `b_up`: as many as `W_up` has columns
    pub up_bias: Option<Param<Tensor<B, 1>>>,
    /// `W_down`: `[inner, width]`
    pub down_weight: Param<Tensor<B, 2>>,
    /// `b_down`: `[width]`
    pub down_bias: Option<Param<Tensor<B, 1>>>,
    /// The second norm's gain: `[width]`
    pub second_gain: Param<Tensor<B, 1>>,
    /// The second norm's bias: `[width]`
    pub second_bias: Option<Param<Tensor<B, 1>>>,
}

impl<B: EncoderOps> EncoderLayer<B> {
    /// The layer's output for packed rows: `[rows, width]` to `[rows, width]`.
    ///
    /// # Panics
    /// When `x` does not fit the spec's lengths, or the heads the width, or the form the layer.
    pub fn forward(&self, x: Tensor<B, 2>, spec: &EncoderSpec) -> Tensor<B, 2> {
        let [ways_up, inner] = [self.up_weight.dims()[1], self.down_weight.dims()[0]];
        assert_eq!(ways_up, inner * spec.form.ways_up(), "a gate where the form has one");
        let x = Self::checked(x, spec, self.out_weight.dims()[0]);
        let inputs = EncoderInputs { x, parameters: self.parameters() };
        Tensor::from_primitive(TensorPrimitive::Float(B::encoder_layer(spec, inputs)))
    }

    /// The primitive of an input of a layer with so many columns, if it fits.
    pub(super) fn checked(x: Tensor<B, 2>, spec: &EncoderSpec, columns: usize) -> FloatTensor<B> {
        let [rows, width] = x.dims();
        assert_eq!(rows, spec.rows(), "one row for each token");
        assert_eq!(width, columns, "as many columns as the layer has");
        assert!(spec.heads > 0 && width % spec.heads == 0, "heads share the columns evenly");
        assert!(
            spec.form.rotary.is_none() || (width / spec.heads).is_multiple_of(2),
            "rotary heads are even"
        );
        x.into_primitive().tensor()
    }

    /// The layer with other parameters, in the order of [`EncoderInputs::parameters`]; what it does not have is left
    /// out.
    pub(super) fn filled(&self, parameters: [FloatTensor<B>; PARAMETERS]) -> Self {
        let [qkv_w, qkv_b, out_w, out_b, gain_1, bias_1, up_w, up_b, down_w, down_b, gain_2, bias_2] =
            parameters;
        let two = |values| Param::from_tensor(Tensor::from_primitive(TensorPrimitive::Float(values)));
        let one = |values| Param::from_tensor(Tensor::from_primitive(TensorPrimitive::Float(values)));
        let or = |old: &Option<_>, values| old.is_some().then(|| one(values));
        Self {
            qkv_weight: two(qkv_w),
            qkv_bias: or(&self.qkv_bias, qkv_b),
            out_weight: two(out_w),
            out_bias: or(&self.out_bias, out_b),
            first_gain: or(&self.first_gain, gain_1),
            first_bias: or(&self.first_bias, bias_1),
            up_weight: two(up_w),
            up_bias: or(&self.up_bias, up_b),
            down_weight: two(down_w),
            down_bias: or(&self.down_bias, down_b),
            second_gain: one(gain_2),
            second_bias: or(&self.second_bias, bias_2),
        }
    }

    /// The layer with some of the numbers inside its feed-forward block alone, in the order given.
    ///
    /// # Panics
    /// When one is beyond the block.
    #[must_use]
    pub fn narrowed(&self, kept: &[usize]) -> Self {
        let (all, columns) = (self.down_weight.dims()[0], self.up_weight.dims()[1]);
        let device = self.up_weight.val().device();
        let places = |ways: usize| {
            let places: Vec<i64> =
                (0..ways).flat_map(|way| kept.iter().map(move |at| (way * all + at) as i64)).collect();
            Tensor::<B, 1, Int>::from_data(places.as_slice(), &device)
        };
        let (up, down) = (places(columns / all), places(1));
        Self {
            up_weight: Param::from_tensor(self.up_weight.val().select(1, up.clone())),
            up_bias: self.up_bias.as_ref().map(|bias| Param::from_tensor(bias.val().select(0, up))),
            down_weight: Param::from_tensor(self.down_weight.val().select(0, down)),
            ..self.clone()
        }
    }

    /// The layer's form without its parameters.
    pub(super) fn hollow(&self) -> Self {
        let device = self.out_weight.val().device();
        let [two, one] = [(); 2].map(|()| Tensor::<B, 1>::zeros([1], &device));
        let two = || two.clone().reshape([1, 1]).into_primitive().tensor();
        let one = || one.clone().into_primitive().tensor();
        self.filled([two(), one(), two(), one(), one(), one(), two(), one(), two(), one(), one(), one()])
    }

    /// In the order of [`EncoderInputs::parameters`].
    pub(super) fn parameters(&self) -> [FloatTensor<B>; PARAMETERS] {
        let two = |weights: &Param<Tensor<B, 2>>| weights.val().into_primitive().tensor();
        let one = |values: &Param<Tensor<B, 1>>| values.val().into_primitive().tensor();
        let device = self.out_weight.val().device();
        let or = |values: &Option<Param<Tensor<B, 1>>>, size: usize, other: f32| match values {
            Some(values) => one(values),
            None => Tensor::<B, 1>::full([size], other, &device).into_primitive().tensor(),
        };
        let [width, ways_up] = self.up_weight.dims();
        [
            two(&self.qkv_weight),
            or(&self.qkv_bias, 3 * width, 0.0),
            two(&self.out_weight),
            or(&self.out_bias, width, 0.0),
            or(&self.first_gain, width, 1.0),
            or(&self.first_bias, width, 0.0),
            two(&self.up_weight),
            or(&self.up_bias, ways_up, 0.0),
            two(&self.down_weight),
            or(&self.down_bias, width, 0.0),
            one(&self.second_gain),
            or(&self.second_bias, width, 0.0),
        ]
    }
}
