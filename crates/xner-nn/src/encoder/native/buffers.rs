//! Buffers that are used again. A new buffer costs a page fault for every four kilobytes.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

/// The free buffers.
static FREE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// Values that go back to the free buffers when they are dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    values: Vec<f32>,
}

impl Buffer {
    /// A buffer of `len` values, which are unspecified.
    pub(crate) fn new(len: usize) -> Self {
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // Take the smallest that is large enough, or else the largest, which grows.
        let fits = |at: &usize| free[*at].capacity() >= len;
        let smallest = (0..free.len()).filter(fits).min_by_key(|&at| free[at].capacity());
        let taken = smallest.or_else(|| (0..free.len()).max_by_key(|&at| free[at].capacity()));
        let mut values = taken.map(|at| free.swap_remove(at)).unwrap_or_default();
        drop(free);
        if values.capacity() < len {
            // Growing would copy values that are of no use.
            values = Vec::with_capacity(len);
        }
        values.resize(len, 0.0);
        Self { values }
    }
}

impl Deref for Buffer {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.values
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let values = std::mem::take(&mut self.values);
        FREE.lock().unwrap_or_else(PoisonError::into_inner).push(values);
    }
}

/// Frees the memory that encoder layers keep for their next call.
pub fn release_buffers() {
    FREE.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_has_its_length_and_its_memory_is_used_again() {
        let large = Buffer::new(1_000_003);
        let place = large.as_ptr();
        drop(large);
        // Nothing else in these tests is as large.
        let again = Buffer::new(1_000_001);
        assert_eq!((again.len(), again.as_ptr()), (1_000_001, place));
        drop(again);
        release_buffers();
        assert!(FREE.lock().unwrap_or_else(PoisonError::into_inner).iter().all(|b| b.capacity() < 1_000_000));
    }
}
