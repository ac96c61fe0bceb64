//! Lines of UTF-8 with their numbers.

use std::io::{BufRead, ErrorKind};
use std::path::PathBuf;

use super::limits::{LONGEST_LINE, long_line};
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

    pub(crate) fn tag(&self, fault: ParseTagError) -> Error {
        Error::Tag { path: self.path.clone(), line: self.line, fault }
    }

    pub(crate) fn io(&self, fault: std::io::Error) -> Error {
        Error::Io { path: self.path.clone(), fault }
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

/// The lines of a reader, one at a time, without a byte order mark and without CR LF.
///
/// Bytes are taken as soon as the reader has them, so that the lines of a pipe come at once. Many lines at a time are
/// checked to be UTF-8.
pub(crate) struct Lines<R> {
    reader: R,
    /// Whole lines. Those before `at` have been given out.
    block: String,
    at: usize,
    /// The line that is not UTF-8, behind the block.
    fault: Option<Vec<u8>>,
    /// The beginning of a line whose end has not been read.
    partial: Vec<u8>,
    place: Place,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, name: impl Into<PathBuf>) -> Self {
        let place = Place { path: name.into(), line: 0 };
        Self { reader, block: String::new(), at: 0, fault: None, partial: Vec::new(), place }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// The next line, `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>> {
        if self.at == self.block.len() {
            if self.fault.is_none() {
                self.fill().map_err(|error| self.place.io(error))?;
            }
            if self.partial.len() > LONGEST_LINE && self.block.is_empty() {
                self.place.line += 1;
                return Err(self.place.malformed(long_line()));
            }
            if self.block.len() == self.at {
                return match &self.fault {
                    None => Ok(None),
                    Some(line) => {
                        self.place.line += 1;
                        let valid =
                            std::str::from_utf8(line).map_or_else(|error| error.valid_up_to(), str::len);
                        Err(self.place.encoding(line, valid))
                    }
                };
            }
        }
        self.place.line += 1;
        let rest = &self.block[self.at..];
        let end = memchr::memchr(b'\n', rest.as_bytes());
        let (text, ending) = match end {
            Some(end) if rest.as_bytes()[..end].ends_with(b"\r") => (&rest[..end - 1], "\r\n"),
            Some(end) => (&rest[..end], "\n"),
            None => (rest, ""),
        };
        self.at += end.map_or(rest.len(), |end| end + 1);
        if text.len() > LONGEST_LINE {
            return Err(self.place.malformed(long_line()));
        }
        let text = if self.place.line == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        Ok(Some(Line { text, ending, place: &self.place }))
    }

    /// Fills the block with the lines that are there, at least one. At the end of the file it stays empty.
    fn fill(&mut self) -> std::io::Result<()> {
        let mut bytes = std::mem::take(&mut self.block).into_bytes();
        bytes.clear();
        self.at = 0;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let len = buffer.len();
            let whole = memchr::memrchr(b'\n', buffer).map(|end| end + 1);
            if let Some(whole) = whole {
                bytes.append(&mut self.partial);
                bytes.extend_from_slice(&buffer[..whole]);
            }
            self.partial.extend_from_slice(&buffer[whole.unwrap_or(0)..]);
            self.reader.consume(len);
            if len == 0 {
                bytes.append(&mut self.partial);
            }
            // A line that is too long is not read to its end.
            if len == 0 || whole.is_some() || self.partial.len() > LONGEST_LINE {
                break;
            }
        }
        self.block = String::from_utf8(bytes).unwrap_or_else(|error| {
            let valid = error.utf8_error().valid_up_to();
            let mut bytes = error.into_bytes();
            let line = memchr::memrchr(b'\n', &bytes[..valid]).map_or(0, |end| end + 1);
            let mut fault = bytes.split_off(line);
            fault.truncate(memchr::memchr(b'\n', &fault).unwrap_or(fault.len()));
            self.fault = Some(fault);
            // The whole lines before the fault: nothing is replaced.
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Ok(())
    }
}
