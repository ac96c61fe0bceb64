//! Products with weights in 8 bits, for tagging: the inputs are quantised row by row as they come.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use xner_gemm::{Columns8, Rows8};

use super::super::MatrixRows;
use super::packed::{Finish, parts};
use super::{Dense, gelu};
use crate::simd;

/// A dense layer's weights in 8 bits, and its bias in 32.
pub(in super::super) struct Eight {
    weights: Columns8,
    bias: Vec<f32>,
    zeros: Vec<f32>,
}

impl Eight {
    pub(super) fn new(layer: Dense<'_>) -> Self {
        let outputs = layer.outputs();
        let weights = Columns8::quantise(layer.weight, outputs);
        Self { weights, bias: layer.bias.to_vec(), zeros: vec![0.0; outputs] }
    }

    pub(super) fn of(matrix: &MatrixRows, bias: &[f32]) -> Self {
        assert_eq!(matrix.scales.len(), bias.len(), "a scale and a bias for each output");
        let weights = Columns8::from_quantised(&matrix.values, &matrix.scales);
        Self { weights, bias: bias.to_vec(), zeros: vec![0.0; bias.len()] }
    }

    pub(super) fn bias(&self) -> &[f32] {
        &self.bias
    }

    pub(super) fn weights(&self) -> Vec<f32> {
        self.weights.values()
    }

    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// As `Packed::product`.
    pub(super) fn product(&self, out: &mut [f32], x: &[f32], finish: Finish, shares: usize) {
        let outputs = self.outputs();
        let bias = if finish == Finish::Sum { &self.zeros } else { &self.bias };
        let x = Rows8::new(x, self.weights.inputs());
        let (width, work) = parts(out, outputs, Columns8::PANEL, shares);
        work.into_par_iter().enumerate().for_each(|(share, mut out)| {
            self.weights.product(&mut out, share * width, &x, 0, bias);
            if finish == Finish::Gelu {
                Arch::new().dispatch(Gelu(&mut out));
            }
        });
    }
}

struct Gelu<'a, 'b>(&'a mut [&'b mut [f32]]);

impl WithSimd for Gelu<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for row in self.0 {
            simd::update(
                simd,
                row,
                [],
                #[inline(always)]
                |x, []| gelu::value(simd, x),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values between -1 and 1.
    fn values(count: usize, by: u32) -> Vec<f32> {
        (0..count as u32).map(|at| ((at.wrapping_mul(by) >> 8) % 2000) as f32 / 1000.0 - 1.0).collect()
    }

    #[test]
    fn is_near_the_product_in_32_bits() {
        let (rows, inputs, outputs) = (19, 96, 130);
        let (x, weight) = (values(rows * inputs, 2_654_435_761), values(inputs * outputs, 2_246_822_519));
        let bias = values(outputs, 3_266_489_917);
        let layer = Dense { weight: &weight, bias: &bias };
        let (eight, full) = (Eight::new(layer), super::super::packed::Packed::new(layer));
        for finish in [Finish::Sum, Finish::Bias, Finish::Gelu] {
            let [mut found, mut want] = [(); 2].map(|()| vec![0.0; rows * outputs]);
            eight.product(&mut found, &x, finish, 2);
            full.product(&mut want, &x, finish, 1);
            let worst = found.iter().zip(&want).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
            // A value is off by 1/254 at most, on both sides, and 96 of them add up as a random walk.
            assert!(worst < 0.15 && worst > 0.0, "{finish:?}: {worst}");
            let mut again = vec![0.0; rows * outputs];
            eight.product(&mut again, &x, finish, 1);
            assert_eq!(again, found, "however the columns are shared");
        }
    }
}
