//! Whole lines, many at a time.

use std::io::{Error, ErrorKind, Read, Result};
use std::ops::Range;

/// So many bytes are read at a time. Few in fuzzing, where a batch's end must not be rare.
const BATCH: usize = if cfg!(fuzzing) { 1 << 7 } else { 1 << 23 };
/// The longest line.
const LINE: usize = 1 << 26;
/// So many bytes at least stand behind the last line: whoever reads ahead of a line's end finds them.
const PAD: usize = 32;

/// Whole lines. Behind the last there is always a line break.
pub(super) struct Batch {
    buffer: Vec<u8>,
    /// Where the whole lines end; a line's beginning may stand behind.
    end: usize,
    filled: usize,
}

impl Batch {
    pub(super) fn new() -> Self {
        Self { buffer: Vec::new(), end: 0, filled: 0 }
    }

    /// Reads the lines that follow `before`; false at the end of the file.
    pub(super) fn fill(&mut self, before: &Self, reader: &mut impl Read) -> Result<bool> {
        let begun = &before.buffer[before.end..before.filled];
        self.buffer.resize(self.buffer.len().max(begun.len() + BATCH + PAD), 0);
        self.buffer[..begun.len()].copy_from_slice(begun);
        self.filled = begun.len();
        loop {
            let room = self.buffer.len() - PAD;
            let from = self.filled;
            let mut ended = false;
            while self.filled < room && !ended {
                match reader.read(&mut self.buffer[self.filled..room]) {
                    Ok(count) => (self.filled, ended) = (self.filled + count, count == 0),
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            if ended {
                self.end = self.filled;
                self.buffer[self.filled] = b'\n';
                return Ok(self.filled > 0);
            }
            if let Some(at) = memchr::memrchr(b'\n', &self.buffer[from..self.filled]) {
                self.end = from + at + 1;
                return Ok(true);
            }
            if room > LINE {
                let message = format!("a line of more than {LINE} bytes, which is no text of word vectors");
                return Err(Error::new(ErrorKind::InvalidData, message));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    /// The lines; the last has no line break where the file ends without.
    pub(super) fn lines(&self) -> &[u8] {
        &self.buffer[..self.end]
    }

    /// From here to behind the lines, where a line break follows in any case.
    pub(super) fn from(&self, at: usize) -> &[u8] {
        &self.buffer[at..]
    }
}

/// The byte behind the first line's end.
pub(super) fn end_of_line(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1)
}

/// Ranges of whole lines within `lines`, of about `share` bytes each.
pub(super) fn shares(bytes: &[u8], lines: Range<usize>, share: usize) -> Vec<Range<usize>> {
    let mut found = Vec::with_capacity(lines.len() / share + 1);
    let mut start = lines.start;
    while start < lines.end {
        let from = (start + share).min(lines.end);
        let end = if from == lines.end { from } else { from + end_of_line(&bytes[from..lines.end]) };
        found.push(start..end);
        start = end;
    }
    found
}

/// The number of lines, the last with or without its line break.
pub(super) fn count_lines(bytes: &[u8]) -> usize {
    let whole = memchr::memchr_iter(b'\n', bytes).count();
    whole + usize::from(bytes.last().is_some_and(|&last| last != b'\n'))
}
