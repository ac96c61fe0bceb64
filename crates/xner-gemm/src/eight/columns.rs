//! The right factor: a dense layer's weights in 8 bits.

use std::ops::Range;

use super::rows::Rows8;
use super::simd::{Group, Level, Line};
use super::{GROUP, MOST_INPUTS, PANEL, ROWS};

/// Rows that are multiplied with all panels before the next: they stay near the processor, and so does what comes out.
const BLOCK: usize = 2 * ROWS;

/// Weights in 8 bits by column, each column with its scale, in panels of [`Columns8::PANEL`] columns.
#[derive(Debug, Clone)]
pub struct Columns8 {
    /// `[panels, groups]`; what lies beyond inputs and columns is zero.
    panels: Vec<Group>,
    /// 128 times the sum of a column, `[panels · PANEL]`: inputs are stored plus 128.
    sums: Vec<i32>,
    /// `[panels · PANEL]`
    scales: Vec<f32>,
    inputs: usize,
    outputs: usize,
}

impl Columns8 {
    /// Columns that are computed together: shares of a product begin at multiples of it.
    pub const PANEL: usize = PANEL;

    /// Quantises weights `[inputs, outputs]`: `q = round(127 w / max |w|)`, column by column. Quantising what was
    /// quantised gives the same.
    ///
    /// # Panics
    /// When `outputs` is 0, `weights` is no whole number of rows, or has more than [`MOST_INPUTS`].
    pub fn quantise(weights: &[f32], outputs: usize) -> Self {
        assert!(outputs > 0 && weights.len().is_multiple_of(outputs), "whole rows");
        let inputs = weights.len() / outputs;
        let mut most = vec![0.0f32; outputs];
        for row in weights.chunks_exact(outputs) {
            most.iter_mut().zip(row).for_each(|(most, w)| *most = most.max(w.abs()));
        }
        let scales: Vec<f32> = most.iter().map(|most| most / 127.0).collect();
        let value = |input: usize, output: usize| {
            let scale = scales[output];
            if scale > 0.0 { (weights[input * outputs + output] / scale).round_ties_even() as i8 } else { 0 }
        };
        Self::filled(inputs, outputs, &scales, value)
    }

    /// Weights that are whole numbers already: `[outputs, inputs]`, with a scale for each output.
    ///
    /// # Panics
    /// When the lengths disagree, `scales` is empty, or there are more than [`MOST_INPUTS`] inputs. A weight of -128
    /// is taken for -127.
    pub fn from_quantised(weights: &[i8], scales: &[f32]) -> Self {
        let outputs = scales.len();
        assert!(outputs > 0 && weights.len().is_multiple_of(outputs), "whole rows");
        let inputs = weights.len() / outputs;
        Self::filled(inputs, outputs, scales, |input, output| weights[output * inputs + input].max(-127))
    }

    fn filled(inputs: usize, outputs: usize, given: &[f32], value: impl Fn(usize, usize) -> i8) -> Self {
        assert!(inputs <= MOST_INPUTS, "sums must fit 32 bits");
        let groups = inputs.div_ceil(GROUP);
        let whole = outputs.div_ceil(PANEL);
        let mut panels = vec![[Line::default(); PANEL / 16]; whole * groups];
        let mut sums = vec![0; whole * PANEL];
        let mut scales = vec![0.0; whole * PANEL];
        scales[..outputs].copy_from_slice(given);
        for (output, sum) in sums[..outputs].iter_mut().enumerate() {
            let (panel, column) = (output / PANEL, output % PANEL);
            for input in 0..inputs {
                let q = value(input, output);
                let line = &mut panels[panel * groups + input / GROUP][column / 16];
                line.0[column % 16 * GROUP + input % GROUP] = q;
                *sum += 128 * i32::from(q);
            }
        }
        Self { panels, sums, scales, inputs, outputs }
    }

    /// Values that go in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Columns that come out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The values that the weights stand for, `[inputs, outputs]`.
    pub fn values(&self) -> Vec<f32> {
        let groups = self.inputs.div_ceil(GROUP);
        let mut values = vec![0.0; self.inputs * self.outputs];
        for (input, row) in values.chunks_exact_mut(self.outputs).enumerate() {
            for (output, value) in row.iter_mut().enumerate() {
                let (panel, column) = (output / PANEL, output % PANEL);
                let line = &self.panels[panel * groups + input / GROUP][column / 16];
                let q = line.0[column % 16 * GROUP + input % GROUP];
                *value = f32::from(q) * self.scales[output];
            }
        }
        values
    }

    /// Bytes that the weights take.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.panels) + size_of_val(&*self.sums) + size_of_val(&*self.scales)
    }

    /// `out = x W + bias` for some rows' columns from `first` on. `out` has the columns of each of the rows of `x` from
    /// `row` on, all the same; `bias` is of all outputs.
    ///
    /// # Panics
    /// When `first` is no multiple of [`Columns8::PANEL`], or shapes disagree.
    pub fn product(&self, out: &mut [&mut [f32]], first: usize, x: &Rows8, row: usize, bias: &[f32]) {
        self.product_at(Level::best(), out, first, x, row, bias);
    }

    /// As [`Columns8::product`], by given instructions.
    ///
    /// # Panics
    /// Likewise, and where the processor does not have them.
    pub fn product_at(
        &self,
        level: Level,
        out: &mut [&mut [f32]],
        first: usize,
        x: &Rows8,
        row: usize,
        bias: &[f32],
    ) {
        let columns = out.first().map_or(0, |row| row.len());
        assert!(level.is_here(), "the processor has not these instructions");
        assert!(first.is_multiple_of(PANEL), "a share begins with a panel");
        assert!(first + columns <= self.outputs && bias.len() == self.outputs, "columns of the layer");
        assert!(out.iter().all(|row| row.len() == columns), "rows of one width");
        assert!(x.inputs() == self.inputs || x.is_empty(), "as many inputs as the layer has");
        assert!(row + out.len() <= x.len(), "rows of the left factor");
        if columns == 0 {
            return;
        }
        let mut tile = [[0; PANEL]; ROWS];
        for (at, out) in out.chunks_mut(BLOCK).enumerate() {
            let row = row + at * BLOCK;
            for start in (0..columns).step_by(PANEL) {
                self.block(level, out, first, start..columns.min(start + PANEL), x, row, bias, &mut tile);
            }
        }
    }

    /// The product of a few rows with a panel, which begins at column `first + range.start`.
    fn block(
        &self,
        level: Level,
        out: &mut [&mut [f32]],
        first: usize,
        range: Range<usize>,
        x: &Rows8,
        row: usize,
        bias: &[f32],
        tile: &mut [[i32; PANEL]; ROWS],
    ) {
        let groups = self.inputs.div_ceil(GROUP);
        let begin = first + range.start;
        let weights = &self.panels[begin / PANEL * groups..][..groups];
        let (sums, scales) = (&self.sums[begin..begin + PANEL], &self.scales[begin..begin + PANEL]);
        let bias = &bias[begin..first + range.end];
        for (at, out) in out.chunks_mut(ROWS).enumerate() {
            let row = row + at * ROWS;
            level.multiply(x, row, out.len(), weights, tile);
            for (r, (out, tile)) in out.iter_mut().zip(&*tile).enumerate() {
                let (_, scale) = x.row(row + r);
                level.finish(&mut out[range.clone()], tile, sums, scale, scales, bias);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Values between -1 and 1 of a counter.
    fn values(count: usize, seed: u64) -> Vec<f32> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 40) as f32 / 8_388_608.0 - 1.0
            })
            .collect()
    }

    /// The row's whole numbers by the definition, and its scale.
    fn quantised(row: &[f32]) -> (Vec<i32>, f32) {
        let most = row.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        let q = row.iter().map(|x| (x * (127.0 / most)).round_ties_even() as i32);
        (if most > 0.0 { q.collect() } else { vec![0; row.len()] }, most / 127.0)
    }

    fn check(rows: usize, inputs: usize, outputs: usize, seed: u64) -> Result<(), TestCaseError> {
        let (x, bias) = (values(rows * inputs, seed), values(outputs, seed + 1));
        let w: Vec<f32> = values(inputs * outputs, seed + 2);
        let (left, right) = (Rows8::new(&x, inputs), Columns8::quantise(&w, outputs));
        let mut want = vec![0.0f32; rows * outputs];
        for column in 0..outputs {
            let weights: Vec<f32> = (0..inputs).map(|i| w[i * outputs + column]).collect();
            let most = weights.iter().fold(0.0f32, |most, w| most.max(w.abs())) / 127.0;
            let weights: Vec<i32> = weights.iter().map(|w| (w / most).round_ties_even() as i32).collect();
            for row in 0..rows {
                let (q, scale) = quantised(&x[row * inputs..][..inputs]);
                let sum: i32 = q.iter().zip(&weights).map(|(a, b)| a * b).sum();
                want[row * outputs + column] = sum as f32 * (scale * most) + bias[column];
            }
        }
        for level in Level::here() {
            let mut out = vec![f32::NAN; rows * outputs];
            // In two shares, as threads would.
            let cut = (outputs / 2 / PANEL) * PANEL;
            let (mut left_parts, mut right_parts): (Vec<_>, Vec<_>) =
                out.chunks_exact_mut(outputs).map(|row| row.split_at_mut(cut)).unzip();
            right.product_at(level, &mut left_parts, 0, &left, 0, &bias);
            right.product_at(level, &mut right_parts, cut, &left, 0, &bias);
            for (found, want) in out.iter().zip(&want) {
                // The whole sums are exact; two roundings of 32 bits may differ by the order of the scales.
                prop_assert!((found - want).abs() <= 1e-6 * (1.0 + want.abs()), "{level:?}: {found} {want}");
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn equals_whole_numbers(
            rows in 0usize..20, inputs in 1usize..70, outputs in 1usize..150, seed in any::<u32>(),
        ) {
            check(rows, inputs, outputs, u64::from(seed))?;
        }

        /// Inputs of whole tiles, which AMX takes, and rows of none, some and whole ones.
        #[test]
        fn equals_whole_numbers_in_tiles(
            rows in 0usize..70, depth in 1usize..5, outputs in 1usize..150, seed in any::<u32>(),
        ) {
            check(rows, 64 * depth, outputs, u64::from(seed))?;
        }

        #[test]
        fn every_processor_gives_the_same_bits(rows in 1usize..20, inputs in 1usize..70, seed in any::<u32>()) {
            let x = values(rows * inputs, u64::from(seed));
            let w = values(inputs * 97, u64::from(seed) + 1);
            let (left, right, bias) = (Rows8::new(&x, inputs), Columns8::quantise(&w, 97), vec![0.5; 97]);
            let found: Vec<Vec<u32>> = Level::here()
                .map(|level| {
                    let mut out = vec![0.0; rows * 97];
                    let mut parts: Vec<&mut [f32]> = out.chunks_exact_mut(97).collect();
                    right.product_at(level, &mut parts, 0, &left, 0, &bias);
                    out.iter().map(|x| x.to_bits()).collect()
                })
                .collect();
            for other in &found[1..] {
                prop_assert_eq!(&found[0], other);
            }
        }
    }

    #[test]
    fn the_largest_sums_are_exact() {
        // Everything at its bounds, where shorter sums would overflow.
        for sign in [1.0, -1.0] {
            let inputs = 4096;
            let (left, right) =
                (Rows8::new(&vec![sign; inputs], inputs), Columns8::quantise(&vec![1.0; inputs], 1));
            for level in Level::here() {
                let mut out = [0.0];
                right.product_at(level, &mut [&mut out], 0, &left, 0, &[0.0]);
                assert!((out[0] - sign * 4096.0).abs() < 1e-2, "{level:?}: {}", out[0]);
            }
        }
    }

    #[test]
    fn rows_that_are_not_numbers_give_none() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let left = Rows8::new(&[1.0, bad, 0.0, 1.0, 2.0, 3.0], 3);
            let right = Columns8::quantise(&[1.0; 3], 1);
            for level in Level::here() {
                let mut out = [0.0; 2];
                let mut parts: Vec<&mut [f32]> = out.chunks_mut(1).collect();
                right.product_at(level, &mut parts, 0, &left, 0, &[0.0]);
                assert!(out[0].is_nan() && (out[1] - 6.0).abs() < 0.05, "{level:?}: {out:?}");
            }
        }
    }

    #[test]
    fn zeros_stay_zeros() {
        let right = Columns8::quantise(&[0.0; 8], 2);
        let left = Rows8::new(&[0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0], 4);
        let mut out = [1.0; 4];
        let mut parts: Vec<&mut [f32]> = out.chunks_mut(2).collect();
        right.product(&mut parts, 0, &left, 0, &[0.25, 0.5]);
        assert_eq!(out.map(f32::to_bits), [0.25f32, 0.5, 0.25, 0.5].map(f32::to_bits));
    }

    #[test]
    fn quantising_what_was_quantised_gives_the_same() {
        for outputs in [1, 5, 48, 97] {
            let once = Columns8::quantise(&values(12 * outputs, 7), outputs);
            let twice = Columns8::quantise(&once.values(), outputs);
            assert_eq!((once.panels, once.sums), (twice.panels, twice.sums));
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= a * 1e-6;
            assert!(once.scales.iter().zip(&twice.scales).all(near));
        }
    }

    #[test]
    fn whole_weights_come_back() {
        let w = values(6 * 5, 3);
        let columns = Columns8::quantise(&w, 5);
        let mut whole = vec![0i8; 30];
        for (at, w) in w.iter().enumerate() {
            whole[at % 5 * 6 + at / 5] = (w / columns.scales[at % 5]).round_ties_even() as i8;
        }
        let again = Columns8::from_quantised(&whole, &columns.scales[..5]);
        assert_eq!((again.panels, again.sums, again.scales), (columns.panels, columns.sums, columns.scales));
    }
}
