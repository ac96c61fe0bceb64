//! The vector kernels: products of a vector with a padded matrix, in two semirings, and `exp`.
//!
//! All are safe code over `pulp`, which picks the widest vectors of the machine at run time. Inlining is forced
//! because a kernel must be compiled inside the entry of each instruction set.

use pulp::Simd;

/// A matrix in padded rows, by which a vector is multiplied.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    /// `[rows, width]`.
    pub(crate) values: &'a [f64],
    pub(crate) width: usize,
}

/// `sum + x * y`, of probabilities; with `MAX`, of scores, the greater of `sum` and `x + y`.
#[inline(always)]
fn accumulate<S: Simd, const MAX: bool>(simd: S, x: S::f64s, y: S::f64s, sum: S::f64s) -> S::f64s {
    if MAX { simd.max_f64s(simd.add_f64s(x, y), sum) } else { simd.mul_add_f64s(x, y, sum) }
}

/// `x · matrix`: gives `finish` each vector of the result with its number. `x` has a value per row. With `MAX` the
/// product is not of sums of products (probabilities) but of maxima of sums (best scores).
#[inline(always)]
pub(crate) fn product<S: Simd, const MAX: bool>(
    simd: S,
    x: &[f64],
    matrix: Matrix<'_>,
    mut finish: impl FnMut(usize, S::f64s),
) {
    let vectors = matrix.width / S::F64_LANES;
    let values = S::as_simd_f64s(matrix.values).0;
    let mut at = 0;
    while at < vectors {
        // As many columns at once as keep both sums of each in registers.
        at += match vectors - at {
            1 => columns::<S, MAX, 1>(simd, x, values, vectors, at, &mut finish),
            2 => columns::<S, MAX, 2>(simd, x, values, vectors, at, &mut finish),
            3 => columns::<S, MAX, 3>(simd, x, values, vectors, at, &mut finish),
            _ => columns::<S, MAX, 4>(simd, x, values, vectors, at, &mut finish),
        };
    }
}

/// The part of [`product`] for `N` vectors of columns. Even and odd rows have sums of their own, which
/// halves the chain of dependent operations.
#[inline(always)]
fn columns<S: Simd, const MAX: bool, const N: usize>(
    simd: S,
    x: &[f64],
    values: &[S::f64s],
    vectors: usize,
    at: usize,
    finish: &mut impl FnMut(usize, S::f64s),
) -> usize {
    let mut even = [simd.splat_f64s(if MAX { f64::NEG_INFINITY } else { 0.0 }); N];
    let mut odd = even;
    let mut pairs = x.chunks_exact(2);
    let mut rows = values.chunks_exact(2 * vectors);
    for (pair, rows) in pairs.by_ref().zip(rows.by_ref()) {
        let (first, second) = (simd.splat_f64s(pair[0]), simd.splat_f64s(pair[1]));
        let (upper, lower) = (&rows[at..at + N], &rows[vectors + at..vectors + at + N]);
        for k in 0..N {
            even[k] = accumulate::<S, MAX>(simd, first, upper[k], even[k]);
            odd[k] = accumulate::<S, MAX>(simd, second, lower[k], odd[k]);
        }
    }
    if let [last] = pairs.remainder() {
        let (last, row) = (simd.splat_f64s(*last), &rows.remainder()[at..at + N]);
        for k in 0..N {
            even[k] = accumulate::<S, MAX>(simd, last, row[k], even[k]);
        }
    }
    for k in 0..N {
        let both = if MAX { simd.max_f64s(even[k], odd[k]) } else { simd.add_f64s(even[k], odd[k]) };
        finish(at + k, both);
    }
    N
}

/// `into[i, j] += weight · scale[i, j] · Σ_t x[t, i] · y[t, j]`, with `x` and `y` in rows of `width`,
/// for the first `rows` values of `i`.
#[inline(always)]
pub(crate) fn outer_products<S: Simd>(
    simd: S,
    x: &[f64],
    y: &[f64],
    rows: usize,
    scale: Matrix<'_>,
    weight: f64,
    into: &mut [f64],
) {
    let width = scale.width;
    let vectors = width / S::F64_LANES;
    let (y, scale) = (S::as_simd_f64s(y).0, S::as_simd_f64s(scale.values).0);
    let into = S::as_mut_simd_f64s(into).0;
    let weight = simd.splat_f64s(weight);
    let mut row = 0;
    while row < rows {
        let tall = if rows - row >= 4 { 4 } else { 1 };
        let mut at = 0;
        while at < vectors {
            let wide = (vectors - at).min(3);
            let mut finish = |i: usize, k: usize, sum: S::f64s| {
                let place = (row + i) * vectors + at + k;
                into[place] = simd.mul_add_f64s(simd.mul_f64s(weight, scale[place]), sum, into[place]);
            };
            match (tall, wide) {
                (4, 3) => block::<S, 4, 3>(simd, x, y, width, (row, at), &mut finish),
                (4, 2) => block::<S, 4, 2>(simd, x, y, width, (row, at), &mut finish),
                (4, _) => block::<S, 4, 1>(simd, x, y, width, (row, at), &mut finish),
                (_, 3) => block::<S, 1, 3>(simd, x, y, width, (row, at), &mut finish),
                (_, 2) => block::<S, 1, 2>(simd, x, y, width, (row, at), &mut finish),
                (_, _) => block::<S, 1, 1>(simd, x, y, width, (row, at), &mut finish),
            }
            at += wide;
        }
        row += tall;
    }
}

/// The sums of [`outer_products`] for `I` rows and `N` vectors of columns, kept in registers.
#[inline(always)]
fn block<S: Simd, const I: usize, const N: usize>(
    simd: S,
    x: &[f64],
    y: &[S::f64s],
    width: usize,
    (row, at): (usize, usize),
    finish: &mut impl FnMut(usize, usize, S::f64s),
) {
    let mut sums = [[simd.splat_f64s(0.0); N]; I];
    let vectors = width / S::F64_LANES;
    for (x, y) in x.chunks_exact(width).zip(y.chunks_exact(vectors)) {
        let (x, y) = (&x[row..row + I], &y[at..at + N]);
        for i in 0..I {
            let x = simd.splat_f64s(x[i]);
            for k in 0..N {
                sums[i][k] = simd.mul_add_f64s(x, y[k], sums[i][k]);
            }
        }
    }
    for (i, sums) in sums.iter().enumerate() {
        for (k, &sum) in sums.iter().enumerate() {
            finish(i, k, sum);
        }
    }
}

/// `e^x` for `x` in `[-700, 700]`, to a relative error of some 1e-15. Without a branch, so that a loop over
/// it becomes vector code.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    // x = n ln 2 + r with |r| <= ln 2 / 2: adding 1.5 * 2^52 rounds to a whole number, which then stands
    // in the lowest bits, where the exponent's bias joins it.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    const BIAS: u64 = 1023;
    const HIGH: f64 = 0.693_147_180_369_123_8;
    const LOW: f64 = 1.908_214_929_270_587_7e-10;
    // The series of e^r to the twelfth power: the rest is below 2e-16.
    const TERMS: [f64; 12] = [
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let shifted = x.mul_add(std::f64::consts::LOG2_E, SHIFT);
    let n = shifted - SHIFT;
    let r = n.mul_add(-LOW, n.mul_add(-HIGH, x));
    let power = f64::from_bits(shifted.to_bits().wrapping_add(BIAS) << 52);
    let mut sum = 1.0 / 479_001_600.0;
    for term in TERMS {
        sum = r.mul_add(sum, term);
    }
    sum * power
}
