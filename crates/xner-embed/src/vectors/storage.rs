//! Numbers that this process owns, or that lie in a mapped file.

use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytemuck::Pod;
use memmap2::Mmap;

/// A slice of `T`, owned or mapped.
pub(crate) enum Storage<T> {
    /// In this process's memory.
    Owned(Vec<T>),
    /// In a file's memory.
    Mapped(Part<T>),
}

/// An aligned range of a mapped file.
pub(crate) struct Part<T> {
    map: Arc<Mmap>,
    bytes: Range<usize>,
    of: PhantomData<T>,
}

impl<T: Pod> Storage<T> {
    /// The bytes of `map` in this range; copied where they do not begin at a multiple of `T`'s alignment.
    ///
    /// `None` when the range is not in the file, or holds no whole number of `T`.
    pub(crate) fn mapped(map: &Arc<Mmap>, bytes: Range<usize>) -> Option<Self> {
        let view = map.get(bytes.clone())?;
        if !view.len().is_multiple_of(size_of::<T>()) {
            return None;
        }
        Some(match bytemuck::try_cast_slice::<u8, T>(view) {
            Ok(_) => Self::Mapped(Part { map: Arc::clone(map), bytes, of: PhantomData }),
            Err(_) => {
                Self::Owned(view.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect())
            }
        })
    }

    /// The same numbers, owned.
    pub(crate) fn into_vec(self) -> Vec<T> {
        match self {
            Self::Owned(vec) => vec,
            Self::Mapped(_) => self.to_vec(),
        }
    }

    /// The first `len`, or all where there are not so many.
    pub(crate) fn truncate(&mut self, len: usize) {
        match self {
            Self::Owned(vec) => vec.truncate(len),
            Self::Mapped(part) => {
                let end = len.saturating_mul(size_of::<T>()).saturating_add(part.bytes.start);
                part.bytes.end = part.bytes.end.min(end);
            }
        }
    }

    /// Whether the numbers lie in a file.
    pub(crate) fn is_mapped(&self) -> bool {
        matches!(self, Self::Mapped(_))
    }
}

impl<T: Pod> Deref for Storage<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(vec) => vec,
            // The range, the length and the alignment were checked when it was made.
            Self::Mapped(part) => bytemuck::cast_slice(&part.map[part.bytes.clone()]),
        }
    }
}
