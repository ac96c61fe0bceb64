//! The bi-LSTM under autodiff: the inner backend's hand-written gradient where it has one.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::ops::FloatTensor;

use super::inputs::BiLstmInputs;
use super::ops::{BiLstmGradient, BiLstmOps};
use super::{BiLstmSpec, tensor_body};

#[derive(Debug)]
struct BiLstmBackward;

impl<B: BiLstmOps> Backward<B, 4> for BiLstmBackward {
    type State = BiLstmGradient<B>;

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [x, w_ih, w_hh, bias] = ops.parents;
        let (d_x, [d_w_ih, d_w_hh, d_bias]) = ops.state.call(grad, x.is_some());
        if let (Some(node), Some(grad)) = (x, d_x) {
            grads.register::<B>(node.id, grad);
        }
        for (node, grad) in [(w_ih, d_w_ih), (w_hh, d_w_hh), (bias, d_bias)] {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

impl<B: BiLstmOps, C: CheckpointStrategy> BiLstmOps for Autodiff<B, C> {
    fn bilstm(spec: &BiLstmSpec, inputs: BiLstmInputs<Self>) -> FloatTensor<Self> {
        let inner = inputs.map(|tensor| tensor.primitive.clone());
        let nodes = [&inputs.x, &inputs.w_ih, &inputs.w_hh, &inputs.bias].map(|tensor| tensor.node.clone());
        match BiLstmBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::UnTracked(prep) => prep.finish(B::bilstm(spec, inner)),
            OpsKind::Tracked(prep) => match B::bilstm_with_gradient(spec, &inner) {
                Some((out, gradient)) => prep.finish(gradient, out),
                None => tensor_body::bilstm(spec, inputs),
            },
        }
    }
}
