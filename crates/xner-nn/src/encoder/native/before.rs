//! A layer whose norms stand before attention and before the feed-forward block.

use super::super::EncoderSpec;
use super::super::form::Norms;
use super::super::inputs::PARAMETERS;
use super::super::noise::{Noise, Site};
use super::super::ops::RequiredGradients;
use super::backward::{Gradients, copied, through_dense, weight_gradient};
use super::buffers::Buffer;
use super::forward::{Saved, dense};
use super::{Inputs, Parameters, attention, feed, norm, rotary, rows};

/// The layer's output, `[rows, width]`, and with `SAVE` what the gradient needs. There are rows.
pub(super) fn forward<const SAVE: bool>(spec: &EncoderSpec, inputs: Inputs<'_>) -> (Vec<f32>, Option<Saved>) {
    let Inputs { x, width, parameters } = inputs;
    let Parameters { qkv, out, first, up, down, second } = parameters;
    let rows = spec.rows();
    let normed = if spec.form.norms == Norms::Before { rows } else { 0 };
    let [mut h, mut normalised_1] = [(); 2].map(|()| Buffer::new(normed * width));
    let mut inverse_1 = Buffer::new(normed);
    if normed > 0 {
        norm::plain(&mut h, &mut normalised_1, &mut inverse_1, x, first, spec.epsilon);
    }
    let mut query = Buffer::new(rows * 3 * width);
    dense(&mut query, if normed > 0 { &h } else { x }, rows, qkv);
    drop(h);
    rows::add_bias(&mut query, qkv.bias);
    rotary::turn(spec, &mut query, width, false);
    let mut mixed = Buffer::new(rows * width);
    attention::forward(spec, &query, &mut mixed, width);
    let mut between = Buffer::new(rows * width);
    dense(&mut between, &mixed, rows, out);
    rows::add_residual(&mut between, x, out.bias, Noise::of(spec, Site::First));

    let [mut h, mut normalised_2] = [(); 2].map(|()| Buffer::new(rows * width));
    let mut inverse_2 = Buffer::new(rows);
    norm::plain(&mut h, &mut normalised_2, &mut inverse_2, &between, second, spec.epsilon);
    let mut inner = Buffer::new(rows * up.outputs());
    dense(&mut inner, &h, rows, up);
    drop(h);
    let activated = feed::activated(spec, &mut inner, up.bias);
    let mut result = vec![0.0; rows * width];
    dense(&mut result, &activated, rows, down);
    rows::add_residual(&mut result, &between, down.bias, Noise::of(spec, Site::Second));
    let saved = SAVE.then(|| Saved {
        qkv: query,
        mixed,
        normalised: [normalised_1, normalised_2],
        inverse: [inverse_1, inverse_2],
        inner,
    });
    (result, saved)
}

/// The gradients, from that of the output.
pub(super) fn backward(
    spec: &EncoderSpec,
    inputs: Inputs<'_>,
    saved: &Saved,
    grad: &[f32],
    required: RequiredGradients,
) -> Gradients {
    let Inputs { x, width, parameters } = inputs;
    let Parameters { qkv, out, first, up, down, second } = parameters;
    let rows = spec.rows();
    let weights =
        |input: &[f32], grad: &[f32]| required.parameters.then(|| weight_gradient(rows, input, grad));
    let noisy = |grad: &[f32], site| {
        Noise::of(spec, site).map(|noise| {
            let mut noisy = copied(grad);
            rows::drop_some(&mut noisy, Some(noise));
            noisy
        })
    };

    // y = a + gelu(norm(a) W_up + b_up) W_down + b_down
    let mut grad = copied(grad);
    let dropped = noisy(&grad, Site::Second);
    let behind = dropped.as_deref().unwrap_or(&grad);
    let mut d_activated = Buffer::new(rows * down.inputs());
    through_dense(&mut d_activated, behind, down, 0.0);
    let [d_inner, activated] = feed::backward(spec, d_activated, &saved.inner, up.outputs());
    let d_down = weights(&activated, behind);
    drop((activated, dropped));
    let mut h = Buffer::new(rows * width);
    norm::apply(&mut h, &saved.normalised[1], second);
    let d_up = weights(&h, &d_inner);
    through_dense(&mut h, &d_inner, up, 0.0);
    drop(d_inner);
    let d_second = norm::backward(&mut h, None, &saved.normalised[1], &saved.inverse[1], second.gain);
    rows::add(&mut grad, &h);

    // a = x + attention(norm(x) W_qkv + b_qkv) W_out + b_out
    let dropped = noisy(&grad, Site::First);
    let behind = dropped.as_deref().unwrap_or(&grad);
    let d_out = weights(&saved.mixed, behind);
    let mut d_mixed = Buffer::new(rows * width);
    through_dense(&mut d_mixed, behind, out, 0.0);
    drop(dropped);
    let mut d_query = Buffer::new(rows * 3 * width);
    attention::backward(spec, &saved.qkv, &d_mixed, &mut d_query, width);
    drop(d_mixed);
    rotary::turn(spec, &mut d_query, width, true);
    let normed = spec.form.norms == Norms::Before;
    if normed {
        norm::apply(&mut h, &saved.normalised[0], first);
    }
    let d_qkv = weights(if normed { &h } else { x }, &d_query);
    through_dense(&mut h, &d_query, qkv, 0.0);
    let mut d_first = norm::Parameters { gain: vec![0.0; width], bias: vec![0.0; width] };
    if normed {
        d_first = norm::backward(&mut h, None, &saved.normalised[0], &saved.inverse[0], first.gain);
    }
    let x = required.x.then(|| {
        rows::add(&mut grad, &h);
        grad.to_vec()
    });
    let parameters = d_qkv.zip(d_out).zip(d_up.zip(d_down)).map(|((qkv, out), (up, down))| {
        let [[qkv_w, qkv_b], [out_w, out_b], [up_w, up_b], [down_w, down_b]] = [qkv, out, up, down];
        let (first, second) = ([d_first.gain, d_first.bias], [d_second.gain, d_second.bias]);
        let [[gain_1, bias_1], [gain_2, bias_2]] = [first, second];
        let all: [Vec<f32>; PARAMETERS] =
            [qkv_w, qkv_b, out_w, out_b, gain_1, bias_1, up_w, up_b, down_w, down_b, gain_2, bias_2];
        all
    });
    Gradients { x, parameters }
}
