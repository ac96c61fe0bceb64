//! A CRF's parameters in the form of the passes: `f64`, in padded rows, by first and by second tag.

use pulp::Arch;

use crate::buffer::{Buffer, padded};
use crate::simd::exp;
use crate::{Constraints, Parameters};

/// Scores in one domain, in rows padded to `width`.
#[derive(Debug)]
pub(crate) struct Tables {
    /// `[from, to]`.
    pub(crate) transitions: Buffer,
    /// `[to, from]`.
    pub(crate) transposed: Buffer,
    pub(crate) start: Buffer,
    pub(crate) end: Buffer,
}

/// The largest scores, which [`Tables::exponentials`] subtracts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Largest {
    pub(crate) transition: f64,
    pub(crate) start: f64,
    pub(crate) end: f64,
}

impl Tables {
    fn filled(tags: usize, value: f64) -> Self {
        let width = padded(tags);
        Self {
            transitions: Buffer::filled(tags * width, value),
            transposed: Buffer::filled(tags * width, value),
            start: Buffer::filled(width, value),
            end: Buffer::filled(width, value),
        }
    }

    /// The scores themselves. Forbidden scores and the padding are minus infinity.
    pub(crate) fn scores(parameters: &Parameters, constraints: Option<&Constraints>) -> Self {
        let tags = parameters.tags();
        let width = padded(tags);
        let mut tables = Self::filled(tags, f64::NEG_INFINITY);
        for from in 0..tags {
            if constraints.is_none_or(|c| c.may_start(from)) {
                tables.start[from] = parameters.start()[from].into();
            }
            if constraints.is_none_or(|c| c.may_end(from)) {
                tables.end[from] = parameters.end()[from].into();
            }
            for to in 0..tags {
                if constraints.is_none_or(|c| c.may_follow(from, to)) {
                    let score = parameters.transition(from, to).into();
                    tables.transitions[from * width + to] = score;
                    tables.transposed[to * width + from] = score;
                }
            }
        }
        tables
    }

    /// `exp(score - largest)` of every score, where each kind has its own largest one. A forbidden score becomes zero.
    /// `None` when the allowed scores of a kind span more than `range`.
    pub(crate) fn exponentials(&self, arch: Arch, tags: usize, range: f64) -> Option<(Self, Largest)> {
        let mut tables = Self::filled(tags, 0.0);
        let largest = Largest {
            transition: exponentials(arch, &self.transitions, &mut tables.transitions, range)?,
            start: exponentials(arch, &self.start, &mut tables.start, range)?,
            end: exponentials(arch, &self.end, &mut tables.end, range)?,
        };
        let width = padded(tags);
        for from in 0..tags {
            for to in 0..tags {
                tables.transposed[to * width + from] = tables.transitions[from * width + to];
            }
        }
        Some((tables, largest))
    }
}

fn exponentials(arch: Arch, scores: &[f64], into: &mut [f64], range: f64) -> Option<f64> {
    let allowed = || scores.iter().copied().filter(|score| score.is_finite());
    let high = allowed().reduce(f64::max).unwrap_or(0.0);
    let low = allowed().reduce(f64::min).unwrap_or(0.0);
    if high - low > range {
        return None;
    }
    arch.dispatch(
        #[inline(always)]
        || {
            for (to, &score) in into.iter_mut().zip(scores) {
                // What is forbidden is minus infinity, for which `exp` is not made.
                let power = exp(if score < low { 0.0 } else { score - high });
                *to = if score < low { 0.0 } else { power };
            }
        },
    );
    Some(high)
}
