//! The bi-LSTM as an operation of a backend.

use std::fmt;
use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use super::inputs::BiLstmInputs;
use super::{BiLstmSpec, tensor_body};

/// A hand-written gradient: a function from the output's gradient to those of `w_ih`, `w_hh` and `bias`, and of `x`
/// where that is required.
#[derive(Clone)]
pub struct BiLstmGradient<B: Backend>(Arc<GradientFn<B>>);

type GradientFn<B> =
    dyn Fn(FloatTensor<B>, bool) -> (Option<FloatTensor<B>>, [FloatTensor<B>; 3]) + Send + Sync;

impl<B: Backend> BiLstmGradient<B> {
    /// Wraps a function of the output's gradient and of whether that of `x` is required.
    pub fn new(
        f: impl Fn(FloatTensor<B>, bool) -> (Option<FloatTensor<B>>, [FloatTensor<B>; 3]) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(f))
    }

    /// The gradients of `x` (if `want_x`) and of `[w_ih, w_hh, bias]`.
    pub fn call(&self, grad: FloatTensor<B>, want_x: bool) -> (Option<FloatTensor<B>>, [FloatTensor<B>; 3]) {
        (self.0)(grad, want_x)
    }
}

impl<B: Backend> fmt::Debug for BiLstmGradient<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BiLstmGradient")
    }
}

/// A backend that can run a bi-LSTM over packed sequences.
///
/// The default bodies are tensor operations and serve every backend.
pub trait BiLstmOps: Backend {
    /// The states, as [`BiLstmSpec::emit`] says.
    fn bilstm(spec: &BiLstmSpec, inputs: BiLstmInputs<Self>) -> FloatTensor<Self> {
        tensor_body::bilstm(spec, inputs)
    }

    /// The states together with a hand-written gradient, from a backend that has one. `None` lets autodiff
    /// record the tensor operations of [`BiLstmOps::bilstm`].
    fn bilstm_with_gradient(
        _spec: &BiLstmSpec,
        _inputs: &BiLstmInputs<Self>,
    ) -> Option<(FloatTensor<Self>, BiLstmGradient<Self>)> {
        None
    }
}
