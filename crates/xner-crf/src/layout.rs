//! Where the rows of a batch's sentences lie.

use std::ops::Range;

use crate::error::{Error, Result};

/// For every sentence of a batch, the row of the emissions that each of its steps reads.
///
/// The rows of a sentence need not be neighbours, so a batch may be padded, time-major or packed
/// without being copied. Rows that belong to no sentence (padding) are never read.
///
/// ```
/// use xner_crf::Layout;
///
/// // Two sentences of 2 and 3 tokens, padded to 3 steps: rows 0 1 . and 3 4 5.
/// let layout = Layout::padded(&[2, 3], 3)?;
/// assert_eq!((layout.sentences(), layout.rows()), (2, 6));
/// assert_eq!(layout.sentence(1), &[3, 4, 5]);
/// # Ok::<(), xner_crf::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    offsets: Vec<usize>,
    map: Vec<u32>,
    rows: usize,
}

impl Layout {
    /// Sentences of these lengths one behind the other.
    pub fn consecutive(lengths: &[usize]) -> Self {
        let offsets: Vec<usize> = starts(lengths).collect();
        let rows = offsets.last().copied().unwrap_or(0);
        Self { offsets, map: (0..rows as u32).collect(), rows }
    }

    /// Sentences padded to `steps` each, one behind the other: `[sentences, steps]`.
    ///
    /// # Errors
    /// [`Error::RowOutside`] or [`Error::RowTwice`] for a length above `steps`.
    pub fn padded(lengths: &[usize], steps: usize) -> Result<Self> {
        Self::new(lengths, lengths.len() * steps, |sentence, step| sentence * steps + step)
    }

    /// Sentences padded to `steps` each, step by step: `[steps, sentences]`.
    ///
    /// # Errors
    /// [`Error::RowOutside`] for a length above `steps`.
    pub fn time_major(lengths: &[usize], steps: usize) -> Result<Self> {
        Self::new(lengths, lengths.len() * steps, |sentence, step| step * lengths.len() + sentence)
    }

    /// Sentences of these lengths over emissions of `rows` rows, with the row of every
    /// `(sentence, step)`.
    ///
    /// # Errors
    /// [`Error::RowOutside`] for a row that is not below `rows`, [`Error::RowTwice`] for one that
    /// belongs to two steps.
    pub fn new(lengths: &[usize], rows: usize, row: impl Fn(usize, usize) -> usize) -> Result<Self> {
        let offsets: Vec<usize> = starts(lengths).collect();
        let mut map = Vec::with_capacity(offsets.last().copied().unwrap_or(0).min(rows));
        let mut taken = vec![false; rows];
        for (sentence, &length) in lengths.iter().enumerate() {
            for step in 0..length {
                let row = row(sentence, step);
                match taken.get_mut(row) {
                    Some(taken) if !*taken => *taken = true,
                    Some(_) => return Err(Error::RowTwice { sentence, step, row }),
                    None => return Err(Error::RowOutside { sentence, step, row, rows }),
                }
                map.push(row as u32);
            }
        }
        Ok(Self { offsets, map, rows })
    }

    /// The number of sentences.
    pub fn sentences(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of rows of the emissions, those of no sentence included.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of tokens of all sentences.
    pub fn tokens(&self) -> usize {
        self.map.len()
    }

    /// The rows of a sentence, step by step.
    ///
    /// # Panics
    /// When `sentence` is not below [`Layout::sentences`].
    pub fn sentence(&self, sentence: usize) -> &[u32] {
        &self.map[self.offsets[sentence]..self.offsets[sentence + 1]]
    }

    /// The sentences in runs of about `tokens` tokens. The cut depends on the layout alone, so sums
    /// over runs do not depend on who computes them.
    pub(crate) fn runs(&self, tokens: usize) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut first = 0;
        for end in 1..=self.sentences() {
            if self.offsets[end] - self.offsets[first] >= tokens || end == self.sentences() {
                runs.push(first..end);
                first = end;
            }
        }
        runs
    }

    /// The tokens of a run of sentences.
    pub(crate) fn tokens_of(&self, run: &Range<usize>) -> usize {
        self.offsets[run.end] - self.offsets[run.start]
    }
}

/// Where each sentence starts, and where the last one ends.
fn starts(lengths: &[usize]) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(lengths.iter().scan(0, |end, &length| {
        *end += length;
        Some(*end)
    }))
}
