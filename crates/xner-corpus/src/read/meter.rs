//! How much of a file has been read.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the bytes of a file that have been read, for those who show how far they are.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    read: Arc<AtomicU64>,
    size: Option<u64>,
}

impl Meter {
    /// That of a file. A pipe or a device has no size.
    pub(super) fn of(file: &File) -> Self {
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
        Self { read: Arc::default(), size }
    }

    pub(super) fn watch<R: Read>(&self, inner: R) -> Watched<R> {
        Watched { inner, read: Arc::clone(&self.read) }
    }

    /// The share of the file that has been read, from 0 to 1; of compressed files, of their own bytes. `None` where
    /// the size is not known.
    pub fn share(&self) -> Option<f64> {
        let size = self.size.filter(|&size| size > 0)?;
        Some((self.read.load(Ordering::Relaxed) as f64 / size as f64).min(1.0))
    }
}

/// A reader whose bytes are counted.
pub(super) struct Watched<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
