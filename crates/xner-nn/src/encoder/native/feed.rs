//! What the feed-forward block makes of its way up, in every form.

use super::super::EncoderSpec;
use super::super::noise::{Noise, Site};
use super::buffers::Buffer;
use super::{gate, gelu, rows};

/// `gelu(x)` or `gelu(a) · g`, with noise, `[rows, inner]`, where `x` is `inner` with the bias, which it keeps.
pub(super) fn activated(spec: &EncoderSpec, inner: &mut [f32], bias: &[f32]) -> Buffer {
    let ways = spec.form.ways_up();
    let mut out = Buffer::new(inner.len() / ways);
    if spec.form.gated {
        rows::add_bias(inner, bias);
        gate::forward(&mut out, inner, bias.len() / ways);
    } else {
        gelu::with_bias(&mut out, inner, bias);
    }
    rows::drop_some(&mut out, Noise::of(spec, Site::Inner));
    out
}

/// The gradient of `inner`, from that of what [`activated`] gives; and what it gives, once more. `inner` has `columns`.
pub(super) fn backward(spec: &EncoderSpec, mut grad: Buffer, inner: &[f32], columns: usize) -> [Buffer; 2] {
    let noise = Noise::of(spec, Site::Inner);
    rows::drop_some(&mut grad, noise);
    if spec.form.gated {
        let mut d_inner = Buffer::new(inner.len());
        gate::backward(&mut d_inner, &mut grad, inner, columns / 2);
        rows::drop_some(&mut grad, noise);
        return [d_inner, grad];
    }
    let mut activated = Buffer::new(grad.len());
    gelu::backward(&mut grad, &mut activated, inner);
    rows::drop_some(&mut activated, noise);
    [grad, activated]
}
