//! Data compressed with zstd.

use std::io::{self, Write};

use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// So many bytes make a frame: the encoder takes what it is to compress as a whole.
const FRAME: usize = 1 << 20;

/// Writes frame after frame, at the one level that the encoder has (zstd's own level 1, or a little worse).
pub(super) struct ZstdEncoder<W> {
    inner: W,
    frame: Vec<u8>,
    /// Whether a frame has been written: of nothing, one is.
    begun: bool,
}

impl<W: Write> ZstdEncoder<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, frame: Vec::new(), begun: false }
    }

    fn end_frame(&mut self) -> io::Result<()> {
        let packed = compress_to_vec(self.frame.as_slice(), CompressionLevel::Fastest);
        self.frame.clear();
        self.begun = true;
        self.inner.write_all(&packed)
    }

    /// Writes the last frame, and gives the writer back.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if !self.begun || !self.frame.is_empty() {
            self.end_frame()?;
        }
        Ok(self.inner)
    }
}

impl<W: Write> Write for ZstdEncoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(FRAME - self.frame.len());
        self.frame.extend_from_slice(&bytes[..taken]);
        if self.frame.len() == FRAME {
            self.end_frame()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.frame.is_empty() {
            self.end_frame()?;
        }
        self.inner.flush()
    }
}
