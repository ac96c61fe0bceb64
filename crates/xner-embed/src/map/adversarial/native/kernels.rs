//! The passes over a layer that the threads share out among themselves.
//!
//! Each writes what no other writes, and every sum has one order, so that results do not depend on the number of
//! threads.

use pulp::{Simd, WithSimd};

use super::panels::{Panels, WIDTH};
use super::tile::{across, along, groups, most_rows};

/// Panels that a pass takes at once, so that what it reads again stays in the nearest cache.
const DEPTH: usize = 4;
const REACH: usize = 8;

/// One panel of a layer's activations: `max(z, leak z)` of `z = x weight + bias`, times the mask.
pub(super) struct Forward<'a> {
    /// `[rows, 32]`
    pub(super) out: &'a mut [f32],
    /// `[rows, inputs]`
    pub(super) x: &'a Panels,
    /// `[inputs, 32]`
    pub(super) weight: &'a [f32],
    /// `[32]`
    pub(super) bias: &'a [f32],
    pub(super) leak: f32,
    /// `[rows, 32]`
    pub(super) mask: Option<&'a [f32]>,
    /// The output layer's weights for these units and where its part of the logits goes, `[32]` and `[rows]`.
    pub(super) logits: Option<(&'a [f32], &'a mut [f32])>,
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { out, x, weight, bias, leak, mask, logits } = self;
        for row in out.chunks_exact_mut(WIDTH) {
            row.copy_from_slice(bias);
        }
        let panels = x.columns().div_ceil(WIDTH);
        for from in (0..panels).step_by(DEPTH) {
            for (first, size) in groups(x.rows(), most_rows::<S>()) {
                let parts = (from..panels.min(from + DEPTH)).map(|p| {
                    let depth = WIDTH.min(x.columns() - p * WIDTH);
                    (&x.panel(p)[first * WIDTH..], &weight[p * WIDTH * WIDTH..][..depth * WIDTH])
                });
                along(simd, &mut out[first * WIDTH..][..size * WIDTH], parts);
            }
        }
        match mask {
            None => out.iter_mut().for_each(|z| *z = z.max(leak * *z)),
            Some(mask) => out.iter_mut().zip(mask).for_each(|(z, m)| *z = z.max(leak * *z) * m),
        }
        if let Some((weight, logits)) = logits {
            for (row, logit) in out.chunks_exact(WIDTH).zip(logits) {
                *logit = row.iter().zip(weight).map(|(a, w)| a * w).sum();
            }
        }
    }
}

/// What the rectifier's gradient needs to know of some units: their activations and masks, `[rows, 32]` a panel.
pub(super) struct Rectifier<'a> {
    pub(super) activations: &'a Panels,
    pub(super) mask: Option<&'a Panels>,
    pub(super) leak: f32,
}

/// The gradient by the pre-activations of some panels of units, both ways round.
pub(super) struct Gradient<'a> {
    /// `[panels, rows, 32]`
    pub(super) by_row: &'a mut [f32],
    /// For each 32 rows `[units, 32]`; what comes in is the gradient by the activations.
    pub(super) by_unit: &'a mut [&'a mut [f32]],
    /// The units' biases and the learning rate, in a discriminator step.
    pub(super) bias: Option<(&'a mut [f32], f32)>,
}

impl Gradient<'_> {
    /// Goes through the rectifier of panels `panel`, …, and takes a step of the biases.
    #[inline(always)]
    fn finish(&mut self, rectifier: &Rectifier<'_>, panel: usize) {
        let rows = rectifier.activations.rows();
        let units = self.by_unit[0].len() / WIDTH;
        let mut square = [[0.0_f32; WIDTH]; WIDTH];
        for first in (0..units).step_by(WIDTH) {
            let width = WIDTH.min(units - first);
            let at = panel + first / WIDTH;
            let activations = rectifier.activations.panel(at);
            let mask = rectifier.mask.map(|mask| mask.panel(at));
            let out = &mut self.by_row[first * rows..][..rows * WIDTH];
            for (some, from) in self.by_unit.iter_mut().zip((0..rows).step_by(WIDTH)) {
                let height = WIDTH.min(rows - from);
                let piece = &mut some[first * WIDTH..][..width * WIDTH];
                transpose(piece, &mut square);
                for (r, row) in square.iter_mut().take(height).enumerate() {
                    let line = (from + r) * WIDTH..(from + r + 1) * WIDTH;
                    let out = &mut out[line.clone()];
                    for ((d, a), out) in row.iter_mut().zip(&activations[line.clone()]).zip(&mut *out) {
                        let slope = if *a > 0.0 { 1.0 } else { rectifier.leak };
                        *d *= slope;
                        *out = *d;
                    }
                    if let Some(mask) = mask {
                        for ((d, m), out) in row.iter_mut().zip(&mask[line]).zip(out) {
                            *d *= m;
                            *out = *d;
                        }
                    }
                }
                for (unit, values) in piece.chunks_exact_mut(WIDTH).enumerate() {
                    for (value, row) in values.iter_mut().zip(&square[..height]) {
                        *value = row[unit];
                    }
                }
            }
            if let Some((bias, rate)) = &mut self.bias {
                let mut sums = [0.0_f32; WIDTH];
                for row in out.chunks_exact(WIDTH) {
                    sums.iter_mut().zip(row).for_each(|(sum, d)| *sum += d);
                }
                bias[first..].iter_mut().zip(sums).for_each(|(bias, sum)| *bias -= *rate * sum);
            }
        }
    }
}

/// Columns of up to 32 rows of 32 as rows; what is missing is 0.
#[inline(always)]
fn transpose(rows: &[f32], into: &mut [[f32; WIDTH]; WIDTH]) {
    for line in into.iter_mut() {
        *line = [0.0; WIDTH];
    }
    for (r, row) in rows.chunks_exact(WIDTH).enumerate() {
        for (line, value) in into.iter_mut().zip(row) {
            line[r % WIDTH] = *value;
        }
    }
}

/// The gradient by some of the last hidden layer's units, a panel of them, from that by the logits.
pub(super) struct Output<'a> {
    /// `[rows]`
    pub(super) by_logit: &'a [f32],
    /// `[32]`: the output layer's weights, and the learning rate in a discriminator step.
    pub(super) weight: &'a mut [f32],
    pub(super) rate: Option<f32>,
    pub(super) rectifier: Rectifier<'a>,
    pub(super) panel: usize,
    pub(super) gradient: Gradient<'a>,
}

impl WithSimd for Output<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        for (some, by_logit) in self.gradient.by_unit.iter_mut().zip(self.by_logit.chunks(WIDTH)) {
            for (row, w) in some.chunks_exact_mut(WIDTH).zip(&*self.weight) {
                row.iter_mut().zip(by_logit).for_each(|(d, g)| *d = g * w);
            }
        }
        if let Some(rate) = self.rate {
            let mut sums = [0.0_f32; WIDTH];
            let activations = self.rectifier.activations.panel(self.panel);
            for (row, g) in activations.chunks_exact(WIDTH).zip(self.by_logit) {
                sums.iter_mut().zip(row).for_each(|(sum, a)| *sum += a * g);
            }
            self.weight.iter_mut().zip(sums).for_each(|(w, sum)| *w -= rate * sum);
        }
        self.gradient.finish(&self.rectifier, self.panel);
    }
}

/// The gradient by the outputs of a layer, both ways round.
#[derive(Clone, Copy)]
pub(super) struct Upstream<'a> {
    /// `[rows, outputs]`
    pub(super) by_row: &'a Panels,
    /// `[outputs in whole panels, rows]`
    pub(super) by_unit: &'a Panels,
}

/// A block of a hidden layer's inputs: the gradient by them, and with `rate` a step of the weights' rows behind it,
/// while they are near.
pub(super) struct Inputs<'a> {
    pub(super) upstream: Upstream<'a>,
    /// For each panel of outputs the weights' rows of this block, `[block, 32]`.
    pub(super) weight: Vec<&'a mut [f32]>,
    pub(super) rate: f32,
    pub(super) rectifier: Rectifier<'a>,
    /// The block's first panel.
    pub(super) panel: usize,
    pub(super) gradient: Gradient<'a>,
}

impl WithSimd for Inputs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.gradient.by_unit.iter_mut().for_each(|some| some.fill(0.0));
        let units = self.weight[0].len() / WIDTH;
        for (at, weights) in self.weight.chunks_mut(REACH).enumerate() {
            let reach = at * REACH;
            for panel in 0..units.div_ceil(WIDTH) {
                for (first, size) in groups(WIDTH.min(units - panel * WIDTH), most_rows::<S>()) {
                    let begin = (panel * WIDTH + first) * WIDTH;
                    let lines = begin..begin + size * WIDTH;
                    for (b, some) in self.gradient.by_unit.iter_mut().enumerate() {
                        let upstream = self.upstream.by_unit.panel(b)[reach * WIDTH * WIDTH..]
                            .chunks_exact(WIDTH * WIDTH);
                        let parts = weights.iter().map(|w| &w[lines.clone()]).zip(upstream);
                        along(simd, &mut some[lines.clone()], parts);
                    }
                    let x = self.rectifier.activations.panel(self.panel + panel);
                    for (j, w) in weights.iter_mut().enumerate() {
                        let upstream = self.upstream.by_row.panel(reach + j);
                        across(simd, &mut w[lines.clone()], x, first, upstream, -self.rate);
                    }
                }
            }
        }
        self.gradient.finish(&self.rectifier, self.panel);
    }
}

/// The gradient by a block of a layer's inputs alone.
pub(super) struct InputsOnly<'a, 'b> {
    /// `[outputs in whole panels, rows]`
    pub(super) upstream: &'a Panels,
    /// For each panel of outputs the weights' rows of this block, `[block, 32]`.
    pub(super) weight: Vec<&'a [f32]>,
    /// For each 32 rows `[block, 32]`.
    pub(super) by_unit: &'b mut [&'a mut [f32]],
}

impl WithSimd for InputsOnly<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let units = self.weight[0].len() / WIDTH;
        for (some, upstream) in self.by_unit.iter_mut().zip(self.upstream.all()) {
            some.fill(0.0);
            for (weights, upstream) in self.weight.chunks(REACH).zip(upstream.chunks(REACH * WIDTH * WIDTH)) {
                for (first, size) in groups(units, most_rows::<S>()) {
                    let lines = first * WIDTH..(first + size) * WIDTH;
                    let parts =
                        weights.iter().map(|w| &w[lines.clone()]).zip(upstream.chunks_exact(WIDTH * WIDTH));
                    along(simd, &mut some[lines.clone()], parts);
                }
            }
        }
    }
}

/// Goes through the rectifier of some panels.
pub(super) struct Through<'a> {
    pub(super) rectifier: Rectifier<'a>,
    pub(super) panel: usize,
    pub(super) gradient: Gradient<'a>,
}

impl WithSimd for Through<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        self.gradient.finish(&self.rectifier, self.panel);
    }
}

/// A step of one panel of the first layer's weights.
pub(super) struct Weights<'a> {
    /// `[inputs, 32]`
    pub(super) weight: &'a mut [f32],
    /// `[rows, inputs]`
    pub(super) x: &'a Panels,
    /// `[rows, 32]`
    pub(super) upstream: &'a [f32],
    pub(super) rate: f32,
}

impl WithSimd for Weights<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (weight, x) in self.weight.chunks_mut(WIDTH * WIDTH).zip(self.x.all()) {
            for (first, size) in groups(weight.len() / WIDTH, most_rows::<S>()) {
                let lines = first * WIDTH..(first + size) * WIDTH;
                across(simd, &mut weight[lines], x, first, self.upstream, -self.rate);
            }
        }
    }
}
