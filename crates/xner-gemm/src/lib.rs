#![doc = include_str!("../README.md")]

mod ahead;
mod eight;

use gemm::Parallelism;

pub use ahead::fetch_ahead;
pub use eight::{Columns8, Level, MOST_INPUTS, Rows8};

/// A matrix in a slice, a view that costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    stride: (usize, usize),
}

impl<'a> Matrix<'a> {
    /// `rows` rows of `cols` values, one behind the other.
    ///
    /// # Panics
    /// When the slice is too short.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        Self::strided(data, rows, cols, cols)
    }

    /// `rows` rows of `cols` values, each `stride` values behind the one before.
    ///
    /// # Panics
    /// When the slice is too short, or rows overlap.
    pub fn strided(data: &'a [f32], rows: usize, cols: usize, stride: usize) -> Self {
        assert!(cols <= stride && fits(data.len(), rows, cols, stride), "matrix reaches past its slice");
        Self { data, rows, cols, stride: (stride, 1) }
    }

    /// The transpose, without moving anything.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { rows: self.cols, cols: self.rows, stride: (self.stride.1, self.stride.0), ..self }
    }

    /// The number of rows and of columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }
}

fn fits(len: usize, rows: usize, cols: usize, stride: usize) -> bool {
    rows == 0 || cols == 0 || (rows - 1) * stride + cols <= len
}

/// What a product does with what its output holds, and how many threads work on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Update {
    /// The factor of what `out` held before; with 0 it is not read.
    pub keep: f32,
    /// The factor of the product.
    pub scale: f32,
    /// Split the work over rayon's threads (the sums inside stay the same). For callers who have no
    /// independent products to run beside one another.
    pub threads: bool,
}

impl Default for Update {
    /// The product alone, on this thread.
    fn default() -> Self {
        Self { keep: 0.0, scale: 1.0, threads: false }
    }
}

/// `out = a b` (or `out += a b` when `accumulate`), where `out` has rows of `stride` values; one thread.
///
/// # Panics
/// When the shapes disagree.
pub fn product(out: &mut [f32], stride: usize, a: Matrix<'_>, b: Matrix<'_>, accumulate: bool) {
    let keep = if accumulate { 1.0 } else { 0.0 };
    product_into(out, stride, a, b, Update { keep, ..Update::default() });
}

/// `out = keep out + scale a b`, where `out` has rows of `stride` values.
///
/// # Panics
/// When the shapes disagree.
pub fn product_into(out: &mut [f32], stride: usize, a: Matrix<'_>, b: Matrix<'_>, how: Update) {
    let (m, n, k) = (a.rows, b.cols, a.cols);
    assert!(k == b.rows && n <= stride && fits(out.len(), m, n, stride), "shapes of a product disagree");
    if m == 0 || n == 0 {
        return;
    }
    #[allow(unsafe_code, reason = "the gemm crate takes pointers")]
    // SAFETY: the pointers come from live slices. `Matrix` checked on construction that every (i, j) it
    // describes lies in its slice, and the assertion above that all of m × n at `stride` lies in `out` and
    // that the inner dimensions agree; `out` is borrowed mutably, so it overlaps neither `a` nor `b`.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            stride as isize,
            how.keep != 0.0,
            a.data.as_ptr(),
            a.stride.1 as isize,
            a.stride.0 as isize,
            b.data.as_ptr(),
            b.stride.1 as isize,
            b.stride.0 as isize,
            how.keep,
            how.scale,
            false,
            false,
            false,
            if how.threads { Parallelism::Rayon(0) } else { Parallelism::None },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_definition(
            m in 0usize..9, n in 0usize..20, k in 0usize..9, pad in 0usize..3,
            flip in any::<[bool; 2]>(), keep in 0u8..3, scale in 1u8..3, threads in any::<bool>(), seed in any::<u32>(),
        ) {
            let value = |i: usize| (((i as u32).wrapping_mul(2_654_435_761) ^ seed) % 17) as f32 - 8.0;
            let a: Vec<f32> = (0..m * k).map(value).collect();
            let b: Vec<f32> = (0..k * n).map(|i| value(i + 1000)).collect();
            let stride = n + pad;
            let mut out: Vec<f32> = (0..m * stride).map(|i| value(i + 2000)).collect();
            let mut want = out.clone();
            let at = |i: usize, p: usize| if flip[0] { a[p * m + i] } else { a[i * k + p] };
            let bt = |p: usize, j: usize| if flip[1] { b[j * k + p] } else { b[p * n + j] };
            for i in 0..m {
                for j in 0..n {
                    let sum: f32 = (0..k).map(|p| at(i, p) * bt(p, j)).sum();
                    let at = &mut want[i * stride + j];
                    *at = f32::from(scale) * sum + f32::from(keep) * *at;
                }
            }
            let ma = if flip[0] { Matrix::new(&a, k, m).transposed() } else { Matrix::new(&a, m, k) };
            let mb = if flip[1] { Matrix::new(&b, n, k).transposed() } else { Matrix::new(&b, k, n) };
            let how = Update { keep: keep.into(), scale: scale.into(), threads };
            product_into(&mut out, stride, ma, mb, how);
            prop_assert_eq!(out, want);
        }
    }
}
