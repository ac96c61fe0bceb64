//! Vectors being made.

use std::sync::Arc;

use super::{Storage, Vectors, VocabularyBuilder};

/// Vectors being made: one after the other, or many rows at a time, whose numbers are written where they stay.
pub(crate) struct Builder {
    words: VocabularyBuilder,
    dim: usize,
    lowercase: bool,
    /// Numbers, and behind those of [`Builder::space`] zeros.
    data: Vec<f32>,
}

impl Builder {
    /// No vectors yet, of `dim` numbers each.
    pub(crate) fn new(dim: usize) -> Self {
        Self { words: VocabularyBuilder::default(), dim, lowercase: false, data: Vec::new() }
    }

    /// Whether words become lower case.
    pub(crate) fn lowercase(self, lowercase: bool) -> Self {
        Self { lowercase, ..self }
    }

    /// Room for so many rows more. Not for what a header says before it has been held against the file's size.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.data.reserve_exact(rows * self.dim);
    }

    /// Why there is no room for another word.
    pub(crate) fn fault(&self) -> Option<String> {
        self.words.fault()
    }

    /// Adds a word that is not at fault (see [`super::word_fault`]) and its finite numbers, `dim` of them; false,
    /// and one duplicate more, when the word is known already.
    pub(crate) fn push(&mut self, word: &str, vector: &[f32]) -> bool {
        debug_assert_eq!(vector.len(), self.dim);
        let new = if self.lowercase { self.words.push(&word.to_lowercase()) } else { self.words.push(word) };
        if new {
            self.data.extend_from_slice(vector);
        }
        new
    }

    /// The length of a vector.
    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    /// Room for the numbers of the next `rows`, to be filled before [`Builder::fill`] is called with their words.
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

    /// Gives the rows of [`Builder::space`] their words; rows of known words are dropped, and those without one.
    ///
    /// # Errors
    /// When there is no room for so many words.
    pub(crate) fn fill<'a>(&mut self, words: impl Iterator<Item = Option<&'a str>>) -> Result<(), String> {
        let first = self.words.len();
        for (row, word) in words.enumerate() {
            if let Some(fault) = self.words.fault() {
                return Err(fault);
            }
            let Some(word) = word else { continue };
            let (from, to) = (first + row, self.words.len());
            if self.words.push(word) && from != to {
                self.data.copy_within(from * self.dim..(from + 1) * self.dim, to * self.dim);
            }
        }
        Ok(())
    }

    /// The vectors. `dim` must not be 0.
    pub(crate) fn finish(mut self) -> Vectors {
        self.data.truncate(self.words.len() * self.dim);
        self.data.shrink_to_fit();
        Vectors::from_parts(Arc::new(self.words.finish()), self.dim, Storage::Owned(self.data))
    }
}
