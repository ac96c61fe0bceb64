//! The lines of small text files, with their numbers.

use std::io::{BufRead, Read};
use std::path::PathBuf;

use crate::{Error, Result};

/// A longer line is a fault: it would be read into memory whole.
const LONGEST: u64 = 1 << 20;

/// Lines of UTF-8 without their ends; a byte order mark at the head is left out.
pub(crate) struct Lines<R> {
    reader: R,
    pub(crate) name: PathBuf,
    /// The line read last, from 1.
    pub(crate) line: usize,
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, name: PathBuf) -> Self {
        Self { reader, name, line: 0, bytes: Vec::new() }
    }

    /// A fault in the line read last.
    pub(crate) fn malformed(&self, message: impl Into<String>) -> Error {
        Error::malformed(&self.name, self.line, message)
    }

    /// The fault of a file without a pair.
    pub(crate) fn empty(self) -> Error {
        Error::Pairs { path: self.name, message: "no word pairs".to_owned() }
    }

    /// The next line that holds more than blanks and tabs, into `text`; false at the end.
    pub(crate) fn next(&mut self, text: &mut String) -> Result<bool> {
        loop {
            self.bytes.clear();
            let read = (&mut self.reader).take(LONGEST).read_until(b'\n', &mut self.bytes);
            let read = read.map_err(|fault| Error::Io { path: self.name.clone(), fault })?;
            if read == 0 {
                return Ok(false);
            }
            self.line += 1;
            if read as u64 == LONGEST && !self.bytes.ends_with(b"\n") {
                return Err(self.malformed(format!("the line is longer than {LONGEST} bytes")));
            }
            let line = std::str::from_utf8(&self.bytes).map_err(|error| {
                self.malformed(format!("invalid UTF-8 at byte {} of the line", error.valid_up_to() + 1))
            })?;
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let line = if self.line == 1 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
            if !line.bytes().all(|byte| byte == b' ' || byte == b'\t') {
                text.clear();
                text.push_str(line);
                return Ok(true);
            }
        }
    }
}

/// The columns of a line: cells between tabs, without the blanks around them; where there is no tab, what stands
/// between blanks.
pub(crate) fn columns(line: &str) -> Vec<&str> {
    if line.contains('\t') {
        line.split('\t').map(|cell| cell.trim_matches(' ')).collect()
    } else {
        line.split(' ').filter(|cell| !cell.is_empty()).collect()
    }
}
