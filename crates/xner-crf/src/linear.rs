//! Forward and backward passes over probabilities. They are fast, and are for scores of a moderate range.
//!
//! Exponentials are taken once per emission and once per transition. A step is then a product of a vector and a matrix.
//! Three bounds rule out underflow. Transitions, starts and ends span at most [`RANGE`]. The emissions of the sentence
//! span at most [`RANGE`] too. The forward values of a step are scaled to sum to one, and each is at least [`FLOOR`],
//! or exactly zero where no allowed path leads. So a forward value before scaling is above `FLOOR · e^(-2 RANGE)`,
//! about 1e-274, and no value that should count becomes zero. The logarithmic passes take a sentence that breaks a
//! bound.

use pulp::{Simd, WithSimd};

use crate::buffer::padded;
use crate::emissions::Extent;
use crate::simd::{Matrix, exp, outer_products, product};
use crate::tables::{Largest, Tables};
use crate::trellis::Trellis;

/// The largest difference between two scores of a kind; `e^-200` is 1e-87.
pub(crate) const RANGE: f64 = 200.0;

/// The smallest forward value that is not zero.
const FLOOR: f64 = 1e-100;

/// The smallest sum of a step. A smaller one is zero because there is no path.
const LEAST: f64 = 1e-290;

/// The parameters of the passes.
#[derive(Debug)]
pub(crate) struct Linear {
    tags: usize,
    tables: Tables,
    largest: Largest,
}

impl Linear {
    /// The parameters, if their range allows these passes.
    pub(crate) fn new(arch: pulp::Arch, scores: &Tables, tags: usize) -> Option<Self> {
        let (tables, largest) = scores.exponentials(arch, tags, RANGE)?;
        Some(Self { tags, tables, largest })
    }

    /// Whether emissions of this range may be given to these passes.
    pub(crate) fn takes(extent: Extent) -> bool {
        f64::from(extent.high) - f64::from(extent.low) <= RANGE
    }

    /// `exp(transition - largest)`, or zero for a forbidden one.
    pub(crate) fn transition(&self, from: usize, to: usize) -> f64 {
        self.tables.transitions[from * padded(self.tags) + to]
    }

    fn transitions(&self) -> Matrix<'_> {
        Matrix { values: &self.tables.transitions, width: padded(self.tags) }
    }

    fn transposed(&self) -> Matrix<'_> {
        Matrix { values: &self.tables.transposed, width: padded(self.tags) }
    }
}

/// The forward pass. Turns the scores in `trellis.ahead` into exponentials, fills `forward`, the norms
/// and the log-partition. False when a bound was broken; the trellis is then of no use.
pub(crate) struct Forward<'a> {
    pub(crate) linear: &'a Linear,
    pub(crate) extent: Extent,
    pub(crate) trellis: &'a mut Trellis,
}

impl WithSimd for Forward<'_> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let Self { linear, extent, trellis } = self;
        let width = padded(linear.tags);
        let highest = f64::from(extent.high);
        for value in trellis.ahead.iter_mut() {
            *value = exp(*value - highest);
        }

        let zero = simd.splat_f64s(0.0);
        let mut log_sum = LogSum::default();
        let mut norm = 1.0;
        let emissions = trellis.ahead.chunks_exact(width);
        for (step, (emission, inverse)) in emissions.zip(trellis.norms.iter_mut()).enumerate() {
            let emission = S::as_simd_f64s(emission).0;
            let (before, here) = trellis.forward.split_at_mut(step * width);
            let here = S::as_mut_simd_f64s(&mut here[..width]).0;
            let mut sum = zero;
            if step == 0 {
                let start = S::as_simd_f64s(&linear.tables.start).0;
                for ((here, &start), &emission) in here.iter_mut().zip(start).zip(emission) {
                    *here = simd.mul_f64s(start, emission);
                    sum = simd.add_f64s(sum, *here);
                }
            } else {
                // The values of the step before are not scaled yet: their norm is still being summed
                // up while the product runs, and joins here.
                let before = &before[(step - 1) * width..][..linear.tags];
                let norm = simd.splat_f64s(norm);
                product::<S, false>(simd, before, linear.transitions(), |k, value| {
                    here[k] = simd.mul_f64s(value, simd.mul_f64s(emission[k], norm));
                    sum = simd.add_f64s(sum, here[k]);
                });
            }
            let sum = simd.reduce_sum_f64s(sum);
            if sum < LEAST {
                return false;
            }
            log_sum.times(sum);
            norm = 1.0 / sum;
            *inverse = norm;
        }

        let floor = simd.splat_f64s(FLOOR);
        let one = simd.splat_f64s(1.0);
        let mut lowest = one;
        for (row, &norm) in trellis.forward.chunks_exact_mut(width).zip(trellis.norms.iter()) {
            let norm = simd.splat_f64s(norm);
            for value in S::as_mut_simd_f64s(row).0 {
                *value = simd.mul_f64s(*value, norm);
                let counts = simd.greater_than_f64s(*value, zero);
                lowest = simd.min_f64s(lowest, simd.select_f64s(counts, *value, one));
            }
        }
        if simd.reduce_min_f64s(simd.sub_f64s(lowest, floor)) < 0.0 {
            return false;
        }

        let last = &trellis.forward[(trellis.len - 1) * width..];
        let end: f64 = last.iter().zip(linear.tables.end.iter()).map(|(x, y)| x * y).sum();
        if end < LEAST {
            return false;
        }
        log_sum.times(end);
        trellis.end_norm = 1.0 / end;
        let steps = trellis.len as f64;
        let Largest { transition, start, end } = linear.largest;
        trellis.log_partition = log_sum.ln() + steps * highest + (steps - 1.0) * transition + start + end;
        true
    }
}

/// The logarithm of a product of many factors, each above [`LEAST`].
struct LogSum {
    logarithm: f64,
    product: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self { logarithm: 0.0, product: 1.0 }
    }
}

impl LogSum {
    /// Multiplies, and takes a logarithm only when the product leaves the safe range.
    #[inline(always)]
    fn times(&mut self, factor: f64) {
        self.product *= factor;
        if !(1e-15..1e15).contains(&self.product) {
            self.logarithm += self.product.ln();
            self.product = 1.0;
        }
    }

    fn ln(&self) -> f64 {
        self.logarithm + self.product.ln()
    }
}

/// The backward pass, after [`Forward`]: fills `backward` and turns the emissions into `ahead`.
pub(crate) struct Backward<'a> {
    pub(crate) linear: &'a Linear,
    pub(crate) trellis: &'a mut Trellis,
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { linear, trellis } = self;
        let width = padded(linear.tags);
        let zero = simd.splat_f64s(0.0);
        // Values ahead of a tag that no path reaches have no bound, and are not used.
        let reached = |forward: S::f64s, value: S::f64s| {
            simd.select_f64s(simd.greater_than_f64s(forward, zero), value, zero)
        };
        let rows = trellis.forward.chunks_exact(width).zip(trellis.backward.chunks_exact_mut(width));
        let mut next: Option<&[f64]> = None;
        let ahead = trellis.ahead.chunks_exact_mut(width).zip(trellis.norms.iter());
        for ((forward, backward), (ahead, &norm)) in rows.zip(ahead).rev() {
            let forward = S::as_simd_f64s(forward).0;
            let backward = S::as_mut_simd_f64s(backward).0;
            if let Some(next) = next {
                product::<S, false>(simd, &next[..linear.tags], linear.transposed(), |k, value| {
                    backward[k] = reached(forward[k], value);
                });
            } else {
                let norm = simd.splat_f64s(trellis.end_norm);
                let end = S::as_simd_f64s(&linear.tables.end).0;
                for ((backward, &forward), &end) in backward.iter_mut().zip(forward).zip(end) {
                    *backward = reached(forward, simd.mul_f64s(end, norm));
                }
            }
            let norm = simd.splat_f64s(norm);
            for (ahead, &backward) in S::as_mut_simd_f64s(ahead).0.iter_mut().zip(&*backward) {
                *ahead = simd.mul_f64s(simd.mul_f64s(*ahead, norm), backward);
            }
            next = Some(ahead);
        }
    }
}

/// Adds `weight` times the expected count of every transition, `[from, to]` in padded rows, to `into`.
pub(crate) struct Expected<'a> {
    pub(crate) linear: &'a Linear,
    pub(crate) trellis: &'a Trellis,
    pub(crate) weight: f64,
    pub(crate) into: &'a mut [f64],
}

impl WithSimd for Expected<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = padded(self.linear.tags);
        let ahead = self.trellis.ahead.get(width..).unwrap_or_default();
        let scale = self.linear.transitions();
        outer_products(simd, &self.trellis.forward, ahead, self.linear.tags, scale, self.weight, self.into);
    }
}
