//! Lines of UTF-8 with their numbers.

use std::io::{BufRead, ErrorKind};
use std::path::PathBuf;

use crate::{Error, ParseTagError, Result};

/// Where a reader stands.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    /// The line, from 1; 0 before the first.
    pub(crate) line: usize,
}

impl Place {
    pub(crate) fn malformed(&self, message: impl Into<String>) -> Error {
        Error::Malformed { path: self.path.clone(), line: self.line, message: message.into() }
    }

    pub(crate) fn tag(&self, source: ParseTagError) -> Error {
        Error::Tag { path: self.path.clone(), line: self.line, source }
    }

    pub(crate) fn io(&self, source: std::io::Error) -> Error {
        Error::Io { path: self.path.clone(), source }
    }

    pub(crate) fn encoding(&self, bytes: &[u8], valid: usize) -> Error {
        let utf16 = self.line == 1 && (bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]));
        let hint = if utf16 { " (the file looks like UTF-16)" } else { "" };
        Error::Encoding { path: self.path.clone(), line: self.line, byte: valid + 1, hint }
    }
}

/// A line: its text without its end, the end, and where it stands.
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    pub(crate) ending: &'static str,
    pub(crate) place: &'a Place,
}

/// The lines of a reader: one at a time, a byte order mark and CR LF removed.
pub(crate) struct Lines<R> {
    reader: R,
    /// Bytes of the reader's buffer that the last line lent out.
    lent: usize,
    /// Lines that lie across two buffers are put together here.
    joined: Vec<u8>,
    place: Place,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, name: impl Into<PathBuf>) -> Self {
        Self { reader, lent: 0, joined: Vec::new(), place: Place { path: name.into(), line: 0 } }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The next line, `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>> {
        self.reader.consume(std::mem::take(&mut self.lent));
        let ends = loop {
            match self.reader.fill_buf() {
                Ok(buffer) => break memchr::memchr(b'\n', buffer),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.place.io(error)),
            }
        };
        self.place.line += 1;
        let bytes = if let Some(end) = ends {
            self.lent = end + 1;
            let buffer = self.reader.fill_buf().map_err(|error| self.place.io(error))?;
            buffer.get(..=end).unwrap_or(buffer)
        } else {
            self.joined.clear();
            let read = self.reader.read_until(b'\n', &mut self.joined);
            if read.map_err(|error| self.place.io(error))? == 0 {
                self.place.line -= 1;
                return Ok(None);
            }
            &self.joined
        };
        let (bytes, ending) = match bytes {
            [head @ .., b'\r', b'\n'] => (head, "\r\n"),
            [head @ .., b'\n'] => (head, "\n"),
            other => (other, ""),
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                let text =
                    if self.place.line == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
                Ok(Some(Line { text, ending, place: &self.place }))
            }
            Err(error) => Err(self.place.encoding(bytes, error.valid_up_to())),
        }
    }
}
