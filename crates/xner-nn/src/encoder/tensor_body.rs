//! The encoder layer in tensor operations, for every backend, and what the native body is tested against.

use burn::tensor::activation::{gelu, softmax};
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Bool, Int, Tensor, TensorData, TensorPrimitive};

use super::EncoderSpec;
use super::form::Norms;
use super::inputs::EncoderInputs;
use super::noise::{Noise, Site, attention_places};

fn wrap<B: Backend, const D: usize>(primitive: FloatTensor<B>) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

/// The native body's noise, made on the device: factors, 0 or 1 / (1 - p), of a shape.
///
/// Only the seed and a value's place decide, so every device drops the same values. In attention's padding, where the
/// probabilities are zero, the factors mean nothing.
pub(super) fn device_noise<B: Backend>(
    spec: &EncoderSpec,
    site: Site,
    shape: [usize; 4],
    device: &B::Device,
) -> Option<Tensor<B, 4>> {
    let noise = Noise::of(spec, site)?;
    let count = |size: usize| Tensor::<B, 1, Int>::arange(0..size as i64, device);
    let places = if site == Site::Attention {
        let [batch, heads, longest, _] = shape;
        let column = |values: Vec<i32>| {
            Tensor::<B, 4, Int>::from_data(TensorData::new(values, [batch, 1, 1, 1]), device)
        };
        let first = column(attention_places(spec).into_iter().map(|place| place as i32).collect());
        let length = column(spec.lengths.iter().map(|&len| len as i32).collect());
        let head = count(heads).reshape([1, heads, 1, 1]);
        let [row, column] =
            [[1, 1, longest, 1], [1, 1, 1, longest]].map(|shape| count(longest).reshape(shape));
        // ((head · length + row) · length + column), and what comes before the sentence.
        (head * length.clone() + row) * length + column + first
    } else {
        count(shape.iter().product()).reshape(shape)
    };
    Some(noise.factors(places))
}

/// The noise of a site: for attention `[sentences, heads, longest, longest]`, else `[1, 1, rows, columns]`.
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
    let dense = |x: Tensor<B, 2>, w, b| x.matmul(wrap(w)) + wrap::<B, 1>(b).unsqueeze();
    let drop = |x: Tensor<B, 2>, site| {
        let [rows, columns] = x.dims();
        match noise(spec, site, [1, 1, rows, columns], &device) {
            Some(factors) => x * factors.reshape([rows, columns]),
            None => x,
        }
    };
    let first = |x| norm(spec, x, gain_1, bias_1);
    let second = |x| norm(spec, x, gain_2, bias_2);
    let attend = |x| drop(dense(attention(spec, dense(x, qkv_w, qkv_b), noise), out_w, out_b), Site::First);
    let feed = |x| {
        let inner = drop(activated(spec, dense(x, up_w, up_b)), Site::Inner);
        drop(dense(inner, down_w, down_b), Site::Second)
    };
    let out = match spec.form.norms {
        Norms::Behind => {
            let x = first(x.clone() + attend(x));
            second(x.clone() + feed(x))
        }
        Norms::Before => {
            let x = x.clone() + attend(first(x));
            x.clone() + feed(second(x))
        }
        Norms::BeforeFeedForward => {
            let x = x.clone() + attend(x);
            x.clone() + feed(second(x))
        }
    };
    out.into_primitive().tensor()
}

/// What the feed-forward block makes of its way up.
fn activated<B: Backend>(spec: &EncoderSpec, inner: Tensor<B, 2>) -> Tensor<B, 2> {
    if !spec.form.gated {
        return gelu(inner);
    }
    let half = inner.dims()[1] / 2;
    gelu(inner.clone().narrow(1, 0, half)) * inner.narrow(1, half, half)
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
    let turns = spec.form.turns(longest, size).map(|turns| {
        turns.map(|values| {
            Tensor::<B, 4>::from_data(TensorData::new(values, [1, 1, longest, size / 2]), &device)
        })
    });
    let turned = |part| match &turns {
        Some(turns) => turned(part, turns),
        None => part,
    };
    let scores = turned(part(0)).matmul(turned(part(1)).transpose()) / (size as f64).sqrt();
    let mask =
        |values: Vec<bool>, [batch, rows]: [usize; 2]| {
            Tensor::<B, 4, Bool>::from_data(TensorData::new(values, [batch, 1, rows, longest]), &device)
                .expand([spec.lengths.len(), heads, longest, longest])
        };
    let mut scores = scores.mask_fill(mask(padding, [batch, 1]), -1e30);
    if spec.form.window.is_some_and(|window| window + 1 < longest) {
        let read = |row| spec.form.read_by(row, longest);
        let far = (0..longest).flat_map(|row| (0..longest).map(move |at| !read(row).contains(&at)));
        scores = scores.mask_fill(mask(far.collect(), [1, longest]), -1e30);
    }
    let mut probabilities = softmax(scores, 3);
    if let Some(factors) = noise(spec, Site::Attention, [batch, heads, longest, longest], &device) {
        probabilities = probabilities * factors;
    }
    let mixed = probabilities.matmul(part(2)).swap_dims(1, 2).reshape([batch * longest, width]);
    mixed.select(0, index(taken))
}

/// Query or key, `[sentences, heads, longest, size]`, turned by the angles of their places.
fn turned<B: Backend>(x: Tensor<B, 4>, [cos, sin]: &[Tensor<B, 4>; 2]) -> Tensor<B, 4> {
    let half = x.dims()[3] / 2;
    let (a, b) = (x.clone().narrow(3, 0, half), x.narrow(3, half, half));
    let first = a.clone() * cos.clone() - b.clone() * sin.clone();
    let second = b * cos.clone() + a * sin.clone();
    Tensor::cat(vec![first, second], 3)
}
