//! The discriminator and the mapping as operations of a backend.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

/// A dense layer on the host: `y = x weight + bias`.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// Units that go in.
    pub inputs: usize,
    /// Units that come out.
    pub outputs: usize,
    /// `[inputs, outputs]`, row by row.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
}

/// What a discriminator step is made on.
#[derive(Debug, Clone)]
pub struct Batch<B: Backend> {
    /// `[rows, dim]`: mapped rows, then rows at home, with dropout applied.
    pub inputs: Tensor<B, 2>,
    /// For each hidden layer the factors of its dropout, `[rows, hidden]`; or none at all.
    pub masks: Vec<Tensor<B, 2>>,
}

/// A discriminator in the form in which a backend trains it: dense layers with leaky rectifiers between them, the
/// last with a single output, the logit z of P(own = 1) = 1 / (1 + e^-z).
pub trait Network<B: Backend>: Sized {
    /// A network of these layers.
    ///
    /// # Panics
    /// When a layer does not fit the one before, or the last has not one output.
    fn new(layers: &[Dense], leak: f32, device: &B::Device) -> Self;

    /// A copy of its layers.
    fn layers(&self) -> Vec<Dense>;

    /// One step of gradient descent on the mean cross-entropy with `targets`, `[rows]`: the loss before the step,
    /// `[1]`.
    fn discriminator_step(&mut self, batch: Batch<B>, targets: &[f32], rate: f32) -> Tensor<B, 1>;

    /// `scale` times the summed cross-entropy of `mapped`, `[rows, dim]`, with one target, `[1]`, without dropout; and
    /// its gradient by `mapped`, `[rows, dim]`. The network stays as it is.
    fn mapping_gradient(
        &mut self,
        mapped: Tensor<B, 2>,
        target: f32,
        scale: f32,
    ) -> (Tensor<B, 1>, Tensor<B, 2>);

    /// A step of the mapping `w`, `[dim, dim]`, from the gradient by `source w`, both `[rows, dim]`, and the step
    /// towards an orthogonal matrix, `W <- (1 + b) W - b W W^T W`.
    fn mapping_step(
        w: Tensor<B, 2>,
        source: Tensor<B, 2>,
        gradient: Tensor<B, 2>,
        rate: f32,
        orthogonality: f32,
    ) -> Tensor<B, 2> {
        let w = w - source.transpose().matmul(gradient) * rate;
        if orthogonality == 0.0 {
            return w;
        }
        let cubed = w.clone().matmul(w.clone().transpose().matmul(w.clone()));
        w * (1.0 + orthogonality) - cubed * orthogonality
    }
}

/// The values of the host, row by row, on a device.
pub(super) fn tensor<B: Backend>(values: Vec<f32>, shape: [usize; 2], device: &B::Device) -> Tensor<B, 2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The values of a device, row by row, on the host.
pub(super) fn host<B: Backend>(tensor: &Tensor<B, 2>) -> Vec<f32> {
    tensor.to_data().iter::<f32>().collect()
}

/// Panics as [`Network::new`] says.
pub(super) fn assert_fit(layers: &[Dense]) {
    assert!(layers.last().is_some_and(|last| last.outputs == 1), "a discriminator ends in one output");
    for (layer, next) in layers.iter().zip(&layers[1..]) {
        assert_eq!(layer.outputs, next.inputs, "a layer does not fit the one before");
    }
    for layer in layers {
        assert_eq!(layer.weight.len(), layer.inputs * layer.outputs, "weights of a layer");
        assert_eq!(layer.bias.len(), layer.outputs, "biases of a layer");
    }
}
