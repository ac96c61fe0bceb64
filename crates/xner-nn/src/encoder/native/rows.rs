//! Work on blocks of rows, and sums over them.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::simd;

/// Rows of a block. A block of a wide matrix stays in the cache of its core. Sums over rows are formed block by block,
/// so they do not depend on the number of threads.
pub(super) const BLOCK: usize = 64;

/// Adds a bias to every row.
pub(super) fn add_bias(rows: &mut [f32], bias: &[f32]) {
    struct Add<'a>(&'a mut [f32], &'a [f32]);
    impl WithSimd for Add<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for row in self.0.chunks_exact_mut(self.1.len()) {
                simd::update(
                    simd,
                    row,
                    [self.1],
                    #[inline(always)]
                    |x, [bias]| simd.add_f32s(x, bias),
                );
            }
        }
    }
    rows.par_chunks_mut(BLOCK * bias.len()).for_each(|block| Arch::new().dispatch(Add(block, bias)));
}

/// The sum of all rows of `width` columns.
pub(super) fn column_sums(rows: &[f32], width: usize) -> Vec<f32> {
    struct Sum<'a>(&'a mut [f32], &'a [f32]);
    impl WithSimd for Sum<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for row in self.1.chunks_exact(self.0.len()) {
                simd::update(
                    simd,
                    self.0,
                    [row],
                    #[inline(always)]
                    |sum, [x]| simd.add_f32s(sum, x),
                );
            }
        }
    }
    let sums = |block: &[f32]| {
        let mut sums = vec![0.0; width];
        Arch::new().dispatch(Sum(&mut sums, block));
        sums
    };
    total(rows.par_chunks(BLOCK * width).map(sums).collect(), width)
}

/// The sum of the blocks' sums, block by block.
pub(super) fn total(blocks: Vec<Vec<f32>>, width: usize) -> Vec<f32> {
    let mut total = vec![0.0; width];
    for block in blocks {
        total.iter_mut().zip(block).for_each(|(sum, x)| *sum += x);
    }
    total
}
