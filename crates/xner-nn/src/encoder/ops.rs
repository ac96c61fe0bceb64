//! The encoder layer as an operation of a backend.

use std::fmt;
use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use super::inputs::{EncoderInputs, PARAMETERS};
use super::{EncoderSpec, Precision, tensor_body};

/// The gradients that a backward pass has to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredGradients {
    /// The gradient of the layer's input.
    pub x: bool,
    /// The gradients of the parameters: all of them, or none where the layer is frozen.
    pub parameters: bool,
}

/// The gradients of a layer's input and parameters, as far as they were required.
pub type EncoderGradients<B> = (Option<FloatTensor<B>>, Option<[FloatTensor<B>; PARAMETERS]>);

/// A hand-written gradient: a function from the output's gradient to those of the input and of the parameters.
pub struct EncoderGradient<B: Backend>(Arc<GradientFn<B>>);

type GradientFn<B> = dyn Fn(FloatTensor<B>, RequiredGradients) -> EncoderGradients<B> + Send + Sync;

impl<B: Backend> EncoderGradient<B> {
    /// Wraps a function of the output's gradient.
    pub fn new(
        f: impl Fn(FloatTensor<B>, RequiredGradients) -> EncoderGradients<B> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(f))
    }

    /// The gradients.
    pub fn call(&self, grad: FloatTensor<B>, required: RequiredGradients) -> EncoderGradients<B> {
        (self.0)(grad, required)
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

/// A layer for tagging, whose weights have been put in order beforehand.
pub struct ReadyLayer<B: Backend>(Arc<dyn Ordered<B>>);

/// A layer's weights in a backend's own order.
pub trait Ordered<B: Backend>: Send + Sync {
    /// The layer's output from its input, both `[rows, width]`, without noise.
    fn call(&self, spec: &EncoderSpec, x: FloatTensor<B>) -> FloatTensor<B>;

    /// Columns of input and output.
    fn width(&self) -> usize;

    /// Copies of the parameters, in the order of [`EncoderInputs::parameters`]. Of weights in 8 bits they are the
    /// values that these stand for.
    fn parameters(&self) -> [FloatTensor<B>; PARAMETERS];
}

impl<B: Backend> ReadyLayer<B> {
    /// Wraps weights in order.
    pub fn new(weights: impl Ordered<B> + 'static) -> Self {
        Self(Arc::new(weights))
    }
}

impl<B: Backend> std::ops::Deref for ReadyLayer<B> {
    type Target = dyn Ordered<B>;
    fn deref(&self) -> &Self::Target {
        &*self.0
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

/// A dense layer's weights in 8 bits by output.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MatrixRows {
    /// `[outputs, inputs]`, from -127 to 127.
    pub values: Vec<i8>,
    /// `[outputs]`: a weight is its value times its output's scale.
    pub scales: Vec<f32>,
}

/// A backend that can run an encoder's layer over packed sentences.
///
/// The default bodies are tensor operations and serve every backend.
pub trait EncoderOps: Backend {
    /// The layer's output, `[rows, width]`.
    fn encoder_layer(spec: &EncoderSpec, inputs: EncoderInputs<Self>) -> FloatTensor<Self> {
        tensor_body::layer(spec, inputs, &tensor_body::device_noise)
    }

    /// The layer with its weights put in order for tagging, from a backend that gains by it. The parameters are in the
    /// order of [`EncoderInputs::parameters`]. Without such a body every precision computes in 32 bits.
    fn ready_layer(
        _parameters: [FloatTensor<Self>; PARAMETERS],
        _precision: Precision,
    ) -> Option<ReadyLayer<Self>> {
        None
    }

    /// The same from matrices in 8 bits as a file has them: of query, key and value, behind attention, up, down. Of the
    /// parameters only biases and norms count.
    fn ready_layer_of(
        _parameters: [FloatTensor<Self>; PARAMETERS],
        _matrices: &[MatrixRows; 4],
    ) -> Option<ReadyLayer<Self>> {
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
