//! Products with weights that were put in order beforehand, for tagging.
//!
//! A general product puts its factors in order at each call. With few rows to multiply it reads the weights in long
//! strides instead, and then the time of a sentence goes to waiting for memory. Here the weights lie in panels of some
//! columns, input behind input, and are read straight on. Bias and activation are applied before a sum leaves the
//! registers.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use xner_gemm::fetch_ahead;

use super::{Dense, gelu};

/// Columns of a panel: three of the longest vectors.
const PANEL: usize = 48;
/// Vectors multiplied at a time where there are 32 registers, with 8 rows; and with 4 rows where there are 16.
const VECTORS: usize = 3;
/// Inputs summed up before the next rows' turn: the rows' part of them stays in the first-level cache.
const DEPTH: usize = 512;

/// What is done with a product's sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// Nothing.
    Sum,
    /// The layer's bias is added.
    Bias,
    /// The layer's bias is added, and GELU applied.
    Gelu,
}

/// A dense layer's weights in panels, and its bias.
pub(in super::super) struct Packed {
    /// `[panels, inputs, PANEL]`; columns beyond the last are zero.
    weights: Vec<f32>,
    /// `[panels, PANEL]`, likewise.
    bias: Vec<f32>,
    inputs: usize,
    outputs: usize,
}

impl Packed {
    /// The layer's numbers in order.
    pub(in super::super) fn new(layer: Dense<'_>) -> Self {
        let outputs = layer.outputs();
        let inputs = layer.weight.len() / outputs.max(1);
        let whole = outputs.next_multiple_of(PANEL);
        let mut weights = vec![0.0; whole * inputs];
        weights.par_chunks_mut((PANEL * inputs).max(1)).enumerate().for_each(|(panel, out)| {
            let columns = panel * PANEL..outputs.min((panel + 1) * PANEL);
            for (out, row) in out.chunks_exact_mut(PANEL).zip(layer.weight.chunks_exact(outputs)) {
                out[..columns.len()].copy_from_slice(&row[columns.clone()]);
            }
        });
        let mut bias = layer.bias.to_vec();
        bias.resize(whole, 0.0);
        Self { weights, bias, inputs, outputs }
    }

    pub(super) fn bias(&self) -> &[f32] {
        &self.bias[..self.outputs]
    }

    /// A copy of the weights, `[input, output]`.
    pub(super) fn weights(&self) -> Vec<f32> {
        let mut weights = vec![0.0; self.inputs * self.outputs];
        for (at, row) in weights.chunks_exact_mut(self.outputs.max(1)).enumerate() {
            for (panel, out) in row.chunks_mut(PANEL).enumerate() {
                out.copy_from_slice(&self.weights[(panel * self.inputs + at) * PANEL..][..out.len()]);
            }
        }
        weights
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// `out = finish(x W)`. The columns are split into shares, which threads compute side by side. The sums do not
    /// depend on the number of shares.
    pub(super) fn product(&self, out: &mut [f32], x: &[f32], finish: Finish, shares: usize) {
        let inputs = self.inputs;
        let (width, work) = parts(out, self.outputs, PANEL, shares);
        work.into_par_iter().enumerate().for_each(|(share, mut out)| {
            let first = share * width;
            let (weights, bias) = (&self.weights[first * inputs..], &self.bias[first..]);
            Arch::new().dispatch(Share { out: &mut out, x, inputs, weights, bias, finish });
        });
    }
}

/// What each of about `shares` threads writes: of all rows the columns of some whole panels. Before it the number of
/// those columns, which the last share may have fewer of.
pub(super) fn parts(
    out: &mut [f32],
    outputs: usize,
    panel: usize,
    shares: usize,
) -> (usize, Vec<Vec<&mut [f32]>>) {
    let width = outputs.div_ceil(panel).div_ceil(shares.max(1)) * panel;
    let rows = out.len() / outputs;
    let mut work: Vec<Vec<&mut [f32]>> =
        (0..outputs.div_ceil(width)).map(|_| Vec::with_capacity(rows)).collect();
    for row in out.chunks_exact_mut(outputs) {
        for (share, part) in work.iter_mut().zip(row.chunks_mut(width)) {
            share.push(part);
        }
    }
    (width, work)
}

/// Some rows' columns in some panels.
struct Share<'a, 'b> {
    out: &'a mut [&'b mut [f32]],
    /// `[rows, inputs]`
    x: &'a [f32],
    inputs: usize,
    /// From the first panel on.
    weights: &'a [f32],
    bias: &'a [f32],
    finish: Finish,
}

impl WithSimd for Share<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 { self.run::<S, 8>(simd) } else { self.run::<S, 4>(simd) }
    }
}

impl Share<'_, '_> {
    #[inline(always)]
    fn run<S: Simd, const R: usize>(mut self, simd: S) {
        let columns = self.out.first().map_or(0, |row| row.len());
        let tiles = self.out.len().div_ceil(R);
        for (first, bias) in (0..columns).step_by(PANEL).zip(self.bias.chunks(PANEL)) {
            let width = PANEL.min(columns - first);
            for start in (0..self.inputs).step_by(DEPTH) {
                let depth = DEPTH.min(self.inputs - start);
                let (weights, next) =
                    self.weights[first * self.inputs + start * PANEL..].split_at(depth * PANEL);
                let block = Block { first, width, start, depth, weights, bias, next, tiles };
                let mut row = 0;
                while row + R <= self.out.len() {
                    self.tile::<S, R>(simd, row, &block);
                    row += R;
                }
                if R > 4 && row + 4 <= self.out.len() {
                    self.tile::<S, 4>(simd, row, &block);
                    row += 4;
                }
                while row < self.out.len() {
                    self.tile::<S, 1>(simd, row, &block);
                    row += 1;
                }
            }
        }
    }

    /// `R` rows of a panel over some inputs, some vectors of columns at a time.
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(&mut self, simd: S, row: usize, block: &Block<'_>) {
        let &Block { first, width, start, depth, weights, bias, .. } = block;
        let x: [&[f32]; R] = std::array::from_fn(|r| &self.x[(row + r) * self.inputs + start..][..depth]);
        let lanes = VECTORS * S::F32_LANES;
        for at in (0..width).step_by(lanes) {
            let range = first + at..first + width.min(at + lanes);
            let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
            if start > 0 {
                for (sums, out) in sums.iter_mut().zip(&self.out[row..row + R]) {
                    *sums = read::<S>(simd, &out[range.clone()]);
                }
            } else if self.finish != Finish::Sum {
                sums = [read::<S>(simd, &bias[at..at + lanes]); R];
            }
            let (weights, _) = S::as_simd_f32s(weights);
            let ahead = block.ahead(row / R, at);
            sums = add_products::<S, R>(simd, sums, &x, weights, at / S::F32_LANES, ahead);
            if self.finish == Finish::Gelu && start + depth == self.inputs {
                for sum in sums.iter_mut().flatten() {
                    *sum = gelu::value(simd, *sum);
                }
            }
            for (sums, out) in sums.iter().zip(&mut self.out[row..row + R]) {
                write::<S>(&mut out[range.clone()], sums);
            }
        }
    }
}

/// What a tile covers.
struct Block<'a> {
    /// The panel's first column and its number of columns.
    first: usize,
    width: usize,
    /// The first input and the number of inputs.
    start: usize,
    depth: usize,
    /// `[depth, PANEL]`
    weights: &'a [f32],
    /// `[PANEL]`
    bias: &'a [f32],
    /// The weights behind, which come next.
    next: &'a [f32],
    /// How often these weights are gone through.
    tiles: usize,
}

/// Values of a cache line.
const LINE: usize = 16;
/// Cache lines of an input's weights.
const LINES: usize = PANEL / LINE;

impl<'a> Block<'a> {
    /// What of the next weights a tile asks for, and the values from one request to the next, one for each input. With
    /// few rows the time goes to waiting for weights; so the next ones are on their way while these are used. The first
    /// tiles share them.
    fn ahead(&self, tile: usize, column: usize) -> (&'a [f32], usize) {
        let each = LINES.div_ceil(self.tiles);
        // All of a tile's requests go with its first columns.
        let from = if column == 0 { tile * each * self.depth * LINE } else { self.next.len() };
        let to = self.next.len().min(LINES * self.depth * LINE);
        (self.next.get(from..to).unwrap_or_default(), each)
    }
}

/// The sums and the products of the rows with the tile's columns, the `first` vector of each row of weights and those
/// behind it. By value, or the sums would not stay in registers.
#[inline(always)]
fn add_products<S: Simd, const R: usize>(
    simd: S,
    mut sums: [[S::f32s; VECTORS]; R],
    x: &[&[f32]; R],
    weights: &[S::f32s],
    first: usize,
    (ahead, each): (&[f32], usize),
) -> [[S::f32s; VECTORS]; R] {
    for (k, weights) in weights.chunks_exact(PANEL / S::F32_LANES).enumerate() {
        // All slices are long enough: a panic here would cost registers.
        let weights = weights.get(first..).and_then(|rest| rest.first_chunk::<VECTORS>());
        let Some(weights) = weights else { break };
        for line in 0..each {
            if let Some(ahead) = ahead.get((k * each + line) * LINE..) {
                fetch_ahead(ahead);
            }
        }
        for (sums, x) in sums.iter_mut().zip(x) {
            let Some(&x) = x.get(k) else { break };
            let x = simd.splat_f32s(x);
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum = simd.mul_add_f32s(x, weight, *sum);
            }
        }
    }
    sums
}

/// A tile's columns of a row; what is missing is zero.
#[inline(always)]
fn read<S: Simd>(simd: S, values: &[f32]) -> [S::f32s; VECTORS] {
    if let Some(whole) = S::as_simd_f32s(values).0.first_chunk::<VECTORS>() {
        return *whole;
    }
    let mut padded = [0.0; PANEL];
    padded[..values.len()].copy_from_slice(values);
    let (vectors, _) = S::as_simd_f32s(&padded);
    vectors.first_chunk().map_or([simd.splat_f32s(0.0); VECTORS], |whole| *whole)
}

/// Writes as many of a tile's columns as the row has.
#[inline(always)]
fn write<S: Simd>(out: &mut [f32], sums: &[S::f32s; VECTORS]) {
    if let Some(whole) = S::as_mut_simd_f32s(out).0.first_chunk_mut::<VECTORS>() {
        *whole = *sums;
        return;
    }
    let mut padded = [0.0; PANEL];
    if let Some(whole) = S::as_mut_simd_f32s(&mut padded).0.first_chunk_mut::<VECTORS>() {
        *whole = *sums;
    }
    out.copy_from_slice(&padded[..out.len()]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whole numbers: sums are exact in whatever order.
    fn value(at: usize) -> f32 {
        (at * 7919 % 13) as f32 - 6.0
    }

    fn agree(rows: usize, inputs: usize, outputs: usize, finish: Finish) -> Result<(), TestCaseError> {
        let x: Vec<f32> = (0..rows * inputs).map(value).collect();
        let weight: Vec<f32> = (0..inputs * outputs).map(|at| value(at + 5)).collect();
        let bias: Vec<f32> = (0..outputs).map(|at| value(at + 3)).collect();
        let packed = Packed::new(Dense { weight: &weight, bias: &bias });
        let mut out = vec![f32::NAN; rows * outputs];
        packed.product(&mut out, &x, finish, 1 + rows % 3);
        let sum = |row: usize, column: usize| -> f32 {
            (0..inputs).map(|k| x[row * inputs + k] * weight[k * outputs + column]).sum()
        };
        let mut want: Vec<f32> = (0..rows * outputs).map(|at| sum(at / outputs, at % outputs)).collect();
        match finish {
            Finish::Sum => {}
            Finish::Bias => want.iter_mut().enumerate().for_each(|(at, x)| *x += bias[at % outputs]),
            Finish::Gelu => gelu::in_place(&mut want, &bias),
        }
        prop_assert_eq!(out, want);
        Ok(())
    }

    proptest! {
        #[test]
        fn equals_the_definition(rows in 0usize..20, inputs in 1usize..40, outputs in 1usize..150, finish in 0u8..3) {
            agree(rows, inputs, outputs, [Finish::Sum, Finish::Bias, Finish::Gelu][usize::from(finish)])?;
        }
    }

    #[test]
    fn many_inputs_equal_the_definition() {
        for finish in [Finish::Sum, Finish::Bias] {
            agree(77, DEPTH + 7, 2 * PANEL + 5, finish).unwrap_or_else(|error| unreachable!("{error}"));
        }
    }
}
