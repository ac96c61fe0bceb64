//! The recurrence of one LSTM direction on the CPU, forwards and backwards.
//!
//! The gates of a row stand as `[i | f | g | o]`, `hidden` values each, as in PyTorch:
//!
//! ```text
//! i = σ(x W_i + h' U_i + b_i)    f = σ(…)    g = tanh(…)    o = σ(…)
//! c = f c' + i g                 h = o tanh c
//! ```
//!
//! where `h'`, `c'` are the states of the step before. The products with `U` are too small for a general matrix
//! product, which would pack both sides anew at every step: here `U` is packed once a call into registers' width,
//! and one pass computes the four gates of some hidden units for some rows, applies the activations and writes
//! the state, without leaving the registers.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::Packing;
use crate::simd::{gated, load, sigmoid, store, tanh};

/// As many rows at once as the registers hold: four accumulators a row, four of `U`, one of `h`.
const fn most_rows<S: Simd>() -> usize {
    if S::F32_LANES >= 16 { 6 } else { 2 }
}

/// Cuts `$len` rows into chunks of as many as fit the registers, and the rest into one of just its size, so that
/// no lane works on rows that are not there. `$body` sees the chunk's size as a constant.
macro_rules! in_chunks {
    ($simd:ty, $len:expr, |$first:ident, $rows:ident| $body:block) => {{
        let len = $len;
        let mut $first = 0;
        while $first < len {
            let live = most_rows::<$simd>().min(len - $first);
            in_chunks!(@sizes live, $rows, $body, 1 2 3 4 5);
            $first += live;
        }
    }};
    (@sizes $live:ident, $rows:ident, $body:block, $($size:literal)*) => {
        match $live {
            $($size => {
                const $rows: usize = $size;
                $body
            })*
            // The most that any instruction set takes.
            _ => {
                const $rows: usize = 6;
                $body
            }
        }
    };
}

/// In which order a direction visits the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

impl Direction {
    /// The `n`-th step that the direction visits.
    fn step(self, n: usize, steps: usize) -> usize {
        match self {
            Self::Forward => n,
            Self::Backward => steps - 1 - n,
        }
    }

    /// The rows of the step visited before `step`, as far as their sequences also run at `step`: row `k` of
    /// the range has the same sequence as row `k` of `step`. Empty at the first step visited.
    pub(super) fn previous(self, packing: &Packing, step: usize) -> Range<usize> {
        let before = match self {
            Self::Forward if step > 0 => step - 1,
            Self::Backward if step + 1 < packing.steps() => step + 1,
            _ => return 0..0,
        };
        let start = packing.step(before).start;
        start..start + packing.active(step).min(packing.active(before))
    }

    /// Whether rank `rank` has its last visited step at `step`.
    pub(super) fn ends(self, packing: &Packing, step: usize, rank: usize) -> bool {
        match self {
            Self::Forward => packing.active(step + 1) <= rank,
            Self::Backward => step == 0,
        }
    }
}

/// Where the pre-activations `x W + b` of each row come from.
pub(super) enum Source<'a> {
    /// They stand in `gates` already.
    InPlace,
    /// Row `r` reads row `ids[r]` of a table whose rows have `4 * hidden` values.
    Table(&'a [f32], &'a [u32]),
}

/// The states of one direction.
pub(super) struct States {
    /// `[rows, 4 * hidden]`, after activation if they are kept; empty if nobody needs them.
    pub(super) gates: Vec<f32>,
    /// `[rows, hidden]`
    pub(super) cells: Vec<f32>,
    /// `[rows, hidden]`
    pub(super) hidden: Vec<f32>,
}

/// Runs a direction over all steps: pre-activations in, states out. With `SAVE`, the gates are kept for the gradient.
pub(super) struct Forward<'a, const SAVE: bool> {
    pub(super) packing: &'a Packing,
    pub(super) direction: Direction,
    /// Hidden units.
    pub(super) units: usize,
    /// `U`: `[units, columns]` with row stride `stride`, of which the first `4 * units` columns count.
    pub(super) recurrent: &'a [f32],
    pub(super) stride: usize,
    pub(super) source: Source<'a>,
    pub(super) states: &'a mut States,
}

impl<const SAVE: bool> WithSimd for Forward<'_, SAVE> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { packing, direction, units, recurrent, stride, source, states } = self;
        let packed = pack_gates(recurrent, stride, units, S::F32_LANES);
        let packed = S::as_simd_f32s(&packed).0;
        let mut columns = vec![0.0_f32; most_rows::<S>() * units];
        for n in 0..packing.steps() {
            let step = direction.step(n, packing.steps());
            let rows = packing.step(step);
            let previous = direction.previous(packing, step);
            in_chunks!(S, rows.len(), |first, ROWS| {
                let known = previous.len().saturating_sub(first).min(ROWS);
                let before = previous.start + first..previous.start + first + known;
                let row = rows.start + first;
                states.forward::<S, ROWS, SAVE>(simd, packed, &source, &mut columns, row, before, units);
            });
        }
    }
}

impl States {
    /// `ROWS` rows from `row` on, of which the first have `before` as their rows of the step before.
    #[inline(always)]
    fn forward<S: Simd, const ROWS: usize, const SAVE: bool>(
        &mut self,
        simd: S,
        packed: &[S::f32s],
        source: &Source<'_>,
        columns: &mut [f32],
        row: usize,
        before: Range<usize>,
        units: usize,
    ) {
        let lanes = S::F32_LANES;
        let columns = columns.as_chunks_mut::<ROWS>().0;
        transpose(columns, &self.hidden, before.clone(), units);
        for (block, weights) in packed.chunks_exact(4 * units).enumerate() {
            let unit = block * lanes;
            let width = lanes.min(units - unit);
            let mut sums = [[simd.splat_f32s(0.0); 4]; ROWS];
            for (r, sums) in sums.iter_mut().enumerate() {
                let inputs = match source {
                    Source::InPlace => &self.gates[(row + r) * 4 * units..],
                    Source::Table(table, ids) => &table[ids[row + r] as usize * 4 * units..],
                };
                for (gate, sum) in sums.iter_mut().enumerate() {
                    *sum = load(simd, &inputs[gate * units + unit..][..width]);
                }
            }
            if !before.is_empty() {
                for (weight, h) in weights.as_chunks::<4>().0.iter().zip(&*columns) {
                    for (sums, &h) in sums.iter_mut().zip(h) {
                        let h = simd.splat_f32s(h);
                        for (sum, &weight) in sums.iter_mut().zip(weight) {
                            *sum = simd.mul_add_f32s(h, weight, *sum);
                        }
                    }
                }
            }
            for (r, sums) in sums.iter().enumerate() {
                let c_before = if r < before.len() {
                    load(simd, &self.cells[(before.start + r) * units + unit..][..width])
                } else {
                    simd.splat_f32s(0.0)
                };
                let (c, h) = if SAVE {
                    let [i, f, g, o] = gates(simd, *sums);
                    let c = simd.mul_add_f32s(f, c_before, simd.mul_f32s(i, g));
                    for (gate, value) in [i, f, g, o].into_iter().enumerate() {
                        store(simd, &mut self.gates[((row + r) * 4 + gate) * units + unit..][..width], value);
                    }
                    (c, simd.mul_f32s(o, tanh(simd, c)))
                } else {
                    let c =
                        simd.mul_add_f32s(sigmoid(simd, sums[1]), c_before, gated(simd, sums[0], sums[2]));
                    (c, gated(simd, sums[3], c))
                };
                store(simd, &mut self.cells[(row + r) * units + unit..][..width], c);
                store(simd, &mut self.hidden[(row + r) * units + unit..][..width], h);
            }
        }
    }
}

/// The activations of a row's sums.
#[inline(always)]
fn gates<S: Simd>(simd: S, [i, f, g, o]: [S::f32s; 4]) -> [S::f32s; 4] {
    [sigmoid(simd, i), sigmoid(simd, f), tanh(simd, g), sigmoid(simd, o)]
}

/// The gradient that flows into the states of one direction from above.
pub(super) enum Upstream<'a> {
    /// Of every row: `[rows, stride]`, of which `units` columns from `column` on belong to this direction.
    All(&'a [f32], usize),
    /// Of the state at which each sequence ends: `[sequences, stride]`, in the caller's order.
    Ends(&'a [f32], usize),
}

/// Runs a direction's steps in reverse: gradient of the states in, gradient of the pre-activations out.
pub(super) struct Reverse<'a> {
    pub(super) packing: &'a Packing,
    pub(super) direction: Direction,
    pub(super) units: usize,
    pub(super) recurrent: &'a [f32],
    pub(super) stride: usize,
    pub(super) states: &'a States,
    pub(super) upstream: Upstream<'a>,
    /// The row stride of the upstream gradient: units of all directions together.
    pub(super) width: usize,
    /// `[rows, 4 * units]`, written.
    pub(super) out: &'a mut [f32],
}

impl WithSimd for Reverse<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { packing, direction, units, .. } = self;
        let packed = pack_transposed(self.recurrent, self.stride, units, S::F32_LANES);
        let packed = S::as_simd_f32s(&packed).0;
        // The gradients of h' and c' by rank: what the step visited after this one hands down.
        let mut dh = vec![0.0_f32; packing.active(0) * units];
        let mut dc = vec![0.0_f32; packing.active(0) * units];
        let mut columns = vec![0.0_f32; most_rows::<S>() * 4 * units];
        for n in (0..packing.steps()).rev() {
            let step = direction.step(n, packing.steps());
            let rows = packing.step(step);
            let previous = direction.previous(packing, step);
            for rank in 0..rows.len() {
                let row = rows.start + rank;
                let from_above = match self.upstream {
                    Upstream::All(grad, column) => Some(&grad[row * self.width + column..][..units]),
                    Upstream::Ends(grad, column) if direction.ends(packing, step, rank) => {
                        Some(&grad[packing.order()[rank] * self.width + column..][..units])
                    }
                    Upstream::Ends(..) => None,
                };
                let c_before = (rank < previous.len()).then(|| previous.start + rank);
                let dh = &mut dh[rank * units..][..units];
                let dc = &mut dc[rank * units..][..units];
                self.states.gates_backward(
                    simd,
                    row,
                    c_before,
                    from_above,
                    dh,
                    dc,
                    &mut self.out[row * 4 * units..],
                );
            }
            in_chunks!(S, previous.len(), |first, ROWS| {
                let columns = columns.as_chunks_mut::<ROWS>().0;
                let row = rows.start + first;
                transpose(columns, self.out, row..row + ROWS, 4 * units);
                hand_down::<S, ROWS>(simd, packed, columns, units, &mut dh[first * units..][..ROWS * units]);
            });
        }
    }
}

impl States {
    /// One row's step back through the activations. `dh`, `dc` hold what later steps hand down; `dc` is left
    /// with what is handed down to the cell before.
    #[inline(always)]
    fn gates_backward<S: Simd>(
        &self,
        simd: S,
        row: usize,
        c_before: Option<usize>,
        from_above: Option<&[f32]>,
        dh: &[f32],
        dc: &mut [f32],
        out: &mut [f32],
    ) {
        let units = dc.len();
        let one = simd.splat_f32s(1.0);
        for unit in (0..units).step_by(S::F32_LANES) {
            let width = S::F32_LANES.min(units - unit);
            let gate = |k: usize| load(simd, &self.gates[(row * 4 + k) * units + unit..][..width]);
            let (i, f, g, o) = (gate(0), gate(1), gate(2), gate(3));
            let c = load(simd, &self.cells[row * units + unit..][..width]);
            let tanh_c = tanh(simd, c);
            let mut d_h = load(simd, &dh[unit..][..width]);
            if let Some(above) = from_above {
                d_h = simd.add_f32s(d_h, load(simd, &above[unit..][..width]));
            }
            // dc += dh o (1 - tanh² c)
            let slope = simd.negate_mul_add_f32s(tanh_c, tanh_c, one);
            let d_c = simd.mul_add_f32s(simd.mul_f32s(d_h, o), slope, load(simd, &dc[unit..][..width]));
            let sigmoid_slope = |y| simd.mul_f32s(y, simd.sub_f32s(one, y));
            let d_i = simd.mul_f32s(simd.mul_f32s(d_c, g), sigmoid_slope(i));
            let d_f = match c_before {
                Some(before) => {
                    let c = load(simd, &self.cells[before * units + unit..][..width]);
                    simd.mul_f32s(simd.mul_f32s(d_c, c), sigmoid_slope(f))
                }
                None => simd.splat_f32s(0.0),
            };
            let d_g = simd.mul_f32s(simd.mul_f32s(d_c, i), simd.negate_mul_add_f32s(g, g, one));
            let d_o = simd.mul_f32s(simd.mul_f32s(d_h, tanh_c), sigmoid_slope(o));
            for (k, value) in [d_i, d_f, d_g, d_o].into_iter().enumerate() {
                store(simd, &mut out[k * units + unit..][..width], value);
            }
            store(simd, &mut dc[unit..][..width], simd.mul_f32s(d_c, f));
        }
    }
}

/// `dh = dgates U^T` for up to `ROWS` rows, whose `dgates` stand transposed in `columns`.
#[inline(always)]
fn hand_down<S: Simd, const ROWS: usize>(
    simd: S,
    packed: &[S::f32s],
    columns: &[[f32; ROWS]],
    units: usize,
    dh: &mut [f32],
) {
    // Several registers of units at once, so that enough sums are under way to hide an addition's latency.
    const WIDE: usize = 4;
    let gates = 4 * units;
    for (group, weights) in packed.chunks(gates * WIDE).enumerate() {
        let unit = group * WIDE * S::F32_LANES;
        match weights.len() / gates {
            4 => hand_down_group::<S, ROWS, 4>(simd, weights, columns, unit, units, dh),
            3 => hand_down_group::<S, ROWS, 3>(simd, weights, columns, unit, units, dh),
            2 => hand_down_group::<S, ROWS, 2>(simd, weights, columns, unit, units, dh),
            _ => hand_down_group::<S, ROWS, 1>(simd, weights, columns, unit, units, dh),
        }
    }
}

#[inline(always)]
fn hand_down_group<S: Simd, const ROWS: usize, const WIDE: usize>(
    simd: S,
    weights: &[S::f32s],
    columns: &[[f32; ROWS]],
    unit: usize,
    units: usize,
    dh: &mut [f32],
) {
    let mut sums = [[simd.splat_f32s(0.0); WIDE]; ROWS];
    for (weight, d) in weights.as_chunks::<WIDE>().0.iter().zip(columns) {
        for (sums, &d) in sums.iter_mut().zip(d) {
            let d = simd.splat_f32s(d);
            for (sum, &weight) in sums.iter_mut().zip(weight) {
                *sum = simd.mul_add_f32s(d, weight, *sum);
            }
        }
    }
    for (dh, sums) in dh.chunks_exact_mut(units).zip(&sums) {
        for (out, &sum) in dh[unit..].chunks_mut(S::F32_LANES).zip(sums) {
            store(simd, out, sum);
        }
    }
}

/// `U` as `[block of units][row of U][gate][lane]`, the last block filled up with zeros.
fn pack_gates(recurrent: &[f32], stride: usize, units: usize, lanes: usize) -> Vec<f32> {
    let mut packed = vec![0.0; units.div_ceil(lanes) * units * 4 * lanes];
    let mut chunks = packed.chunks_exact_mut(lanes);
    for unit in (0..units).step_by(lanes) {
        let width = lanes.min(units - unit);
        for row in recurrent.chunks(stride).take(units) {
            for (gate, chunk) in chunks.by_ref().take(4).enumerate() {
                chunk[..width].copy_from_slice(&row[gate * units + unit..][..width]);
            }
        }
    }
    packed
}

/// `U^T` as `[group of blocks][column of U][block in the group][lane]`: groups of up to four blocks of units.
fn pack_transposed(recurrent: &[f32], stride: usize, units: usize, lanes: usize) -> Vec<f32> {
    let mut packed = vec![0.0; units.div_ceil(lanes) * units * 4 * lanes];
    let mut at = 0;
    let mut unit = 0;
    while unit < units {
        let blocks = 4.min((units - unit).div_ceil(lanes));
        let width = (blocks * lanes).min(units - unit);
        for (k, row) in recurrent.chunks(stride).enumerate().skip(unit).take(width) {
            for (column, &value) in row[..4 * units].iter().enumerate() {
                packed[at + column * blocks * lanes + k - unit] = value;
            }
        }
        at += 4 * units * blocks * lanes;
        unit += width;
    }
    packed
}

/// Rows `rows` of `[_, width]` as columns; columns beyond them become zero.
#[inline(always)]
fn transpose<const ROWS: usize>(
    columns: &mut [[f32; ROWS]],
    values: &[f32],
    rows: Range<usize>,
    width: usize,
) {
    if rows.len() < ROWS {
        columns[..width].fill([0.0; ROWS]);
    }
    for (r, row) in rows.enumerate() {
        for (column, &value) in columns.iter_mut().zip(&values[row * width..][..width]) {
            column[r] = value;
        }
    }
}
