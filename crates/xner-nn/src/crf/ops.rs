//! The CRF loss as an operation of a backend.

use std::sync::Arc;

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use super::inputs::CrfInputs;
use super::tensor_body;
use crate::Packing;

/// The gradients of a call's inputs at an upstream gradient of 1, in their order.
#[derive(Debug, Clone)]
pub struct CrfGradient<B: Backend>(pub [FloatTensor<B>; 4]);

/// A backend that can compute a CRF's loss over packed sequences.
///
/// The default body is in tensor operations and serves every backend.
pub trait CrfOps: Backend {
    /// The sum over the sequences of -log p(gold | emissions), shape `[1]` (equation 2 of Bari et al. 2020):
    ///
    /// ```text
    /// -log p(y | x) = log Σ_y' exp s(x, y') - s(x, y)
    /// s(x, y) = start(y_1) + Σ_t emission(t, y_t) + Σ_t transition(y_t-1, y_t) + end(y_T)
    /// ```
    ///
    /// `gold` holds a tag for each packed row. An empty sequence adds nothing.
    fn crf_loss(inputs: CrfInputs<Self>, gold: &Arc<[u16]>, packing: &Packing) -> FloatTensor<Self> {
        tensor_body::crf_loss(inputs, gold, packing)
    }

    /// The loss together with its gradients, from a backend that has them hand-written. `None` lets autodiff
    /// record the tensor operations of [`CrfOps::crf_loss`].
    fn crf_loss_with_gradient(
        _inputs: &CrfInputs<Self>,
        _gold: &Arc<[u16]>,
        _packing: &Packing,
    ) -> Option<(FloatTensor<Self>, CrfGradient<Self>)> {
        None
    }
}
