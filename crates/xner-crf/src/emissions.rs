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
        let (mut low, mut high) = ([f32::INFINITY; 16], [f32::NEG_INFINITY; 16]);
        let mut odd = false;
        for (step, row) in into.chunks_exact_mut(width).enumerate() {
            let scores = self.step(step);
            let (head, tail) = row.split_at_mut(self.tags);
            for (to, &score) in head.iter_mut().zip(scores) {
                *to = f64::from(score);
            }
            tail.fill(head[0]);
            for lanes in scores.chunks(16) {
                for ((low, high), &score) in low.iter_mut().zip(&mut high).zip(lanes) {
                    // Written so that NaN is odd too.
                    odd |= !(score.abs() <= f32::MAX);
                    *low = if score < *low { score } else { *low };
                    *high = if score > *high { score } else { *high };
                }
            }
        }
        if odd {
            self.check()?;
        }
        Ok(Extent {
            low: low.iter().copied().fold(f32::INFINITY, f32::min),
            high: high.iter().copied().fold(f32::NEG_INFINITY, f32::max),
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
