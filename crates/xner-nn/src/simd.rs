//! Vector functions that a recurrent cell needs, over `pulp`'s lanes.

use pulp::Simd;

/// e^x for x in about [-87, 88], relative error below 2e-7; outside, the value at the nearer end.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let s = |value| simd.splat_f32s(value);
    // The bounds stand first so that a NaN in `x` stays one.
    let x = simd.min_f32s(s(88.0), simd.max_f32s(s(-87.0), x));
    // x = n ln 2 + r: adding 1.5 * 2^23 rounds x / ln 2 to the integer n and leaves n in the low bits.
    let shifter = s(12_582_912.0);
    let shifted = simd.mul_add_f32s(x, s(std::f32::consts::LOG2_E), shifter);
    let n = simd.sub_f32s(shifted, shifter);
    let r = simd.mul_add_f32s(n, s(-0.693_359_4), x);
    let r = simd.mul_add_f32s(n, s(2.121_944_4e-4), r);
    // e^r by its minimax polynomial on [-ln 2 / 2, ln 2 / 2].
    let mut p = s(1.987_569_1e-4);
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_66, 0.5] {
        p = simd.mul_add_f32s(p, r, s(c));
    }
    let p = simd.add_f32s(simd.mul_add_f32s(p, simd.mul_f32s(r, r), r), s(1.0));
    // 2^n by adding n to the exponent bits.
    let bits = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(p), bits))
}

/// 1 / (1 + e^-x).
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let e = exp(simd, simd.neg_f32s(x));
    simd.div_f32s(one, simd.add_f32s(one, e))
}

/// tanh x = 2 / (1 + e^-2x) - 1, absolute error below 2e-7.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let e = exp(simd, simd.mul_f32s(x, simd.splat_f32s(-2.0)));
    let one = simd.splat_f32s(1.0);
    simd.sub_f32s(simd.div_f32s(simd.splat_f32s(2.0), simd.add_f32s(one, e)), one)
}

/// Loads at most one register from the head of `slice`; lanes beyond the slice are zero.
#[inline(always)]
pub(crate) fn load<S: Simd>(simd: S, slice: &[f32]) -> S::f32s {
    let (whole, rest) = S::as_simd_f32s(slice);
    match whole.first() {
        Some(&register) => register,
        None => simd.partial_load_f32s(rest),
    }
}

/// Stores to at most one register's worth of the head of `slice`.
#[inline(always)]
pub(crate) fn store<S: Simd>(simd: S, slice: &mut [f32], value: S::f32s) {
    let (whole, rest) = S::as_mut_simd_f32s(slice);
    match whole.first_mut() {
        Some(register) => *register = value,
        None => simd.partial_store_f32s(rest, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Map<'a>(&'a [f32], &'a mut [f32], u8);
    impl pulp::WithSimd for Map<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for (x, y) in self.0.chunks(S::F32_LANES).zip(self.1.chunks_mut(S::F32_LANES)) {
                let x = load(simd, x);
                let value = match self.2 {
                    0 => exp(simd, x),
                    1 => sigmoid(simd, x),
                    _ => tanh(simd, x),
                };
                store(simd, y, value);
            }
        }
    }

    #[test]
    fn functions_agree_with_double_precision() {
        let xs: Vec<f32> = (-8700..=8800).map(|i| i as f32 * 0.01 + 0.001).collect();
        let mut ys = vec![0.0; xs.len()];
        for (which, truth, relative) in [
            (0, f64::exp as fn(f64) -> f64, true),
            (1, |x| 1.0 / (1.0 + (-x).exp()), true),
            (2, f64::tanh, false),
        ] {
            pulp::Arch::new().dispatch(Map(&xs, &mut ys, which));
            for (&x, &y) in xs.iter().zip(&ys) {
                if !(-86.9..87.9).contains(&x) {
                    continue;
                }
                let want = truth(f64::from(x));
                let error = (f64::from(y) - want).abs() / if relative { want } else { 1.0 };
                assert!(error < 3e-7, "function {which} at {x}: {y} instead of {want}, error {error}");
            }
        }
        for which in 0..3 {
            let (low, high) = (-1e30, 1e30);
            pulp::Arch::new().dispatch(Map(&[low, high], &mut ys[..2], which));
            assert!(
                ys[..2].iter().all(|y| y.is_finite()),
                "function {which} is finite far out: {:?}",
                &ys[..2]
            );
        }
    }
}
