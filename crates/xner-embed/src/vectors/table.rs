//! Vectors, many rows at a time: numbers first, then their words.

use std::sync::Arc;

use super::{Storage, Vectors, VocabularyBuilder};

/// Vectors being made, whose numbers are written where they stay.
pub(crate) struct Table {
    words: VocabularyBuilder,
    dim: usize,
    /// Numbers, and zeros behind them.
    data: Vec<f32>,
}

impl Table {
    /// No vectors yet, of `dim` numbers each, of which there must be one at least.
    pub(crate) fn new(dim: usize) -> Self {
        Self { words: VocabularyBuilder::default(), dim, data: Vec::new() }
    }

    /// The length of a vector.
    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    /// Room for the numbers of the next `rows`, to be filled before [`Table::fill`] is called with their words.
    /// `expected` numbers in all are expected; they cost no memory until they are written.
    pub(crate) fn space(&mut self, rows: usize, expected: usize) -> &mut [f32] {
        let used = self.words.len() * self.dim;
        let end = used + rows * self.dim;
        if self.data.len() < end {
            // Fresh zeros come from the system as they are touched, which no growing vector can say of itself.
            let mut larger = vec![0.0; end.max(expected).max(self.data.len() * 2)];
            larger[..used].copy_from_slice(&self.data[..used]);
            self.data = larger;
        }
        &mut self.data[used..end]
    }

    /// Gives the rows of [`Table::space`] their words; rows of known words are dropped.
    ///
    /// # Errors
    /// When there is no room for so many words.
    pub(crate) fn fill<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let first = self.words.len();
        for (row, word) in words.enumerate() {
            if let Some(fault) = self.words.fault() {
                return Err(fault);
            }
            let (from, to) = (first + row, self.words.len());
            if self.words.push(word) && from != to {
                self.data.copy_within(from * self.dim..(from + 1) * self.dim, to * self.dim);
            }
        }
        Ok(())
    }

    /// The vectors.
    pub(crate) fn finish(mut self) -> Vectors {
        self.data.truncate(self.words.len() * self.dim);
        self.data.shrink_to_fit();
        Vectors::from_parts(Arc::new(self.words.finish()), self.dim, Storage::Owned(self.data))
    }
}
