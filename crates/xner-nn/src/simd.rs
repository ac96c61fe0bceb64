//! Vector functions that a recurrent cell needs, over `pulp`'s lanes.

use pulp::Simd;

/// e^x for x in [-87, 88], and the value at the nearer end outside. The relative error is below 3e-7 and grows by
/// 1e-7 |x|: no matter where e^x then decides how far an activation is from its limit.
#[inline(always)]
pub(crate) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let s = |value| simd.splat_f32s(value);
    let x = at_most(simd, x, 88.0);
    let x = simd.select_f32s(simd.less_than_f32s(x, s(-87.0)), s(-87.0), x);
    // e^x = 2^(n + r): adding 1.5 * 2^23 rounds x / ln 2 to the integer n and leaves n in the low bits.
    let shifter = s(12_582_912.0);
    let scaled = simd.mul_f32s(x, s(std::f32::consts::LOG2_E));
    let shifted = simd.add_f32s(scaled, shifter);
    let r = simd.sub_f32s(scaled, simd.sub_f32s(shifted, shifter));
    // 2^r on [-1/2, 1/2] by a polynomial through its Chebyshev points.
    let mut p = s(POWER_OF_TWO[0]);
    for &c in &POWER_OF_TWO[1..] {
        p = simd.mul_add_f32s(p, r, s(c));
    }
    // 2^n by adding n to the exponent bits.
    let bits = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(p), bits))
}

/// The coefficients of 2^r on [-1/2, 1/2], highest power first; the last is 1, so that 2^0 and tanh 0 are exact.
#[allow(clippy::approx_constant, reason = "the fit puts the second coefficient beside ln 2, not on it")]
const POWER_OF_TWO: [f32; 6] = [0.001_339_086_3, 0.009_676_032, 0.055_503_57, 0.240_221_07, 0.693_147_2, 1.0];

/// 1 / (1 + e^-x).
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    let e = exp(simd, simd.neg_f32s(x));
    simd.div_f32s(one, simd.add_f32s(one, e))
}

/// tanh x = 2 / (1 + e^-2x) - 1, absolute error below 3e-7.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let e = exp(simd, simd.mul_f32s(x, simd.splat_f32s(-2.0)));
    let one = simd.splat_f32s(1.0);
    simd.sub_f32s(simd.div_f32s(simd.splat_f32s(2.0), simd.add_f32s(one, e)), one)
}

/// σ(gate) tanh(x) with one division: (1 - e^-2x) / ((1 + e^-2x) (1 + e^-gate)), absolute error below 3e-7.
#[inline(always)]
pub(crate) fn gated<S: Simd>(simd: S, gate: S::f32s, x: S::f32s) -> S::f32s {
    let one = simd.splat_f32s(1.0);
    // The bounds keep the product finite; there, tanh is -1 to the last bit and σ below 1e-20.
    let e_x = exp(simd, simd.mul_f32s(x, simd.splat_f32s(-2.0)));
    let e_x = at_most(simd, e_x, 1e17);
    let e_gate = at_most(simd, exp(simd, simd.neg_f32s(gate)), 1e20);
    simd.div_f32s(simd.sub_f32s(one, e_x), simd.mul_f32s(simd.add_f32s(one, e_x), simd.add_f32s(one, e_gate)))
}

/// The smaller of `x` and `bound`. A NaN in `x` stays one, as it does not in every instruction set's minimum.
#[inline(always)]
fn at_most<S: Simd>(simd: S, x: S::f32s, bound: f32) -> S::f32s {
    let bound = simd.splat_f32s(bound);
    simd.select_f32s(simd.greater_than_f32s(x, bound), bound, x)
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

/// Sets each value of `out` to a function of itself and of the values at its place.
///
/// # Panics
/// When the slices' lengths differ.
#[inline(always)]
pub(crate) fn update<S: Simd, const N: usize>(
    simd: S,
    out: &mut [f32],
    inputs: [&[f32]; N],
    f: impl Fn(S::f32s, [S::f32s; N]) -> S::f32s,
) {
    assert!(inputs.iter().all(|input| input.len() == out.len()), "slices of one length");
    let (registers, rest) = S::as_mut_simd_f32s(out);
    let inputs = inputs.map(S::as_simd_f32s);
    for (at, register) in registers.iter_mut().enumerate() {
        *register = f(*register, inputs.map(|(input, _)| input[at]));
    }
    if !rest.is_empty() {
        let value = f(simd.partial_load_f32s(rest), inputs.map(|(_, rest)| simd.partial_load_f32s(rest)));
        simd.partial_store_f32s(rest, value);
    }
}

/// Sets each value of `a` and of `b` to the two results of a function of `a` and `x`.
///
/// # Panics
/// When the slices' lengths differ.
#[inline(always)]
pub(crate) fn update_two<S: Simd>(
    simd: S,
    a: &mut [f32],
    b: &mut [f32],
    x: &[f32],
    f: impl Fn(S::f32s, S::f32s) -> (S::f32s, S::f32s),
) {
    assert!(a.len() == b.len() && a.len() == x.len(), "slices of one length");
    let ((a, a_rest), (b, b_rest)) = (S::as_mut_simd_f32s(a), S::as_mut_simd_f32s(b));
    let (x, x_rest) = S::as_simd_f32s(x);
    for ((a, b), &x) in a.iter_mut().zip(b).zip(x) {
        (*a, *b) = f(*a, x);
    }
    if !a_rest.is_empty() {
        let (first, second) = f(simd.partial_load_f32s(a_rest), simd.partial_load_f32s(x_rest));
        simd.partial_store_f32s(a_rest, first);
        simd.partial_store_f32s(b_rest, second);
    }
}

/// The greatest value; negative infinity where there is none.
#[inline(always)]
pub(crate) fn most<S: Simd>(simd: S, values: &[f32]) -> f32 {
    let (registers, rest) = S::as_simd_f32s(values);
    let start = simd.splat_f32s(f32::NEG_INFINITY);
    let most = registers.iter().fold(start, |most, &x| simd.max_f32s(most, x));
    rest.iter().copied().fold(simd.reduce_max_f32s(most), f32::max)
}

/// The sum of a function that is 0 where all its arguments are.
///
/// # Panics
/// When the slices' lengths differ.
#[inline(always)]
pub(crate) fn sum<S: Simd, const N: usize>(
    simd: S,
    inputs: [&[f32]; N],
    f: impl Fn([S::f32s; N]) -> S::f32s,
) -> f32 {
    let len = inputs.first().map_or(0, |input| input.len());
    assert!(inputs.iter().all(|input| input.len() == len), "slices of one length");
    let split = inputs.map(S::as_simd_f32s);
    let registers = split.first().map_or(0, |(registers, _)| registers.len());
    // Two sums: an addition takes longer than a load.
    let mut sums = [simd.splat_f32s(0.0); 2];
    for at in 0..registers {
        let value = f(split.map(|(registers, _)| registers[at]));
        sums[at % 2] = simd.add_f32s(sums[at % 2], value);
    }
    if len > registers * S::F32_LANES {
        sums[0] = simd.add_f32s(sums[0], f(split.map(|(_, rest)| simd.partial_load_f32s(rest))));
    }
    simd.reduce_sum_f32s(simd.add_f32s(sums[0], sums[1]))
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
                    2 => tanh(simd, x),
                    // The second argument: the first, turned round and stretched.
                    _ => gated(simd, x, simd.mul_f32s(x, simd.splat_f32s(-0.37))),
                };
                store(simd, y, value);
            }
        }
    }

    fn truth(which: u8, x: f64) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        match which {
            0 => x.exp(),
            1 => sigmoid(x),
            2 => x.tanh(),
            _ => sigmoid(x) * (-0.37_f32 as f64 * x).tanh(),
        }
    }

    #[test]
    fn functions_agree_with_double_precision() {
        let xs: Vec<f32> = (-8700..=8800).map(|i| i as f32 * 0.01 + 0.001).collect();
        let mut ys = vec![0.0; xs.len()];
        for which in 0..4 {
            pulp::Arch::new().dispatch(Map(&xs, &mut ys, which));
            for (&x, &y) in xs.iter().zip(&ys) {
                if !(-86.9..87.9).contains(&x) {
                    continue;
                }
                let want = truth(which, f64::from(x));
                let bound = if which == 0 { want * (3e-7 + 1e-7 * f64::from(x.abs())) } else { 3e-7 };
                let error = (f64::from(y) - want).abs();
                assert!(error < bound, "function {which} at {x}: {y} instead of {want}, error {error}");
            }
        }
        assert_eq!(one(2, 0.0, false).to_bits(), 0, "tanh 0 is exactly 0");
    }

    /// Without vector instructions, or with the best that this machine has.
    fn one(which: u8, x: f32, scalar: bool) -> f32 {
        let mut y = [0.0];
        if scalar {
            pulp::WithSimd::with_simd(Map(&[x], &mut y, which), pulp::Scalar);
        } else {
            pulp::Arch::new().dispatch(Map(&[x], &mut y, which));
        }
        y[0]
    }

    #[test]
    fn far_out_is_finite_and_a_nan_stays() {
        for (which, scalar) in (0..4).flat_map(|which| [(which, true), (which, false)]) {
            for x in [-1e30, 1e30, f32::NEG_INFINITY, f32::INFINITY] {
                let y = one(which, x, scalar);
                assert!(y.is_finite(), "function {which} at {x}, scalar {scalar}: {y}");
            }
            assert!(one(which, f32::NAN, scalar).is_nan(), "function {which} of NaN, scalar {scalar}");
        }
    }
}
