//! Layer norm together with the bias, the noise and the residual that come before it.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::super::noise::Noise;
use super::Norm;
use super::rows::{BLOCK, total};
use crate::simd;

/// `out = norm(residual + noise(y + bias))`, row by row. Afterwards `y` holds the normalised rows (before gain and
/// bias), and `inverse` holds 1 / √(variance + ε) of each row.
pub(super) fn forward(
    out: &mut [f32],
    y: &mut [f32],
    inverse: &mut [f32],
    residual: &[f32],
    bias: &[f32],
    noise: Option<Noise>,
    norm: Norm<'_>,
    epsilon: f32,
) {
    let block = BLOCK * bias.len();
    let rows = out
        .par_chunks_mut(block)
        .zip(y.par_chunks_mut(block))
        .zip(inverse.par_chunks_mut(BLOCK))
        .zip(residual.par_chunks(block));
    rows.enumerate().for_each(|(at, (((out, y), inverse), residual))| {
        let first = (at * block) as u32;
        Arch::new().dispatch(Forward { out, y, inverse, residual, bias, noise, first, norm, epsilon });
    });
}

struct Forward<'a> {
    out: &'a mut [f32],
    y: &'a mut [f32],
    inverse: &'a mut [f32],
    residual: &'a [f32],
    bias: &'a [f32],
    noise: Option<Noise>,
    /// The place of the first value, for the noise.
    first: u32,
    norm: Norm<'a>,
    epsilon: f32,
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.bias.len();
        let rows = self.out.chunks_exact_mut(width).zip(self.y.chunks_exact_mut(width));
        let rows = rows.zip(self.inverse).zip(self.residual.chunks_exact(width));
        for (at, (((out, y), inverse), residual)) in rows.enumerate() {
            if let Some(noise) = self.noise {
                simd::update(
                    simd,
                    y,
                    [self.bias],
                    #[inline(always)]
                    |y, [bias]| simd.add_f32s(y, bias),
                );
                noise.apply(y, self.first.wrapping_add((at * width) as u32));
                simd::update(
                    simd,
                    y,
                    [residual],
                    #[inline(always)]
                    |y, [residual]| simd.add_f32s(y, residual),
                );
            } else {
                simd::update(
                    simd,
                    y,
                    [self.bias, residual],
                    #[inline(always)]
                    |y, [bias, residual]| simd.add_f32s(simd.add_f32s(y, bias), residual),
                );
            }
            *inverse = normalise_row(simd, y, self.epsilon);
            apply_row(simd, out, y, self.norm);
        }
    }
}

/// Takes the mean away and brings the variance to 1. Returns what by, 1 / √(variance + ε).
#[inline(always)]
fn normalise_row<S: Simd>(simd: S, y: &mut [f32], epsilon: f32) -> f32 {
    let width = y.len();
    let mean = simd.splat_f32s(
        simd::sum(
            simd,
            [y],
            #[inline(always)]
            |[y]| y,
        ) / width as f32,
    );
    simd::update(
        simd,
        y,
        [],
        #[inline(always)]
        |y, []| simd.sub_f32s(y, mean),
    );
    let variance = simd::sum(
        simd,
        [y],
        #[inline(always)]
        |[y]| simd.mul_f32s(y, y),
    ) / width as f32;
    let inverse = 1.0 / (variance + epsilon).sqrt();
    let scale = simd.splat_f32s(inverse);
    simd::update(
        simd,
        y,
        [],
        #[inline(always)]
        |y, []| simd.mul_f32s(y, scale),
    );
    inverse
}

/// `out = norm(x)`, row by row. Afterwards `y` holds the normalised rows, and `inverse` 1 / √(variance + ε) of each.
pub(super) fn plain(
    out: &mut [f32],
    y: &mut [f32],
    inverse: &mut [f32],
    x: &[f32],
    norm: Norm<'_>,
    epsilon: f32,
) {
    struct Plain<'a>(&'a mut [f32], &'a mut [f32], &'a mut [f32], Norm<'a>, f32);
    impl WithSimd for Plain<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let width = self.3.gain.len();
            let rows = self.0.chunks_exact_mut(width).zip(self.1.chunks_exact_mut(width)).zip(self.2);
            for ((out, y), inverse) in rows {
                *inverse = normalise_row(simd, y, self.4);
                apply_row(simd, out, y, self.3);
            }
        }
    }
    y.copy_from_slice(x);
    let block = BLOCK * norm.gain.len();
    let rows = out.par_chunks_mut(block).zip(y.par_chunks_mut(block)).zip(inverse.par_chunks_mut(BLOCK));
    rows.for_each(|((out, y), inverse)| Arch::new().dispatch(Plain(out, y, inverse, norm, epsilon)));
}

#[inline(always)]
fn apply_row<S: Simd>(simd: S, out: &mut [f32], normalised: &[f32], norm: Norm<'_>) {
    simd::update(
        simd,
        out,
        [normalised, norm.gain, norm.bias],
        #[inline(always)]
        |_, [x, gain, bias]| simd.mul_add_f32s(x, gain, bias),
    );
}

/// `out = normalised · gain + bias`, row by row.
pub(super) fn apply(out: &mut [f32], normalised: &[f32], norm: Norm<'_>) {
    struct Apply<'a>(&'a mut [f32], &'a [f32], Norm<'a>);
    impl WithSimd for Apply<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let width = self.2.gain.len();
            for (out, normalised) in self.0.chunks_exact_mut(width).zip(self.1.chunks_exact(width)) {
                apply_row(simd, out, normalised, self.2);
            }
        }
    }
    let block = BLOCK * norm.gain.len();
    let blocks = out.par_chunks_mut(block).zip(normalised.par_chunks(block));
    blocks.for_each(|(out, normalised)| Arch::new().dispatch(Apply(out, normalised, norm)));
}

/// The gradients of a norm's gain and bias.
pub(super) struct Parameters {
    pub gain: Vec<f32>,
    pub bias: Vec<f32>,
}

/// Turns the gradient of the norm's output into that of its input, which is the gradient of the residual too. With
/// noise, `noisy` becomes the gradient of the values before the noise.
///
/// ```text
/// g = grad · gain        grad = (g - mean(g) - x mean(g x)) / √(variance + ε)
/// ```
pub(super) fn backward(
    grad: &mut [f32],
    noisy: Option<(&mut [f32], Noise)>,
    normalised: &[f32],
    inverse: &[f32],
    gain: &[f32],
) -> Parameters {
    let width = gain.len();
    let block = BLOCK * width;
    let rows = grad.par_chunks_mut(block).zip(normalised.par_chunks(block)).zip(inverse.par_chunks(BLOCK));
    let work = |at: usize, noisy, grad, x, inverse| {
        let mut sums = vec![0.0; 2 * width];
        let (d_gain, d_bias) = sums.split_at_mut(width);
        let first = (at * block) as u32;
        Arch::new().dispatch(Backward { grad, noisy, first, x, inverse, gain, d_gain, d_bias });
        sums
    };
    let sums: Vec<Vec<f32>> = match noisy {
        None => rows.enumerate().map(|(at, ((grad, x), inverse))| work(at, None, grad, x, inverse)).collect(),
        Some((noisy, noise)) => rows
            .zip(noisy.par_chunks_mut(block))
            .enumerate()
            .map(|(at, (((grad, x), inverse), noisy))| work(at, Some((noisy, noise)), grad, x, inverse))
            .collect(),
    };
    let mut gain = total(sums, 2 * width);
    let bias = gain.split_off(width);
    Parameters { gain, bias }
}

struct Backward<'a> {
    grad: &'a mut [f32],
    noisy: Option<(&'a mut [f32], Noise)>,
    first: u32,
    x: &'a [f32],
    inverse: &'a [f32],
    gain: &'a [f32],
    d_gain: &'a mut [f32],
    d_bias: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let width = self.gain.len();
        let rows = self.grad.chunks_exact_mut(width).zip(self.x.chunks_exact(width)).zip(self.inverse);
        for (at, ((grad, x), &inverse)) in rows.enumerate() {
            simd::update(
                simd,
                self.d_gain,
                [grad, x],
                #[inline(always)]
                |sum, [grad, x]| simd.mul_add_f32s(grad, x, sum),
            );
            simd::update(
                simd,
                self.d_bias,
                [grad],
                #[inline(always)]
                |sum, [grad]| simd.add_f32s(sum, grad),
            );
            simd::update(
                simd,
                grad,
                [self.gain],
                #[inline(always)]
                |grad, [gain]| simd.mul_f32s(grad, gain),
            );
            let mean = simd::sum(
                simd,
                [grad],
                #[inline(always)]
                |[g]| g,
            ) / width as f32;
            let share = simd::sum(
                simd,
                [grad, x],
                #[inline(always)]
                |[g, x]| simd.mul_f32s(g, x),
            ) / width as f32;
            let (mean, share) = (simd.splat_f32s(mean), simd.splat_f32s(share));
            let scale = simd.splat_f32s(inverse);
            simd::update(
                simd,
                grad,
                [x],
                #[inline(always)]
                |g, [x]| simd.mul_f32s(simd.sub_f32s(simd.negate_mul_add_f32s(x, share, g), mean), scale),
            );
            if let Some((noisy, noise)) = &mut self.noisy {
                let noisy = &mut noisy[at * width..(at + 1) * width];
                noisy.copy_from_slice(grad);
                noise.apply(noisy, self.first.wrapping_add((at * width) as u32));
            }
        }
    }
}
