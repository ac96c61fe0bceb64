//! Scratch memory on cache-line boundaries.

use std::ops::{Deref, DerefMut};

/// Values in a cache line; rows of tags are padded to a multiple of it, whatever the vector width.
pub(crate) const LINE: usize = 8;

/// The length of a row of `tags` values with its padding.
pub(crate) fn padded(tags: usize) -> usize {
    tags.next_multiple_of(LINE)
}

/// A slice of `f64` whose first value lies on a cache line, so that no vector straddles two.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    store: Vec<f64>,
    len: usize,
}

impl Buffer {
    /// `len` times `value`.
    pub(crate) fn filled(len: usize, value: f64) -> Self {
        Self { store: vec![value; len + LINE - 1], len }
    }

    /// Makes room for `len` values; what they are is unspecified.
    pub(crate) fn resize(&mut self, len: usize) {
        if self.store.len() < len + LINE - 1 {
            self.store = vec![0.0; len + LINE - 1];
        }
        self.len = len;
    }

    fn first(&self) -> usize {
        self.store.as_ptr().align_offset(LINE * size_of::<f64>()).min(LINE - 1)
    }
}

impl Deref for Buffer {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        let first = self.first();
        self.store.get(first..first + self.len).unwrap_or_default()
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f64] {
        let first = self.first();
        self.store.get_mut(first..first + self.len).unwrap_or_default()
    }
}
