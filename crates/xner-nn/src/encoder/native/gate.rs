//! The feed-forward block's activation with a gate: `gelu(a) · g`, where `a` and `g` are the halves of a row.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::gelu;
use super::rows::BLOCK;
use crate::simd;

/// `out = gelu(a) · g`: `[rows, inner]` from `[rows, 2 inner]`.
pub(super) fn forward(out: &mut [f32], x: &[f32], inner: usize) {
    let blocks = out.par_chunks_mut(BLOCK * inner).zip(x.par_chunks(2 * BLOCK * inner));
    blocks.for_each(|(out, x)| Arch::new().dispatch(Forward(out, x, inner)));
}

struct Forward<'a>(&'a mut [f32], &'a [f32], usize);

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (out, x) in self.0.chunks_exact_mut(self.2).zip(self.1.chunks_exact(2 * self.2)) {
            let (a, gate) = x.split_at(self.2);
            simd::update(
                simd,
                out,
                [a, gate],
                #[inline(always)]
                |_, [a, gate]| simd.mul_f32s(gelu::value(simd, a), gate),
            );
        }
    }
}

/// Turns `grad`, the gradient of the output, `[rows, inner]`, into the output, and writes the gradient of `x` to `d_x`,
/// both `[rows, 2 inner]`.
pub(super) fn backward(d_x: &mut [f32], grad: &mut [f32], x: &[f32], inner: usize) {
    let blocks = d_x.par_chunks_mut(2 * BLOCK * inner).zip(grad.par_chunks_mut(BLOCK * inner));
    let blocks = blocks.zip(x.par_chunks(2 * BLOCK * inner));
    blocks.for_each(|((d_x, grad), x)| Arch::new().dispatch(Backward { d_x, grad, x, inner }));
}

struct Backward<'a> {
    d_x: &'a mut [f32],
    grad: &'a mut [f32],
    x: &'a [f32],
    inner: usize,
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { d_x, grad, x, inner } = self;
        let rows =
            d_x.chunks_exact_mut(2 * inner).zip(grad.chunks_exact_mut(inner)).zip(x.chunks_exact(2 * inner));
        for ((d_x, grad), x) in rows {
            let ((d_a, d_gate), (a, gate)) = (d_x.split_at_mut(inner), x.split_at(inner));
            simd::update(
                simd,
                d_a,
                [grad, a, gate],
                #[inline(always)]
                |_, [grad, a, gate]| simd.mul_f32s(simd.mul_f32s(grad, gate), gelu::slope(simd, a)),
            );
            simd::update(
                simd,
                d_gate,
                [grad, a],
                #[inline(always)]
                |_, [grad, a]| simd.mul_f32s(grad, gelu::value(simd, a)),
            );
            simd::update(
                simd,
                grad,
                [a, gate],
                #[inline(always)]
                |_, [a, gate]| simd.mul_f32s(gelu::value(simd, a), gate),
            );
        }
    }
}
