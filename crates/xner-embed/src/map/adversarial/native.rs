//! The discriminator on burn's CPU backend: its gradient is never stored, a step changes the weights in place, and
//! the mapping's step leaves them out.
//!
//! Activations lie `[units, rows]`, so that a block of units is one piece of memory and one task for a thread. Each
//! task writes what no other writes and its sums have one order: results do not depend on the number of threads.

use burn::tensor::{Tensor, TensorData};
use burn_flex::{Flex, FlexDevice};
use rayon::prelude::*;
use xner_gemm::{Matrix, Update, product, product_into};

use super::network::{Batch, Dense, Network, assert_fit, tensor};

/// Units of a layer that a thread takes at once.
const BLOCK: usize = 128;
/// Numbers behind each row of weights: rows of 8 kB would fall on each other in the caches.
const PAD: usize = 16;

/// A discriminator with its weights as plain numbers.
#[derive(Debug, Clone)]
pub struct FlexNetwork {
    /// With [`PAD`] numbers more in each row of the weights.
    layers: Vec<Dense>,
    leak: f32,
}

impl FlexNetwork {
    /// What goes into each layer, `inputs` first, and the logits, each `[units, rows]`.
    fn forward(&self, inputs: Vec<f32>, masks: &[Vec<f32>]) -> (Vec<Vec<f32>>, Vec<f32>) {
        let mut kept = Vec::with_capacity(self.layers.len());
        let mut x = inputs;
        for (at, layer) in self.layers.iter().enumerate() {
            let rows = x.len() / layer.inputs;
            let rectified = at + 1 < self.layers.len();
            let mut out = vec![0.0; layer.outputs * rows];
            out.par_chunks_mut(BLOCK * rows).enumerate().for_each(|(block, out)| {
                let (first, units) = (block * BLOCK, out.len() / rows);
                for (out, bias) in out.chunks_exact_mut(rows).zip(&layer.bias[first..]) {
                    out.fill(*bias);
                }
                let weight =
                    Matrix::strided(&layer.weight[first..], layer.inputs, units, layer.outputs + PAD);
                product(out, rows, weight.transposed(), Matrix::new(&x, layer.inputs, rows), true);
                if rectified {
                    for z in out.iter_mut() {
                        *z = z.max(self.leak * *z);
                    }
                    if let Some(mask) = masks.get(at) {
                        out.iter_mut().zip(&mask[first * rows..]).for_each(|(a, m)| *a *= m);
                    }
                }
            });
            kept.push(std::mem::replace(&mut x, out));
        }
        (kept, x)
    }

    /// The gradient by the inputs from that by the logits, `[units, rows]`; or, with a learning rate, a step of all
    /// weights, and no gradient by the inputs.
    fn backward(
        &mut self,
        kept: &[Vec<f32>],
        by_logit: Vec<f32>,
        masks: &[Vec<f32>],
        rate: Option<f32>,
    ) -> Vec<f32> {
        let (leak, rows) = (self.leak, by_logit.len());
        let mut by_out = by_logit;
        for (at, (layer, x)) in self.layers.iter_mut().zip(kept).enumerate().rev() {
            let (outputs, stride) = (layer.outputs, layer.outputs + PAD);
            let mut by_x = vec![0.0; x.len()];
            let weights = layer.weight.par_chunks_mut(BLOCK * stride);
            let blocks = by_x.par_chunks_mut(BLOCK * rows).zip(x.par_chunks(BLOCK * rows)).zip(weights);
            blocks.enumerate().for_each(|(block, ((by_x, x), weight))| {
                let units = x.len() / rows;
                let upstream = Matrix::new(&by_out, outputs, rows);
                if at > 0 || rate.is_none() {
                    product(by_x, rows, Matrix::strided(weight, units, outputs, stride), upstream, false);
                }
                // The weights are still near.
                if let Some(rate) = rate {
                    let step = Update { keep: 1.0, scale: -rate, threads: false };
                    product_into(weight, stride, Matrix::new(x, units, rows), upstream.transposed(), step);
                }
                if at > 0 {
                    by_x.iter_mut().zip(x).for_each(|(d, a)| *d *= if *a > 0.0 { 1.0 } else { leak });
                    if let Some(mask) = masks.get(at - 1) {
                        by_x.iter_mut().zip(&mask[block * BLOCK * rows..]).for_each(|(d, m)| *d *= m);
                    }
                }
            });
            if let Some(rate) = rate {
                for (bias, by_out) in layer.bias.iter_mut().zip(by_out.chunks_exact(rows)) {
                    *bias -= rate * by_out.iter().sum::<f32>();
                }
            }
            by_out = by_x;
        }
        by_out
    }
}

/// The summed cross-entropy of the logits times `scale`, and its derivatives by them.
fn cross_entropy(logits: &[f32], target: impl Fn(usize) -> f32, scale: f32) -> (f32, Vec<f32>) {
    let mut loss = 0.0_f64;
    let derivative = |(row, &z): (usize, &f32)| {
        let y = target(row);
        // log(1 + e^z) - y z and its derivative, without overflow.
        let e = (-z.abs()).exp();
        loss += f64::from(z.max(0.0) + e.ln_1p() - y * z);
        let probability = if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
        scale * (probability - y)
    };
    let by_logit = logits.iter().enumerate().map(derivative).collect();
    ((loss * f64::from(scale)) as f32, by_logit)
}

/// The numbers of a tensor `[rows, units]` as `[units, rows]`.
///
/// # Panics
/// When the tensor is not of `f32`.
#[allow(clippy::expect_used, reason = "the training loop makes tensors of f32 alone")]
fn by_unit(tensor: Tensor<Flex, 2>) -> Vec<f32> {
    tensor.transpose().into_data().into_vec::<f32>().expect("a tensor of f32")
}

fn scalar(value: f32) -> Tensor<Flex, 1> {
    Tensor::from_data(TensorData::new(vec![value], [1]), &FlexDevice)
}

impl Network<Flex> for FlexNetwork {
    fn new(layers: &[Dense], leak: f32, _: &FlexDevice) -> Self {
        assert_fit(layers);
        let padded = |layer: &Dense| {
            let rows = layer.weight.chunks_exact(layer.outputs);
            let weight = rows.flat_map(|row| row.iter().copied().chain([0.0; PAD])).collect();
            Dense { weight, bias: layer.bias.clone(), ..*layer }
        };
        Self { layers: layers.iter().map(padded).collect(), leak }
    }

    fn layers(&self) -> Vec<Dense> {
        let bare = |layer: &Dense| {
            let rows = layer.weight.chunks_exact(layer.outputs + PAD);
            let weight = rows.flat_map(|row| &row[..layer.outputs]).copied().collect();
            Dense { weight, bias: layer.bias.clone(), ..*layer }
        };
        self.layers.iter().map(bare).collect()
    }

    fn discriminator_step(&mut self, batch: Batch<Flex>, targets: &[f32], rate: f32) -> Tensor<Flex, 1> {
        let masks: Vec<_> = batch.masks.into_iter().map(by_unit).collect();
        let (kept, logits) = self.forward(by_unit(batch.inputs), &masks);
        let (loss, by_logit) = cross_entropy(&logits, |row| targets[row], 1.0 / targets.len() as f32);
        self.backward(&kept, by_logit, &masks, Some(rate));
        scalar(loss)
    }

    fn mapping_gradient(
        &mut self,
        mapped: Tensor<Flex, 2>,
        target: f32,
        scale: f32,
    ) -> (Tensor<Flex, 1>, Tensor<Flex, 2>) {
        let [rows, dim] = mapped.dims();
        let (kept, logits) = self.forward(by_unit(mapped), &[]);
        let (loss, by_logit) = cross_entropy(&logits, |_| target, scale);
        let gradient = self.backward(&kept, by_logit, &[], None);
        (scalar(loss), tensor::<Flex>(gradient, [dim, rows], &FlexDevice).transpose())
    }
}
