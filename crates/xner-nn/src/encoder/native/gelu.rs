//! The exact GELU, `x Φ(x)`, where Φ is the standard normal distribution.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::rows::BLOCK;
use crate::simd;

/// Φ(x) and the density φ(x).
///
/// By Abramowitz and Stegun 7.1.26: for x below 0, Φ(x) = ½ t (a₁ + t (a₂ + …)) e^(-x²/2) with
/// t = 1 / (1 + p |x| / √2). The error is below 1e-7. In the tail no near numbers are subtracted, and value and
/// gradient share the exponential.
#[inline(always)]
fn normal<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let s = |value| simd.splat_f32s(value);
    let t =
        simd.div_f32s(s(1.0), simd.mul_add_f32s(simd.abs_f32s(x), s(0.327_591_1 * FRAC_1_SQRT_2), s(1.0)));
    let mut p = s(0.5 * 1.061_405_4);
    for a in [-1.453_152_1, 1.421_413_8, -0.284_496_72, 0.254_829_6] {
        p = simd.mul_add_f32s(p, t, s(0.5 * a));
    }
    let e = simd::exp(simd, simd.mul_f32s(simd.mul_f32s(x, x), s(-0.5)));
    let tail = simd.mul_f32s(simd.mul_f32s(p, t), e);
    let below = simd.less_than_f32s(x, s(0.0));
    (simd.select_f32s(below, tail, simd.sub_f32s(s(1.0), tail)), simd.mul_f32s(e, s(DENSITY_0)))
}

use std::f32::consts::FRAC_1_SQRT_2;

/// φ(0) = 1 / √(2π)
const DENSITY_0: f32 = 0.398_942_3;

/// gelu(x)
#[inline(always)]
pub(super) fn value<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    simd.mul_f32s(x, normal(simd, x).0)
}

/// The slope of gelu(x), `Φ(x) + x φ(x)`.
#[inline(always)]
pub(super) fn slope<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let (distribution, density) = normal(simd, x);
    simd.mul_add_f32s(x, density, distribution)
}

/// `out = gelu(x + bias)`, where `x` keeps the sum.
pub(super) fn with_bias(out: &mut [f32], x: &mut [f32], bias: &[f32]) {
    struct Gelu<'a>(&'a mut [f32], &'a mut [f32], &'a [f32]);
    impl WithSimd for Gelu<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let width = self.2.len();
            for (out, x) in self.0.chunks_exact_mut(width).zip(self.1.chunks_exact_mut(width)) {
                simd::update(
                    simd,
                    x,
                    [self.2],
                    #[inline(always)]
                    |x, [bias]| simd.add_f32s(x, bias),
                );
                simd::update(
                    simd,
                    out,
                    [x],
                    #[inline(always)]
                    |_, [x]| value(simd, x),
                );
            }
        }
    }
    let block = BLOCK * bias.len();
    let blocks = out.par_chunks_mut(block).zip(x.par_chunks_mut(block));
    blocks.for_each(|(out, x)| Arch::new().dispatch(Gelu(out, x, bias)));
}

/// `x = gelu(x + bias)`
pub(super) fn in_place(x: &mut [f32], bias: &[f32]) {
    struct Gelu<'a>(&'a mut [f32], &'a [f32]);
    impl WithSimd for Gelu<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for row in self.0.chunks_exact_mut(self.1.len()) {
                simd::update(
                    simd,
                    row,
                    [self.1],
                    #[inline(always)]
                    |x, [bias]| value(simd, simd.add_f32s(x, bias)),
                );
            }
        }
    }
    x.par_chunks_mut(BLOCK * bias.len()).for_each(|block| Arch::new().dispatch(Gelu(block, bias)));
}

/// Turns the gradient of gelu(x) into that of x, which is times `Φ(x) + x φ(x)`, and writes gelu(x) to `out`.
pub(super) fn backward(grad: &mut [f32], out: &mut [f32], x: &[f32]) {
    struct Gelu<'a>(&'a mut [f32], &'a mut [f32], &'a [f32]);
    impl WithSimd for Gelu<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            simd::update_two(
                simd,
                self.0,
                self.1,
                self.2,
                #[inline(always)]
                |grad, x| {
                    let (distribution, density) = normal(simd, x);
                    let slope = simd.mul_add_f32s(x, density, distribution);
                    (simd.mul_f32s(grad, slope), simd.mul_f32s(x, distribution))
                },
            );
        }
    }
    // About as large as a block of rows elsewhere.
    const VALUES: usize = BLOCK * 1024;
    let blocks = grad.par_chunks_mut(VALUES).zip(out.par_chunks_mut(VALUES)).zip(x.par_chunks(VALUES));
    blocks.for_each(|((grad, out), x)| Arch::new().dispatch(Gelu(grad, out, x)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Φ by its series, for |x| below 6, in double precision.
    fn truth(x: f64) -> f64 {
        let (mut term, mut sum, mut n) = (x, x, 1.0);
        while term.abs() > 1e-18 {
            term *= x * x / (n + 2.0);
            n += 2.0;
            sum += term;
        }
        0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    #[test]
    fn value_and_slope_agree_with_the_series() {
        let xs: Vec<f32> = (-550..=550).map(|at| at as f32 * 0.01 + 0.003).collect();
        let (mut grad, mut out) = (vec![2.0; xs.len()], vec![0.0; xs.len()]);
        backward(&mut grad, &mut out, &xs);
        let mut placed: Vec<f32> = xs.iter().map(|x| x - 0.25).collect();
        for row in placed.chunks_exact_mut(1) {
            in_place(row, &[0.25]);
        }
        for (at, &x) in xs.iter().enumerate() {
            let wide = f64::from(x);
            let density = (-wide * wide / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let value = wide * truth(wide);
            assert!((f64::from(out[at]) - value).abs() < 5e-7 * wide.abs().max(1.0), "{x}: {}", out[at]);
            assert!((f64::from(placed[at]) - value).abs() < 1e-6, "{x}: {}", placed[at]);
            let slope = 2.0 * (truth(wide) + wide * density);
            assert!((f64::from(grad[at]) - slope).abs() < 2e-6, "{x}: {} and {slope}", grad[at]);
        }
    }

    #[test]
    fn far_out_it_is_zero_or_the_value_itself() {
        for (x, want) in [(-1e4, 0.0), (1e4, 1e4), (-40.0, 0.0), (40.0, 40.0), (0.0, 0.0)] {
            let mut value = [x];
            in_place(&mut value, &[0.0]);
            assert!((value[0] - want).abs() < 1e-20, "{x}: {}", value[0]);
        }
        let mut value = [f32::NAN];
        in_place(&mut value, &[0.0]);
        assert!(value[0].is_nan());
    }
}
