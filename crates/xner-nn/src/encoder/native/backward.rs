//! The layer's gradient, from its end to its beginning.

use xner_gemm::Matrix;

use super::super::EncoderSpec;
use super::super::form::Norms;
use super::super::inputs::PARAMETERS;
use super::super::noise::{Noise, Site};
use super::super::ops::RequiredGradients;
use super::buffers::Buffer;
use super::forward::{Saved, product};
use super::rows::column_sums;
use super::{Dense, Inputs, Parameters, attention, before, feed, norm, rotary};

/// The gradients of the input and of the parameters.
pub(in super::super) struct Gradients {
    pub x: Option<Vec<f32>>,
    pub parameters: Option<[Vec<f32>; PARAMETERS]>,
}

/// The gradients, from that of the output.
pub(in super::super) fn backward(
    spec: &EncoderSpec,
    inputs: Inputs<'_>,
    saved: &Saved,
    grad: &[f32],
    required: RequiredGradients,
) -> Gradients {
    if spec.form.norms != Norms::Behind {
        return before::backward(spec, inputs, saved, grad, required);
    }
    let Inputs { x, width, parameters } = inputs;
    let Parameters { qkv, out, first, up, down, second } = parameters;
    let rows = spec.rows();
    let weights =
        |input: &[f32], grad: &[f32]| required.parameters.then(|| weight_gradient(rows, input, grad));

    // y = norm(a + gelu(a W_up + b_up) W_down + b_down)
    let mut grad = copied(grad);
    let d_second = through_norm(spec, Site::Second, &mut grad, saved, second.gain);
    let noisy = d_second.noisy.as_deref().unwrap_or(&grad);
    let mut d_activated = Buffer::new(rows * down.inputs());
    through_dense(&mut d_activated, noisy, down, 0.0);
    let [d_inner, activated] = feed::backward(spec, d_activated, &saved.inner, up.outputs());
    let d_down = weights(&activated, noisy);
    drop((activated, d_second.noisy));
    let mut between = Buffer::new(rows * width);
    norm::apply(&mut between, &saved.normalised[0], first);
    let d_up = weights(&between, &d_inner);
    drop(between);
    through_dense(&mut grad, &d_inner, up, 1.0);
    drop(d_inner);

    // a = norm(x + attention(x W_qkv + b_qkv) W_out + b_out)
    let d_first = through_norm(spec, Site::First, &mut grad, saved, first.gain);
    let noisy = d_first.noisy.as_deref().unwrap_or(&grad);
    let d_out = weights(&saved.mixed, noisy);
    let mut d_mixed = Buffer::new(rows * width);
    through_dense(&mut d_mixed, noisy, out, 0.0);
    drop(d_first.noisy);
    let mut d_query = Buffer::new(rows * 3 * width);
    attention::backward(spec, &saved.qkv, &d_mixed, &mut d_query, width);
    rotary::turn(spec, &mut d_query, width, true);
    let d_qkv = weights(x, &d_query);
    let x = required.x.then(|| {
        through_dense(&mut grad, &d_query, qkv, 1.0);
        grad.to_vec()
    });
    let parameters = match (d_qkv, d_out, d_up, d_down) {
        (Some(qkv), Some(out), Some(up), Some(down)) => {
            let (first, second) = (d_first.parameters, d_second.parameters);
            let dense = [qkv, out, up, down];
            let [[qkv_w, qkv_b], [out_w, out_b], [up_w, up_b], [down_w, down_b]] = dense;
            Some([
                qkv_w,
                qkv_b,
                out_w,
                out_b,
                first.gain,
                first.bias,
                up_w,
                up_b,
                down_w,
                down_b,
                second.gain,
                second.bias,
            ])
        }
        _ => None,
    };
    Gradients { x, parameters }
}

pub(super) fn copied(values: &[f32]) -> Buffer {
    let mut copy = Buffer::new(values.len());
    copy.copy_from_slice(values);
    copy
}

struct ThroughNorm {
    parameters: norm::Parameters,
    /// The gradient of what the noise was put on, where there is noise.
    noisy: Option<Buffer>,
}

fn through_norm(
    spec: &EncoderSpec,
    site: Site,
    grad: &mut [f32],
    saved: &Saved,
    gain: &[f32],
) -> ThroughNorm {
    let at = usize::from(site == Site::Second);
    let noise = Noise::of(spec, site);
    let mut noisy = noise.map(|_| Buffer::new(grad.len()));
    let with = noisy.as_deref_mut().zip(noise);
    let parameters = norm::backward(grad, with, &saved.normalised[at], &saved.inverse[at], gain);
    ThroughNorm { parameters, noisy }
}

/// `out = keep out + grad Wᵀ`
pub(super) fn through_dense(out: &mut [f32], grad: &[f32], layer: Dense<'_>, keep: f32) {
    let outputs = layer.outputs();
    let (rows, inputs) = (grad.len() / outputs, layer.inputs());
    let weight = Matrix::new(layer.weight, inputs, outputs).transposed();
    product(out, Matrix::new(grad, rows, outputs), weight, keep);
}

/// The gradients of a dense layer's weights, `inputᵀ grad`, and biases.
pub(super) fn weight_gradient(rows: usize, input: &[f32], grad: &[f32]) -> [Vec<f32>; 2] {
    let (inputs, outputs) = (input.len() / rows, grad.len() / rows);
    let mut weight = vec![0.0; inputs * outputs];
    let input = Matrix::new(input, rows, inputs).transposed();
    product(&mut weight, input, Matrix::new(grad, rows, outputs), 0.0);
    [weight, column_sums(grad, outputs)]
}
