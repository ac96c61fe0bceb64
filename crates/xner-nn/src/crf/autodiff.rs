//! The CRF loss under autodiff: the inner backend's hand-written gradient where it has one.

use std::sync::Arc;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::TensorMetadata;
use burn::tensor::ops::FloatTensor;

use super::inputs::CrfInputs;
use super::ops::{CrfGradient, CrfOps};
use super::tensor_body;
use crate::Packing;
use crate::init::wrap;

#[derive(Debug)]
struct CrfBackward;

impl<B: CrfOps> Backward<B, 4> for CrfBackward {
    type State = CrfGradient<B>;

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let upstream = wrap::<B, 1>(grads.consume::<B>(&ops.node));
        for (node, grad) in ops.parents.into_iter().zip(ops.state.0) {
            let Some(node) = node else { continue };
            let scaled = if grad.shape().num_dims() == 1 {
                (wrap::<B, 1>(grad) * upstream.clone()).into_primitive()
            } else {
                (wrap::<B, 2>(grad) * upstream.clone().unsqueeze()).into_primitive()
            };
            grads.register::<B>(node.id, scaled.tensor());
        }
    }
}

impl<B: CrfOps, C: CheckpointStrategy> CrfOps for Autodiff<B, C> {
    fn crf_loss(inputs: CrfInputs<Self>, gold: &Arc<[u16]>, packing: &Packing) -> FloatTensor<Self> {
        let inner = CrfInputs {
            emissions: inputs.emissions.primitive.clone(),
            transitions: inputs.transitions.primitive.clone(),
            start: inputs.start.primitive.clone(),
            end: inputs.end.primitive.clone(),
        };
        let nodes = [&inputs.emissions, &inputs.transitions, &inputs.start, &inputs.end];
        match CrfBackward.prepare::<C>(nodes.map(|tensor| tensor.node.clone())).compute_bound().stateful() {
            OpsKind::UnTracked(prep) => prep.finish(B::crf_loss(inner, gold, packing)),
            OpsKind::Tracked(prep) => match B::crf_loss_with_gradient(&inner, gold, packing) {
                Some((loss, gradient)) => prep.finish(gradient, loss),
                None => tensor_body::crf_loss(inputs, gold, packing),
            },
        }
    }
}
