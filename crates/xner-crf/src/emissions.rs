//! A view of one sentence's emission scores.

use crate::buffer::{Buffer, padded};
use crate::error::{Error, Result, shape};

/// The emission scores of one sentence, `[len, tags]`, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Emissions<'a> {
    values: &'a [f32],
    tags: usize,
    /// The row of each step; none when they follow one another from row 0.
    rows: Option<&'a [u32]>,
}

/// The smallest and the largest score of a sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Extent {
    pub(crate) low: f32,
    pub(crate) high: f32,
}

impl<'a> Emissions<'a> {
    /// Scores `[len, tags]`, row by row.
    ///
    /// # Errors
    /// [`Error::Tags`] for no tags, [`Error::Shape`] when the slice is no whole number of rows.
    pub fn new(values: &'a [f32], tags: usize) -> Result<Self> {
        if tags == 0 {
            return Err(Error::Tags { found: tags });
        }
        shape("emissions [len, tags]", values.len() / tags * tags, values.len())?;
        Ok(Self { values, tags, rows: None })
    }

    /// The sentence whose step `t` reads row `rows[t]` of scores `[rows, tags]`.
    ///
    /// # Errors
    /// As [`Emissions::new`], and [`Error::RowOutside`] for a row beyond the scores.
    pub fn with_rows(values: &'a [f32], tags: usize, rows: &'a [u32]) -> Result<Self> {
        let all = Self::new(values, tags)?;
        let outside = rows.iter().position(|&row| row as usize >= all.len());
        if let Some(step) = outside {
            return Err(Error::RowOutside { sentence: 0, step, row: rows[step] as usize, rows: all.len() });
        }
        Ok(Self { rows: Some(rows), ..all })
    }

    /// As [`Emissions::with_rows`], for rows that a layout has checked.
    pub(crate) fn of_layout(values: &'a [f32], tags: usize, rows: &'a [u32]) -> Self {
        Self { values, tags, rows: Some(rows) }
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.rows.map_or(self.values.len() / self.tags, <[u32]>::len)
    }

    /// Whether the sentence has no step.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of tags.
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// The scores of a step, `[tags]`.
    ///
    /// # Panics
    /// When `step` is not below [`Emissions::len`].
    pub fn step(&self, step: usize) -> &'a [f32] {
        let row = self.row(step);
        &self.values[row * self.tags..][..self.tags]
    }

    fn row(&self, step: usize) -> usize {
        self.rows.map_or(step, |rows| rows[step] as usize)
    }

    /// Copies the scores to rows of padded length and says what range they span. The padding repeats a
    /// score of the row, so that it widens nothing.
    #[inline(always)]
    pub(crate) fn load(&self, into: &mut Buffer) -> Result<Extent> {
        let width = padded(self.tags);
        into.resize(self.len() * width);
        let mut span = Span::default();
        for (step, row) in into.chunks_exact_mut(width).enumerate() {
            let scores = self.step(step);
            let (head, tail) = row.split_at_mut(self.tags);
            for (to, &score) in head.iter_mut().zip(scores) {
                *to = f64::from(score);
            }
            tail.fill(head[0]);
            let (lines, rest) = scores.as_chunks();
            for line in lines {
                span.widen(line);
            }
            for &score in rest {
                span.widen(&[score; LANES]);
            }
        }
        if span.greatest_bits.iter().any(|&bits| bits >= f32::INFINITY.to_bits()) {
            self.check()?;
        }
        Ok(Extent {
            low: span.low.iter().copied().fold(f32::INFINITY, f32::min),
            high: span.high.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        })
    }

    /// Checks that every score is finite.
    pub(crate) fn check(&self) -> Result<()> {
        for step in 0..self.len() {
            if let Some(tag) = self.step(step).iter().position(|score| !score.is_finite()) {
                return Err(Error::Emission { row: self.row(step), tag, value: self.step(step)[tag] });
            }
        }
        Ok(())
    }
}

const LANES: usize = 8;

/// The extent of scores seen so far, in lanes that become one register each.
struct Span {
    low: [f32; LANES],
    high: [f32; LANES],
    /// The largest bits of an absolute value: those of infinity or above for what is not finite.
    greatest_bits: [u32; LANES],
}

impl Default for Span {
    fn default() -> Self {
        Self { low: [f32::INFINITY; LANES], high: [f32::NEG_INFINITY; LANES], greatest_bits: [0; LANES] }
    }
}

impl Span {
    #[inline(always)]
    fn widen(&mut self, scores: &[f32; LANES]) {
        for (lane, &score) in scores.iter().enumerate() {
            self.low[lane] = if score < self.low[lane] { score } else { self.low[lane] };
            self.high[lane] = if score > self.high[lane] { score } else { self.high[lane] };
            self.greatest_bits[lane] = self.greatest_bits[lane].max(score.abs().to_bits());
        }
    }
}
