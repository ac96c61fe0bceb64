//! CSV with a line of names. Fields stay texts, as they are: `007` is no number.

use std::fs::File;
use std::io::{self, BufRead, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use xner::corpus::read::{Input, LONGEST_LINE};
use xner::{Limit, Ner};

use super::{ROWS, Table, UNIT, json};
use crate::{ENTITIES, Error, Result};

/// The rows of a file.
pub(super) struct Csv {
    path: PathBuf,
    separator: u8,
    reader: csv::Reader<Bounded>,
    names: StringRecord,
    column: usize,
    /// The next row.
    next: Option<StringRecord>,
    /// Whether a unit was read.
    begun: bool,
    /// What of a row may still be read.
    left: Arc<AtomicUsize>,
}

impl Csv {
    pub(super) fn open(path: &Path, column: &str, separator: u8) -> Result<Self> {
        let (mut reader, left) = reader(path, separator)?;
        let names = reader.headers().map_err(|fault| of_csv(path, &fault))?.clone();
        if names.iter().any(|name| name == ENTITIES) {
            return Err(Error::Taken(ENTITIES.to_owned()));
        }
        let Some(own) = names.iter().position(|name| name == column) else {
            let known = names.iter().map(|name| format!("`{name}`")).collect();
            return Err(Error::NoColumn { column: column.to_owned(), known });
        };
        let (path, begun) = (path.to_owned(), false);
        let mut table = Self { path, separator, reader, names, column: own, next: None, begun, left };
        table.advance()?;
        Ok(table)
    }

    /// Takes the next row.
    fn advance(&mut self) -> Result<Option<StringRecord>> {
        let next = row(&mut self.reader, &self.left, &self.path)?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Up to so many rows.
    fn rows(&mut self, most: usize) -> Result<Vec<StringRecord>> {
        self.begun = true;
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(row) = self.advance()? else { break };
            rows.push(row);
        }
        Ok(rows)
    }
}

impl Table for Csv {
    fn ending(&self) -> &'static str {
        if self.separator == b'\t' { "tsv" } else { "csv" }
    }

    fn is_over(&self) -> bool {
        self.begun && self.next.is_none()
    }

    fn tag(&mut self, ner: &Ner, file: &File, path: &Path) -> Result<usize> {
        let of_output = |fault: csv::Error| of_csv(path, &fault);
        let mut writer = WriterBuilder::new().delimiter(self.separator).from_writer(BufWriter::new(file));
        writer.write_record(self.names.iter().chain([ENTITIES])).map_err(of_output)?;
        let mut written = 0;
        while written < UNIT {
            let rows = self.rows(ROWS.min(UNIT - written))?;
            if rows.is_empty() {
                break;
            }
            let texts: Vec<&str> = rows.iter().map(|row| &row[self.column]).collect();
            for (row, found) in rows.iter().zip(ner.entities_of(&texts, &Limit::none())?) {
                let found = json(Some(&found));
                writer.write_record(row.iter().chain([found.as_str()])).map_err(of_output)?;
            }
            written += rows.len();
        }
        writer.flush().map_err(|fault| super::io(path, fault))?;
        Ok(written)
    }

    fn pass(&mut self, path: &Path) -> Result<usize> {
        let (mut written, left) = reader(path, self.separator)?;
        let same = |own: &StringRecord, other: &StringRecord| {
            other.len() == own.len() + 1 && own.iter().eq(other.iter().take(own.len()))
        };
        let names = written.headers().map_err(|fault| of_csv(path, &fault))?;
        let (mut rows, mut fits) = (0, same(&self.names, names));
        while fits && rows < UNIT {
            let own = self.rows(1)?;
            let Some(own) = own.first() else { break };
            fits = row(&mut written, &left, path)?.is_some_and(|other| same(own, &other));
            rows += 1;
        }
        if fits && row(&mut written, &left, path)?.is_none() {
            return Ok(rows);
        }
        Err(Error::Stale { path: path.to_owned() })
    }
}

/// Rows without an end, as behind a quotation mark that nothing closes, are refused before they fill memory.
struct Bounded {
    inner: Box<dyn BufRead + Send>,
    left: Arc<AtomicUsize>,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        let left = self.left.load(Ordering::Relaxed);
        if read > left {
            let message = format!("a row is longer than {} MiB, the most that is read", LONGEST_LINE >> 20);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        self.left.store(left - read, Ordering::Relaxed);
        Ok(read)
    }
}

fn reader(path: &Path, separator: u8) -> Result<(csv::Reader<Bounded>, Arc<AtomicUsize>)> {
    let input = Input::open(path).map_err(xner::Error::from)?;
    let left = Arc::new(AtomicUsize::new(LONGEST_LINE));
    let bounded = Bounded { inner: input.reader, left: Arc::clone(&left) };
    Ok((ReaderBuilder::new().delimiter(separator).from_reader(bounded), left))
}

/// The next row.
fn row(reader: &mut csv::Reader<Bounded>, left: &AtomicUsize, path: &Path) -> Result<Option<StringRecord>> {
    left.store(LONGEST_LINE, Ordering::Relaxed);
    let mut row = StringRecord::new();
    let found = reader.read_record(&mut row).map_err(|fault| of_csv(path, &fault))?;
    Ok(found.then_some(row))
}

/// A fault with its line.
fn of_csv(path: &Path, fault: &csv::Error) -> Error {
    let line = fault.position().map(csv::Position::line);
    let message = match fault.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields, expected {expected_len} as in the first line")
        }
        csv::ErrorKind::Utf8 { err, .. } => format!("field {} is not UTF-8", err.field() + 1),
        csv::ErrorKind::Io(fault) => fault.to_string(),
        _ => fault.to_string(),
    };
    match line {
        Some(line) => Error::Row { path: path.to_owned(), line: line as usize, message },
        None => Error::File { path: path.to_owned(), message },
    }
}
