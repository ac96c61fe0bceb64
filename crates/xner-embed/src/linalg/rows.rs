//! Products of word vectors: single precision in blocks, added in double precision.

use rayon::prelude::*;
use xner_gemm::{Matrix as View, Update, product_into};

use super::Matrix;
use crate::Rows;

/// Rows that are multiplied in single precision before their sum goes to double precision.
const BLOCK: usize = 128;
/// Blocks whose sums are held at once.
const WAVE: usize = 32;
/// Rows that one thread maps at a time.
const MAPPED: usize = 512;

/// `Xᵀ Z` over `pairs` of rows, `[x.dim, z.dim]`: the sum of `x_iᵀ z_j` over all pairs `(i, j)`.
///
/// ```
/// use xner_embed::{Rows, linalg::cross};
///
/// let (x, z) = ([1.0, 0.0, 0.0, 2.0], [3.0, 4.0]);
/// let sum = cross(Rows::new(&x, 2), Rows::new(&z, 2), &[(1, 0)]);
/// assert_eq!(sum.data(), [0.0, 0.0, 6.0, 8.0]);
/// ```
///
/// # Panics
/// When a pair names a row that does not exist.
pub fn cross(x: Rows<'_>, z: Rows<'_>, pairs: &[(u32, u32)]) -> Matrix {
    let gather = |block: usize| {
        let pairs = &pairs[block * BLOCK..pairs.len().min((block + 1) * BLOCK)];
        let left = pairs.iter().flat_map(|&(i, _)| x.row(i as usize)).copied().collect();
        let right = pairs.iter().flat_map(|&(_, j)| z.row(j as usize)).copied().collect();
        (left, right)
    };
    blocked(pairs.len(), x.dim(), z.dim(), gather)
}

/// `Xᵀ X`, `[dim, dim]`.
pub fn gram(x: Rows<'_>) -> Matrix {
    scatter(x, &vec![0.0; x.dim()])
}

/// `(X − 1 m)ᵀ (X − 1 m)` for a row `m`, `[dim, dim]`; with the mean of `x` this is the covariance times the number
/// of rows.
///
/// # Panics
/// When `mean` has not `dim` numbers.
pub fn scatter(x: Rows<'_>, mean: &[f32]) -> Matrix {
    let dim = x.dim();
    assert_eq!(mean.len(), dim, "one mean for each dimension");
    let gather = |block: usize| {
        let rows = &x.data()[block * BLOCK * dim..x.data().len().min((block + 1) * BLOCK * dim)];
        let block: Vec<f32> =
            rows.chunks_exact(dim).flat_map(|row| row.iter().zip(mean).map(|(x, m)| x - m)).collect();
        (block.clone(), block)
    };
    blocked(x.len(), dim, dim, gather)
}

/// The sum of the products `leftᵀ right` of all blocks of `count` rows, in the order of the blocks.
fn blocked(
    count: usize,
    rows: usize,
    cols: usize,
    gather: impl Fn(usize) -> (Vec<f32>, Vec<f32>) + Sync,
) -> Matrix {
    let mut sum = Matrix::zeros(rows, cols);
    let blocks: Vec<usize> = (0..count.div_ceil(BLOCK)).collect();
    for wave in blocks.chunks(WAVE) {
        let products: Vec<Vec<f32>> = wave
            .par_iter()
            .map(|&block| {
                let (left, right) = gather(block);
                let height = left.len() / rows;
                let mut out = vec![0.0; rows * cols];
                let (left, right) = (View::new(&left, height, rows), View::new(&right, height, cols));
                product_into(&mut out, cols, left.transposed(), right, Update::default());
                out
            })
            .collect();
        for product in products {
            sum.data_mut().iter_mut().zip(&product).for_each(|(sum, &x)| *sum += f64::from(x));
        }
    }
    sum
}

/// `x W`, `[x.len, w.cols]` row by row, in single precision on all threads.
///
/// # Panics
/// When `w` has not as many rows as `x` has dimensions.
pub fn apply(x: Rows<'_>, w: &Matrix) -> Vec<f32> {
    assert_eq!(x.dim(), w.rows(), "vectors of {} dimensions by a matrix of {} rows", x.dim(), w.rows());
    let (factor, cols) = (w.to_f32(), w.cols());
    let mut out = vec![0.0; x.len() * cols];
    if cols > 0 {
        let blocks = out.par_chunks_mut(MAPPED * cols).zip(x.data().par_chunks(MAPPED * x.dim()));
        blocks.for_each(|(out, x_block)| {
            let block = View::new(x_block, x_block.len() / x.dim(), x.dim());
            product_into(out, cols, block, View::new(&factor, x.dim(), cols), Update::default());
        });
    }
    out
}
