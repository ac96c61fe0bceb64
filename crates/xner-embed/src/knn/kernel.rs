//! The product of some rows with some columns, met by collectors before it leaves the registers.
//!
//! Six rows and up to four vectors of columns are multiplied at a time, 24 accumulators on AVX-512. Both sides
//! are packed first so that the inner loop reads straight on. A tile of the product is compared with the
//! collectors' thresholds where it stands, in the registers; only where a value reaches one is it written
//! down and looked at. Every inner product is one chain of fused multiply-adds from the first dimension to the
//! last, so it has the same bytes whatever the instruction set and wherever the pair falls.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::collect::Collect;
use super::pack::{aligned, pack};
use crate::Rows;

/// Rows multiplied at a time.
pub(super) const ROWS: usize = 6;
/// What the columns of a block are padded to: a multiple of the columns that any instruction set takes at a time.
pub(super) const COLUMNS: usize = 64;
/// Numbers of a packed tile of columns: with the rows' panel it stays in the second-level cache.
const TILE: usize = 96 * 1024;

/// The rows of one side, and what is subtracted from the values that the other side is offered with them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) rows: Rows<'a>,
    /// One for each row and [`PADDING`] large numbers more; or empty.
    pub(super) offsets: &'a [f32],
}

/// What stands behind offsets: whole vectors are read where rows end.
pub(super) const PADDING: usize = COLUMNS;

/// Offers the product of some rows and some columns to their collectors: row `i` is offered `x_ij - o_j` and column
/// `j` is offered `x_ij - o_i` with the offsets `o` of the sides, or `x_ij` without `OFFSETS`.
pub(super) struct Sweep<'a, R, C, const OFFSETS: bool> {
    pub(super) row_side: Side<'a>,
    /// The numbers of the rows.
    pub(super) rows: Range<usize>,
    /// The rows in panels of [`ROWS`].
    pub(super) packed: &'a [f32],
    pub(super) row_collect: &'a mut R,
    pub(super) column_side: Side<'a>,
    /// The numbers of the columns.
    pub(super) columns: Range<usize>,
    pub(super) column_collect: &'a mut C,
    /// Memory to pack columns in.
    pub(super) memory: &'a mut Vec<f32>,
}

impl<R: Collect, C: Collect, const OFFSETS: bool> WithSimd for Sweep<'_, R, C, OFFSETS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 { self.run::<S, 4>(simd) } else { self.run::<S, 2>(simd) }
    }
}

impl<R: Collect, C: Collect, const OFFSETS: bool> Sweep<'_, R, C, OFFSETS> {
    #[inline(always)]
    fn run<S: Simd, const V: usize>(mut self, simd: S) {
        let width = V * S::F32_LANES;
        let all = self.column_side.rows;
        let dim = all.dim();
        let step = (TILE / dim).max(1).next_multiple_of(COLUMNS).min(8 * COLUMNS);
        let range = self.columns.clone();
        let mut memory = std::mem::take(self.memory);
        let packed = aligned(&mut memory, step * dim);
        let mut values = [0.0; ROWS * COLUMNS];
        for start in range.clone().step_by(step) {
            let end = range.end.min(start + step);
            let packed = &mut packed[..(end - start).next_multiple_of(width) * dim];
            pack(&all.data()[start * dim..end * dim], dim, width, packed);
            for (panel, rows) in self.packed.chunks_exact(ROWS * dim).enumerate() {
                for (at, columns) in packed.chunks_exact(width * dim).enumerate() {
                    let place = Place { row: panel * ROWS, column: start + at * width };
                    let tile = product::<S, V>(simd, rows, S::as_simd_f32s(columns).0);
                    if self.reaches::<S, V>(simd, place, &tile) {
                        let (vectors, _) = S::as_mut_simd_f32s(&mut values);
                        for (vectors, tile) in vectors.chunks_exact_mut(V).zip(&tile) {
                            vectors.copy_from_slice(tile);
                        }
                        self.look::<S, V>(simd, place, &values[..ROWS * width]);
                    }
                }
            }
        }
        *self.memory = memory;
    }

    /// Whether any value of a tile reaches a threshold.
    #[inline(always)]
    fn reaches<S: Simd, const V: usize>(&self, simd: S, place: Place, tile: &[[S::f32s; V]; ROWS]) -> bool {
        let limits = self.limits::<S, V>(simd, place);
        let mut most = simd.splat_f32s(f32::NEG_INFINITY);
        for j in 0..V {
            let mut column = simd.splat_f32s(f32::NEG_INFINITY);
            for (i, values) in tile.iter().enumerate() {
                most = simd.max_f32s(most, limits.over_row(simd, i, j, values[j]));
                if C::ACTIVE {
                    column = simd.max_f32s(column, limits.for_column(simd, i, values[j]));
                }
            }
            if C::ACTIVE {
                most = simd.max_f32s(most, simd.sub_f32s(column, limits.columns[j]));
            }
        }
        simd.reduce_max_f32s(most) >= 0.0
    }

    #[inline(always)]
    fn limits<S: Simd, const V: usize>(&self, simd: S, place: Place) -> Limits<S, V, OFFSETS> {
        let width = V * S::F32_LANES;
        let local = place.column - self.columns.start;
        let splat = |values: &[f32]| {
            let values: &[f32; ROWS] = values.first_chunk().unwrap_or(&[0.0; ROWS]);
            let mut out = [simd.splat_f32s(0.0); ROWS];
            for (out, &x) in out.iter_mut().zip(values) {
                *out = simd.splat_f32s(x);
            }
            out
        };
        let load = |values: &[f32], at: usize| {
            let mut out = [simd.splat_f32s(0.0); V];
            out.copy_from_slice(S::as_simd_f32s(&values[at..at + width]).0);
            out
        };
        let none = [simd.splat_f32s(0.0); V];
        Limits {
            rows: splat(&self.row_collect.least()[place.row..]),
            columns: if C::ACTIVE { load(self.column_collect.least(), local) } else { none },
            row_offsets: if OFFSETS && C::ACTIVE {
                splat(&self.row_side.offsets[self.rows.start + place.row..])
            } else {
                [none[0]; ROWS]
            },
            column_offsets: if OFFSETS { load(self.column_side.offsets, place.column) } else { none },
        }
    }

    /// Offers what reaches a threshold, vector by vector.
    #[inline(always)]
    fn look<S: Simd, const V: usize>(&mut self, simd: S, place: Place, values: &[f32]) {
        let limits = self.limits::<S, V>(simd, place);
        for (i, vectors) in S::as_simd_f32s(values).0.chunks_exact(V).enumerate() {
            for (j, &vector) in vectors.iter().enumerate() {
                let mut over = limits.over_row(simd, i, j, vector);
                if C::ACTIVE {
                    let value = limits.for_column(simd, i, vector);
                    over = simd.max_f32s(over, simd.sub_f32s(value, limits.columns[j]));
                }
                if simd.reduce_max_f32s(over) >= 0.0 {
                    let from = (i * V + j) * S::F32_LANES;
                    let place = Place { row: place.row + i, column: place.column + j * S::F32_LANES };
                    self.offer(place, &values[from..from + S::F32_LANES]);
                }
            }
        }
    }

    /// Offers those of one vector's values that reach a threshold.
    #[inline(never)]
    fn offer(&mut self, place: Place, values: &[f32]) {
        let row = place.row;
        if row >= self.rows.len() {
            return;
        }
        let row_offset =
            if OFFSETS && C::ACTIVE { self.row_side.offsets[self.rows.start + row] } else { 0.0 };
        for (&x, column) in values.iter().zip(place.column..self.columns.end) {
            let value = if OFFSETS { x - self.column_side.offsets[column] } else { x };
            if value >= self.row_collect.least()[row] {
                self.row_collect.offer(row, column as u32, value);
            }
            if C::ACTIVE {
                let (local, value) = (column - self.columns.start, x - row_offset);
                if value >= self.column_collect.least()[local] {
                    self.column_collect.offer(local, (self.rows.start + row) as u32, value);
                }
            }
        }
    }
}

/// Where a tile begins: a row counted from its group's first, and the number of a column.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: usize,
    column: usize,
}

/// Thresholds and offsets of a tile in registers.
struct Limits<S: Simd, const V: usize, const OFFSETS: bool> {
    rows: [S::f32s; ROWS],
    columns: [S::f32s; V],
    row_offsets: [S::f32s; ROWS],
    column_offsets: [S::f32s; V],
}

impl<S: Simd, const V: usize, const OFFSETS: bool> Limits<S, V, OFFSETS> {
    /// How far values of row `i` and vector `j` are over the row's threshold. The difference of two floats has
    /// the sign of their order, so nothing is missed by rounding.
    #[inline(always)]
    fn over_row(&self, simd: S, i: usize, j: usize, values: S::f32s) -> S::f32s {
        let values = if OFFSETS { simd.sub_f32s(values, self.column_offsets[j]) } else { values };
        simd.sub_f32s(values, self.rows[i])
    }

    /// What row `i` offers its columns.
    #[inline(always)]
    fn for_column(&self, simd: S, i: usize, values: S::f32s) -> S::f32s {
        if OFFSETS { simd.sub_f32s(values, self.row_offsets[i]) } else { values }
    }
}

/// The inner products of a panel of rows with a panel of columns.
#[inline(always)]
fn product<S: Simd, const V: usize>(simd: S, rows: &[f32], columns: &[S::f32s]) -> [[S::f32s; V]; ROWS] {
    let mut sums = [[simd.splat_f32s(0.0); V]; ROWS];
    for (rows, columns) in rows.as_chunks::<ROWS>().0.iter().zip(columns.as_chunks::<V>().0) {
        for i in 0..ROWS {
            let x = simd.splat_f32s(rows[i]);
            for j in 0..V {
                sums[i][j] = simd.mul_add_f32s(x, columns[j], sums[i][j]);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Scalar, WithSimd};

    use super::super::collect::Top;
    use super::{COLUMNS, PADDING, ROWS, Side, Sweep, pack};
    use crate::Rows;

    /// What both sides collect when `run` makes the pass.
    fn collected(run: impl FnOnce(Sweep<'_, Top<u64>, Top<u64>, true>)) -> [Vec<u64>; 2] {
        let (n, m, dim, k) = (20, 150, 37, 3);
        let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / 1e7 - 0.8;
        let x: Vec<f32> = (0..n * dim).map(value).collect();
        let y: Vec<f32> = (0..m * dim).map(|i| value(i + 5000)).collect();
        let offsets: Vec<f32> = (0..m).map(value).chain([f32::MAX; PADDING]).collect();
        let mut packed = vec![0.0; n.next_multiple_of(ROWS) * dim];
        pack(&x, dim, ROWS, &mut packed);
        let mut rows = Top::new(n, n.next_multiple_of(ROWS), k);
        let mut columns = Top::new(m, m.next_multiple_of(COLUMNS), k);
        run(Sweep {
            row_side: Side { rows: Rows::new(&x, dim), offsets: &offsets },
            rows: 0..n,
            packed: &packed,
            row_collect: &mut rows,
            column_side: Side { rows: Rows::new(&y, dim), offsets: &offsets },
            columns: 0..m,
            column_collect: &mut columns,
            memory: &mut Vec::new(),
        });
        [rows.finish(), columns.finish()]
    }

    #[test]
    fn every_instruction_set_gives_the_same_bytes() {
        let widest = collected(|sweep| Arch::new().dispatch(sweep));
        assert_eq!(collected(|sweep| sweep.with_simd(Scalar)), widest);
        #[cfg(target_arch = "x86_64")]
        if let Some(narrower) = pulp::x86::V3::try_new() {
            assert_eq!(collected(|sweep| pulp::Simd::vectorize(narrower, sweep)), widest);
        }
    }
}
