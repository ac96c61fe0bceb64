//! The layer's output.

use xner_gemm::{Matrix, Update, product_into};

use super::super::EncoderSpec;
use super::super::form::Norms;
use super::super::noise::{Noise, Site};
use super::buffers::Buffer;
use super::{Dense, Inputs, Parameters, attention, before, feed, gelu, norm, rotary, rows};

/// What the gradient needs of a call.
pub(in super::super) struct Saved {
    /// Query, key, value: `[rows, 3 width]`
    pub qkv: Buffer,
    /// What attention gives: `[rows, width]`
    pub mixed: Buffer,
    /// The rows of both norms before gain and bias: `[rows, width]`; none of a norm that the layer has not
    pub normalised: [Buffer; 2],
    /// The rows' 1 / √(variance + ε) of both norms: `[rows]`
    pub inverse: [Buffer; 2],
    /// What GELU reads: `[rows, inner]`, or with a gate `[rows, 2 inner]`
    pub inner: Buffer,
}

/// `out = x W`, on all threads.
pub(super) fn product(out: &mut [f32], x: Matrix<'_>, weight: Matrix<'_>, keep: f32) {
    let columns = weight.shape().1;
    product_into(out, columns, x, weight, Update { keep, threads: true, ..Update::default() });
}

pub(super) fn dense(out: &mut [f32], x: &[f32], rows: usize, layer: Dense<'_>) {
    let (inputs, outputs) = (x.len() / rows, layer.outputs());
    product(out, Matrix::new(x, rows, inputs), Matrix::new(layer.weight, inputs, outputs), 0.0);
}

/// The layer's output, `[rows, width]`, and with `SAVE` what the gradient needs.
pub(in super::super) fn forward<const SAVE: bool>(
    spec: &EncoderSpec,
    inputs: Inputs<'_>,
) -> (Vec<f32>, Option<Saved>) {
    let Inputs { x, width, parameters } = inputs;
    let Parameters { qkv, out, first, up, down, second } = parameters;
    let rows = spec.rows();
    if rows == 0 {
        return (Vec::new(), None);
    }
    if spec.form.norms != Norms::Behind {
        return before::forward::<SAVE>(spec, inputs);
    }
    let mut query = Buffer::new(rows * 3 * width);
    dense(&mut query, x, rows, qkv);
    rows::add_bias(&mut query, qkv.bias);
    rotary::turn(spec, &mut query, width, false);
    let mut mixed = Buffer::new(rows * width);
    attention::forward(spec, &query, &mut mixed, width);

    let mut y = Buffer::new(rows * width);
    let mut inverse = Buffer::new(rows);
    let mut between = Buffer::new(rows * width);
    dense(&mut y, &mixed, rows, out);
    let noise = Noise::of(spec, Site::First);
    norm::forward(&mut between, &mut y, &mut inverse, x, out.bias, noise, first, spec.epsilon);

    let mut inner = Buffer::new(rows * up.outputs());
    dense(&mut inner, &between, rows, up);
    let noise = Noise::of(spec, Site::Second);
    let mut result = vec![0.0; rows * width];
    if !SAVE {
        drop(query);
        if spec.form.gated || Noise::of(spec, Site::Inner).is_some() {
            inner = feed::activated(spec, &mut inner, up.bias);
        } else {
            gelu::in_place(&mut inner, up.bias);
        }
        dense(&mut y, &inner, rows, down);
        norm::forward(&mut result, &mut y, &mut inverse, &between, down.bias, noise, second, spec.epsilon);
        return (result, None);
    }
    let activated = feed::activated(spec, &mut inner, up.bias);
    let mut y_2 = Buffer::new(rows * width);
    let mut inverse_2 = Buffer::new(rows);
    dense(&mut y_2, &activated, rows, down);
    norm::forward(&mut result, &mut y_2, &mut inverse_2, &between, down.bias, noise, second, spec.epsilon);
    let saved = Saved { qkv: query, mixed, normalised: [y, y_2], inverse: [inverse, inverse_2], inner };
    (result, Some(saved))
}
