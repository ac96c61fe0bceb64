//! The encoder layer in tensor operations, for every backend, and what the native body is tested against.

use burn::tensor::activation::{gelu, softmax};
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Bool, Distribution, Int, Tensor, TensorData, TensorPrimitive};

use super::EncoderSpec;
use super::inputs::EncoderInputs;
use super::noise::Site;

fn wrap<B: Backend, const D: usize>(primitive: FloatTensor<B>) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

/// Noise that the device makes: factors, 0 or 1 / (1 - p), of a shape.
pub(super) fn device_noise<B: Backend>(
    spec: &EncoderSpec,
    site: Site,
    shape: [usize; 4],
    device: &B::Device,
) -> Option<Tensor<B, 4>> {
    let dropout = spec.dropout?;
    let p = if site == Site::Attention { dropout.attention } else { dropout.hidden };
    let keep = 1.0 - p;
    (p > 0.0).then(|| Tensor::random(shape, Distribution::Bernoulli(keep), device) / keep)
}

/// The noise of a site: for attention `[sentences, heads, longest, longest]`, else `[1, 1, rows, width]`.
pub(super) type NoiseOf<'a, B> = dyn Fn(
        &EncoderSpec,
        Site,
        [usize; 4],
        &<B as burn::tensor::backend::BackendTypes>::Device,
    ) -> Option<Tensor<B, 4>>
    + 'a;

/// The layer's output, `[rows, width]`; recorded as it is by autodiff.
pub(super) fn layer<B: Backend>(
    spec: &EncoderSpec,
    inputs: EncoderInputs<B>,
    noise: &NoiseOf<'_, B>,
) -> FloatTensor<B> {
    let x: Tensor<B, 2> = wrap(inputs.x);
    if spec.rows() == 0 {
        return x.into_primitive().tensor();
    }
    let [qkv_w, qkv_b, out_w, out_b, gain_1, bias_1, up_w, up_b, down_w, down_b, gain_2, bias_2] =
        inputs.parameters;
    let device = x.device();
    let [rows, width] = x.dims();
    let dense = |x: Tensor<B, 2>, w, b| x.matmul(wrap(w)) + wrap::<B, 1>(b).unsqueeze();
    let drop = |x: Tensor<B, 2>, site| match noise(spec, site, [1, 1, rows, width], &device) {
        Some(factors) => x * factors.reshape([rows, width]),
        None => x,
    };
    let mixed = attention(spec, dense(x.clone(), qkv_w, qkv_b), noise);
    let x = norm(spec, x + drop(dense(mixed, out_w, out_b), Site::First), gain_1, bias_1);
    let inner = gelu(dense(x.clone(), up_w, up_b));
    norm(spec, x + drop(dense(inner, down_w, down_b), Site::Second), gain_2, bias_2).into_primitive().tensor()
}

/// Layer norm: `(x - mean) / √(variance + ε) · gain + bias`, row by row.
fn norm<B: Backend>(
    spec: &EncoderSpec,
    x: Tensor<B, 2>,
    gain: FloatTensor<B>,
    bias: FloatTensor<B>,
) -> Tensor<B, 2> {
    let centred = x.clone() - x.mean_dim(1);
    let variance = centred.clone().square().mean_dim(1);
    centred / (variance + spec.epsilon).sqrt() * wrap::<B, 1>(gain).unsqueeze()
        + wrap::<B, 1>(bias).unsqueeze()
}

/// `softmax(Q Kᵀ / √d) V` of each head, heads side by side: `[rows, width]`.
fn attention<B: Backend>(spec: &EncoderSpec, qkv: Tensor<B, 2>, noise: &NoiseOf<'_, B>) -> Tensor<B, 2> {
    let device = qkv.device();
    let [rows, three] = qkv.dims();
    let (width, heads) = (three / 3, spec.heads);
    let size = width / heads;
    let (batch, longest) = (spec.lengths.len(), spec.lengths.iter().copied().max().unwrap_or(0));
    // Row `rows` of the table is all zeros: the padding's.
    let (mut put, mut taken, mut padding) = (vec![rows as i32; batch * longest], Vec::new(), Vec::new());
    for (sentence, range) in spec.sentences().enumerate() {
        padding.extend((0..longest).map(|at| at >= range.len()));
        for (at, row) in range.enumerate() {
            put[sentence * longest + at] = row as i32;
            taken.push((sentence * longest + at) as i32);
        }
    }
    let index = |rows: Vec<i32>| {
        let shape = [rows.len()];
        Tensor::<B, 1, Int>::from_data(TensorData::new(rows, shape), &device)
    };
    let table = Tensor::cat(vec![qkv, Tensor::zeros([1, three], &device)], 0);
    let padded = table.select(0, index(put)).reshape([batch, longest, 3, heads, size]);
    let part = |at: usize| {
        let part: Tensor<B, 4> = padded.clone().narrow(2, at, 1).reshape([batch, longest, heads, size]);
        part.swap_dims(1, 2)
    };
    let scores = part(0).matmul(part(1).transpose()) / (size as f64).sqrt();
    let padding = Tensor::<B, 4, Bool>::from_data(TensorData::new(padding, [batch, 1, 1, longest]), &device)
        .expand([batch, heads, longest, longest]);
    let mut probabilities = softmax(scores.mask_fill(padding, -1e30), 3);
    if let Some(factors) = noise(spec, Site::Attention, [batch, heads, longest, longest], &device) {
        probabilities = probabilities * factors;
    }
    let mixed = probabilities.matmul(part(2)).swap_dims(1, 2).reshape([batch * longest, width]);
    mixed.select(0, index(taken))
}
