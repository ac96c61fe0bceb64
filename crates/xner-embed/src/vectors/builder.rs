//! Vectors, one after the other.

use std::sync::Arc;

use super::{Storage, Vectors, VocabularyBuilder};

/// Vectors being made.
pub(crate) struct Builder {
    words: VocabularyBuilder,
    dim: usize,
    lowercase: bool,
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

    /// The vectors. `dim` must not be 0.
    pub(crate) fn finish(mut self) -> Vectors {
        self.data.shrink_to_fit();
        Vectors::from_parts(Arc::new(self.words.finish()), self.dim, Storage::Owned(self.data))
    }
}
