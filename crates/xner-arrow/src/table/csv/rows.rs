//! Rows of CSV, as many fields each as the first has.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{Reader, ReaderBuilder, StringRecord};
use xner::corpus::read::{Input, LONGEST_LINE};

use crate::{Error, Result};

/// What stands behind a file. Of a row that is complete it ends the last line; the second line feed is read by a row
/// alone whose quotation mark nothing closed.
const BEHIND: &[u8] = b"\n\n";

/// Rows of a file, the line of names first.
pub(super) struct Rows {
    path: PathBuf,
    reader: Reader<Bounded>,
    /// Up to which byte may be read.
    end: Arc<AtomicU64>,
    /// The bytes of the file with what is behind it, when all is read.
    all: Arc<AtomicU64>,
}

impl Rows {
    pub(super) fn open(path: &Path, separator: u8) -> Result<Self> {
        let (end, all) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(u64::MAX)));
        let input = input(path)?.chain(BEHIND);
        let bounded =
            Bounded { inner: Box::new(input), read: 0, end: Arc::clone(&end), all: Arc::clone(&all) };
        let reader = ReaderBuilder::new().delimiter(separator).has_headers(false).from_reader(bounded);
        Ok(Self { path: path.to_owned(), reader, end, all })
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<StringRecord>> {
        let start = self.reader.position().byte();
        self.end.store(start + LONGEST_LINE as u64, Ordering::Relaxed);
        let mut row = StringRecord::new();
        let found = self.reader.read_record(&mut row).map_err(|fault| self.fault(start, &fault))?;
        if found && self.reader.position().byte() >= self.all.load(Ordering::Relaxed) {
            let message = "a quotation mark opens a field and none closes it".to_owned();
            return Err(Error::Row { path: self.path.clone(), line: self.line(start), message });
        }
        Ok(found.then_some(row))
    }

    /// What is wrong with the row that begins at this byte, or behind empty lines there.
    fn fault(&self, start: u64, fault: &csv::Error) -> Error {
        let message = match fault.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("{len} fields, expected {expected_len} as in the first line")
            }
            csv::ErrorKind::Utf8 { err, .. } => format!("field {} is not UTF-8", err.field() + 1),
            csv::ErrorKind::Io(fault) => fault.to_string(),
            _ => fault.to_string(),
        };
        Error::Row { path: self.path.clone(), line: self.line(start), message }
    }

    /// The line of the row that begins at this byte, or behind empty lines there. The crate's own count is another
    /// where lines end with CR LF. 1 where the file is no longer there.
    fn line(&self, start: u64) -> usize {
        let Ok(before) = input(&self.path) else { return 1 };
        let (mut at, mut line) = (0, 1);
        for byte in before.bytes().map_while(io::Result::ok) {
            if at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            (at, line) = (at + 1, line + usize::from(byte == b'\n'));
        }
        line
    }
}

fn input(path: &Path) -> Result<Box<dyn BufRead + Send>> {
    Ok(Input::open(path).map_err(xner::Error::from)?.reader)
}

/// A row without an end is refused before it fills memory.
struct Bounded {
    inner: Box<dyn Read + Send>,
    read: u64,
    end: Arc<AtomicU64>,
    all: Arc<AtomicU64>,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.read += read as u64;
        if read == 0 {
            self.all.store(self.read, Ordering::Relaxed);
        }
        // A buffer may hold the beginning of the next row too.
        if self.read > self.end.load(Ordering::Relaxed) + into.len() as u64 {
            let message = format!("the row is longer than {} MiB, the most that is read", LONGEST_LINE >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}
