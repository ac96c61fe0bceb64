//! Work on blocks of rows, and sums over them.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::super::noise::Noise;
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

/// `out = residual + noise(out + bias)`, row by row.
pub(super) fn add_residual(out: &mut [f32], residual: &[f32], bias: &[f32], noise: Option<Noise>) {
    struct Add<'a>(&'a mut [f32], &'a [f32], &'a [f32], Option<Noise>, u32);
    impl WithSimd for Add<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let width = self.2.len();
            let rows = self.0.chunks_exact_mut(width).zip(self.1.chunks_exact(width));
            for (at, (out, residual)) in rows.enumerate() {
                simd::update(
                    simd,
                    out,
                    [self.2],
                    #[inline(always)]
                    |x, [bias]| simd.add_f32s(x, bias),
                );
                if let Some(noise) = self.3 {
                    noise.apply(out, self.4.wrapping_add((at * width) as u32));
                }
                simd::update(
                    simd,
                    out,
                    [residual],
                    #[inline(always)]
                    |x, [residual]| simd.add_f32s(x, residual),
                );
            }
        }
    }
    let block = BLOCK * bias.len();
    out.par_chunks_mut(block).zip(residual.par_chunks(block)).enumerate().for_each(
        |(at, (out, residual))| {
            Arch::new().dispatch(Add(out, residual, bias, noise, (at * block) as u32));
        },
    );
}

/// Multiplies values by their noise's factors, if there is noise.
pub(super) fn drop_some(values: &mut [f32], noise: Option<Noise>) {
    struct Drop<'a>(&'a mut [f32], Noise, u32);
    impl WithSimd for Drop<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) {
            self.1.apply(self.0, self.2);
        }
    }
    const VALUES: usize = BLOCK * 1024;
    let Some(noise) = noise else { return };
    values.par_chunks_mut(VALUES).enumerate().for_each(|(at, values)| {
        Arch::new().dispatch(Drop(values, noise, (at * VALUES) as u32));
    });
}

/// `out += values`
pub(super) fn add(out: &mut [f32], values: &[f32]) {
    out.par_iter_mut().with_min_len(BLOCK * 256).zip(values).for_each(|(out, x)| *out += x);
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
