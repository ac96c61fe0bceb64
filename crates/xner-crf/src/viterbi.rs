//! The best path.

use pulp::{Simd, WithSimd};

use crate::buffer::{Buffer, LINE, padded};
use crate::error::{Error, Result};
use crate::simd::{Matrix, product};
use crate::tables::Tables;

/// A path of tags and its score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Path {
    /// A tag per token.
    pub tags: Vec<u16>,
    /// The sum of its start, emission, transition and end scores.
    pub score: f64,
}

/// The memory of a decoder.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The scores of the best paths to each tag, `[len, width]`. Until the pass it holds the emissions.
    pub(crate) scores: Buffer,
    /// The same without the step's own emission.
    arrivals: Buffer,
}

/// Viterbi's algorithm over the scores that lie in `scratch.scores`, `len` steps of them, at least one.
///
/// Scores are summed in `f64` in one order, so a path's score here is the same to the bit as that of
/// [`crate::Crf::score`]. No back pointers are kept. The way back looks for the tag whose sum is the score of the tag
/// behind it. It does so for one tag per step, which is cheaper than keeping a pointer for each.
pub(crate) struct Viterbi<'a> {
    pub(crate) tables: &'a Tables,
    pub(crate) tags: usize,
    pub(crate) len: usize,
    pub(crate) scratch: &'a mut Scratch,
}

impl WithSimd for Viterbi<'_> {
    type Output = Result<Path>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Result<Path> {
        let Self { tables, tags, len, scratch } = self;
        let width = padded(tags);
        scratch.arrivals.resize(len * width);
        let transitions = Matrix { values: &tables.transitions, width };
        let start = S::as_simd_f64s(&tables.start).0;
        for (score, &start) in S::as_mut_simd_f64s(&mut scratch.scores[..width]).0.iter_mut().zip(start) {
            *score = simd.add_f64s(start, *score);
        }
        for step in 1..len {
            let (before, here) = scratch.scores.split_at_mut(step * width);
            let before = &before[(step - 1) * width..][..tags];
            let here = S::as_mut_simd_f64s(&mut here[..width]).0;
            let arrival = S::as_mut_simd_f64s(&mut scratch.arrivals[step * width..][..width]).0;
            product::<S, true>(simd, before, transitions, |k, best| {
                arrival[k] = best;
                here[k] = simd.add_f64s(best, here[k]);
            });
        }

        let mut path = Path { tags: vec![0; len], score: f64::NEG_INFINITY };
        let mut tag = 0;
        let last = &scratch.scores[(len - 1) * width..][..tags];
        for (end, (score, end_score)) in last.iter().zip(tables.end.iter()).enumerate() {
            let score = score + end_score;
            if score > path.score {
                (path.score, tag) = (score, end);
            }
        }
        if path.score == f64::NEG_INFINITY {
            return Err(Error::Unsatisfiable { sentence: 0, len });
        }
        for step in (0..len).rev() {
            path.tags[step] = tag as u16;
            if step > 0 {
                let before = &scratch.scores[(step - 1) * width..][..width];
                let into = &tables.transposed[tag * width..][..width];
                tag = origin(before, into, scratch.arrivals[step * width + tag]);
            }
        }
        Ok(path)
    }
}

/// The first place where `before + into` is `score`. A line at a time, without a branch inside it.
#[allow(clippy::float_cmp, reason = "the very sum that the score came from")]
#[inline(always)]
fn origin(before: &[f64], into: &[f64], score: f64) -> usize {
    let lines = before.chunks_exact(LINE).zip(into.chunks_exact(LINE));
    for (line, (before, into)) in lines.enumerate() {
        let equal = |lane: usize| u32::from(before[lane] + into[lane] == score) << lane;
        let found = (0..LINE).fold(0, |found, lane| found | equal(lane));
        if found != 0 {
            return line * LINE + found.trailing_zeros() as usize;
        }
    }
    0
}
