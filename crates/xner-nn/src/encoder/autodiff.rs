//! The encoder layer under autodiff: the inner backend's hand-written gradient where it has one.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::ops::FloatTensor;

use super::inputs::{EncoderInputs, PARAMETERS};
use super::ops::{EncoderGradient, EncoderOps, RequiredGradients};
use super::{EncoderSpec, tensor_body};

#[derive(Debug)]
struct EncoderBackward;

/// The input and the parameters.
const NODES: usize = 1 + PARAMETERS;

impl<B: EncoderOps> Backward<B, NODES> for EncoderBackward {
    type State = EncoderGradient<B>;

    fn backward(self, ops: Ops<Self::State, NODES>, grads: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let grad = grads.consume::<B>(&ops.node);
        let [x, parameters @ ..] = ops.parents;
        let required =
            RequiredGradients { x: x.is_some(), parameters: parameters.iter().any(Option::is_some) };
        let (d_x, d_parameters) = ops.state.call(grad, required);
        if let (Some(node), Some(grad)) = (x, d_x) {
            grads.register::<B>(node.id, grad);
        }
        for (node, grad) in parameters.into_iter().zip(d_parameters.into_iter().flatten()) {
            if let Some(node) = node {
                grads.register::<B>(node.id, grad);
            }
        }
    }
}

impl<B: EncoderOps, C: CheckpointStrategy> EncoderOps for Autodiff<B, C> {
    fn encoder_layer(spec: &EncoderSpec, inputs: EncoderInputs<Self>) -> FloatTensor<Self> {
        let inner = EncoderInputs {
            x: inputs.x.primitive.clone(),
            parameters: inputs.parameters.each_ref().map(|tensor| tensor.primitive.clone()),
        };
        let nodes: [_; NODES] = std::array::from_fn(|at| match at {
            0 => inputs.x.node.clone(),
            at => inputs.parameters[at - 1].node.clone(),
        });
        match EncoderBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::UnTracked(prep) => prep.finish(B::encoder_layer(spec, inner)),
            OpsKind::Tracked(prep) => match B::encoder_layer_with_gradient(spec, &inner) {
                Some((out, gradient)) => prep.finish(gradient, out),
                None => tensor_body::layer(spec, inputs, &tensor_body::device_noise),
            },
        }
    }
}
