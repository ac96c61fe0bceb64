//! The encoder layer as an operation of a backend.

use std::fmt;
use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use super::{EncoderSpec, tensor_body};

/// How many weights and biases a layer has.
pub const PARAMETERS: usize = 12;

/// A layer's input and parameters. A dense layer's weights are `[input, output]`.
#[derive(Debug, Clone)]
pub struct EncoderInputs<B: Backend> {
    /// `[rows, width]`
    pub x: FloatTensor<B>,
    /// In this order: query, key and value in one, `[width, 3 width]` and `[3 width]`; attention's output,
    /// `[width, width]` and `[width]`; the first norm's gain and bias, `[width]` each; the feed-forward block's way
    /// up, `[width, inner]` and `[inner]`, and down, `[inner, width]` and `[width]`; the second norm's gain and bias.
    pub parameters: [FloatTensor<B>; PARAMETERS],
}

/// Which gradients are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// That of the layer's input.
    pub x: bool,
    /// Those of the parameters: all, or none of a frozen layer's.
    pub parameters: bool,
}

/// The gradients of a layer's input and parameters, as far as they were wanted.
pub type EncoderGradients<B> = (Option<FloatTensor<B>>, Option<[FloatTensor<B>; PARAMETERS]>);

/// A hand-written gradient: that of the output in, those of the input and of the parameters out.
pub struct EncoderGradient<B: Backend>(Arc<GradientFn<B>>);

type GradientFn<B> = dyn Fn(FloatTensor<B>, Wanted) -> EncoderGradients<B> + Send + Sync;

impl<B: Backend> EncoderGradient<B> {
    /// Wraps a function of the output's gradient.
    pub fn new(f: impl Fn(FloatTensor<B>, Wanted) -> EncoderGradients<B> + Send + Sync + 'static) -> Self {
        Self(Arc::new(f))
    }

    /// The gradients.
    pub fn call(&self, grad: FloatTensor<B>, wanted: Wanted) -> EncoderGradients<B> {
        (self.0)(grad, wanted)
    }
}

impl<B: Backend> Clone for EncoderGradient<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: Backend> fmt::Debug for EncoderGradient<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncoderGradient")
    }
}

/// A layer for tagging whose weights have been put in order beforehand: its input, `[rows, width]`, in, its output out.
pub struct ReadyLayer<B: Backend>(Arc<ReadyFn<B>>);

type ReadyFn<B> = dyn Fn(&EncoderSpec, FloatTensor<B>) -> FloatTensor<B> + Send + Sync;

impl<B: Backend> ReadyLayer<B> {
    /// Wraps a function of the layer's input.
    pub fn new(f: impl Fn(&EncoderSpec, FloatTensor<B>) -> FloatTensor<B> + Send + Sync + 'static) -> Self {
        Self(Arc::new(f))
    }

    /// The layer's output, `[rows, width]`.
    pub fn call(&self, spec: &EncoderSpec, x: FloatTensor<B>) -> FloatTensor<B> {
        (self.0)(spec, x)
    }
}

impl<B: Backend> Clone for ReadyLayer<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: Backend> fmt::Debug for ReadyLayer<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadyLayer")
    }
}

/// A backend that can run an encoder's layer over packed sentences.
///
/// The default bodies are tensor operations and serve every backend.
pub trait EncoderOps: Backend {
    /// The layer's output, `[rows, width]`.
    fn encoder_layer(spec: &EncoderSpec, inputs: EncoderInputs<Self>) -> FloatTensor<Self> {
        tensor_body::layer(spec, inputs, &tensor_body::device_noise)
    }

    /// The layer with its weights, in the order of [`EncoderInputs::parameters`], made ready for tagging, from a backend
    /// that gains by it.
    fn ready_layer(_parameters: [FloatTensor<Self>; PARAMETERS]) -> Option<ReadyLayer<Self>> {
        None
    }

    /// The output together with a hand-written gradient, from a backend that has one. `None` lets autodiff record the
    /// tensor operations of [`EncoderOps::encoder_layer`].
    fn encoder_layer_with_gradient(
        _spec: &EncoderSpec,
        _inputs: &EncoderInputs<Self>,
    ) -> Option<(FloatTensor<Self>, EncoderGradient<Self>)> {
        None
    }
}
