//! The discriminator in tensor operations, for every backend.

use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;
use burn::tensor::backend::Backend;

use super::network::{Batch, Dense, Network, assert_fit, host, tensor};

/// A discriminator of tensors, with its gradient written out.
#[derive(Debug, Clone)]
pub struct TensorNetwork<B: Backend> {
    layers: Vec<Layer<B>>,
    leak: f32,
}

#[derive(Debug, Clone)]
struct Layer<B: Backend> {
    /// `[inputs, outputs]`
    weight: Tensor<B, 2>,
    /// `[1, outputs]`
    bias: Tensor<B, 2>,
}

impl<B: Backend> TensorNetwork<B> {
    /// The inputs of each layer, and the logits, `[rows, 1]`.
    fn forward(&self, inputs: Tensor<B, 2>, masks: &[Tensor<B, 2>]) -> (Vec<Tensor<B, 2>>, Tensor<B, 2>) {
        let mut x = inputs;
        let mut kept = Vec::with_capacity(self.layers.len());
        for (at, layer) in self.layers.iter().enumerate() {
            let z = x.clone().matmul(layer.weight.clone()) + layer.bias.clone();
            kept.push(x);
            if at + 1 == self.layers.len() {
                return (kept, z);
            }
            // max(z, leak z), as the leak is below 1.
            let activated = z.clone().max_pair(z * self.leak);
            x = match masks.get(at) {
                Some(mask) => activated * mask.clone(),
                None => activated,
            };
        }
        unreachable!("a network has a last layer")
    }

    /// The gradient by the pre-activations whose activations are `x`, from the gradient by `x`.
    fn through_rectifier(
        &self,
        gradient: Tensor<B, 2>,
        x: Tensor<B, 2>,
        mask: Option<&Tensor<B, 2>>,
    ) -> Tensor<B, 2> {
        let gradient = gradient.clone().mask_where(x.lower_equal_elem(0.0), gradient * self.leak);
        match mask {
            Some(mask) => gradient * mask.clone(),
            None => gradient,
        }
    }
}

/// The cross-entropy of each logit, and its derivative.
fn cross_entropy<B: Backend>(logits: Tensor<B, 2>, targets: Tensor<B, 2>) -> (Tensor<B, 2>, Tensor<B, 2>) {
    // log(1 + e^z) - y z, without overflow.
    let softplus = logits.clone().clamp_min(0.0) + logits.clone().abs().neg().exp().log1p();
    let loss = softplus - logits.clone() * targets.clone();
    (loss, sigmoid(logits) - targets)
}

impl<B: Backend> Network<B> for TensorNetwork<B> {
    fn new(layers: &[Dense], leak: f32, device: &B::Device) -> Self {
        assert_fit(layers);
        let layer = |layer: &Dense| Layer {
            weight: tensor(layer.weight.clone(), [layer.inputs, layer.outputs], device),
            bias: tensor(layer.bias.clone(), [1, layer.outputs], device),
        };
        Self { layers: layers.iter().map(layer).collect(), leak }
    }

    fn layers(&self) -> Vec<Dense> {
        let dense = |layer: &Layer<B>| {
            let [inputs, outputs] = layer.weight.dims();
            Dense { inputs, outputs, weight: host(&layer.weight), bias: host(&layer.bias) }
        };
        self.layers.iter().map(dense).collect()
    }

    fn discriminator_step(&mut self, batch: Batch<B>, targets: &[f32], rate: f32) -> Tensor<B, 1> {
        let device = batch.inputs.device();
        let rows = targets.len();
        let (mut kept, logits) = self.forward(batch.inputs, &batch.masks);
        let (loss, derivative) = cross_entropy(logits, tensor(targets.to_vec(), [rows, 1], &device));
        let mut gradient = derivative / rows as f32;
        for at in (0..self.layers.len()).rev() {
            let Some(x) = kept.pop() else { break };
            let layer = &mut self.layers[at];
            let by_weight = x.clone().transpose().matmul(gradient.clone());
            let by_bias = gradient.clone().sum_dim(0);
            let old = layer.weight.clone();
            layer.weight = old.clone() - by_weight * rate;
            layer.bias = layer.bias.clone() - by_bias * rate;
            if at > 0 {
                let by_x = gradient.matmul(old.transpose());
                gradient = self.through_rectifier(by_x, x, batch.masks.get(at - 1));
            }
        }
        loss.mean()
    }

    fn mapping_gradient(
        &mut self,
        mapped: Tensor<B, 2>,
        target: f32,
        scale: f32,
    ) -> (Tensor<B, 1>, Tensor<B, 2>) {
        let device = mapped.device();
        let rows = mapped.dims()[0];
        let (mut kept, logits) = self.forward(mapped, &[]);
        let (loss, derivative) = cross_entropy(logits, tensor(vec![target; rows], [rows, 1], &device));
        let mut gradient = derivative * scale;
        for at in (0..self.layers.len()).rev() {
            let Some(x) = kept.pop() else { break };
            gradient = gradient.matmul(self.layers[at].weight.clone().transpose());
            if at > 0 {
                gradient = self.through_rectifier(gradient, x, None);
            }
        }
        (loss.sum() * scale, gradient)
    }
}
