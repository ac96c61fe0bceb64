//! CSV with a line of names. Fields stay texts, as they are: `007` is no number.

mod rows;

use std::io::Write;
use std::path::Path;

use csv::{StringRecord, WriterBuilder};
use xner::{Limit, Ner};

use self::rows::Rows;
use super::{ROWS, Table, UNIT, are_of, io, json};
use crate::{ENTITIES, Error, Result};

/// The rows of a file.
pub(super) struct Csv {
    separator: u8,
    rows: Rows,
    names: StringRecord,
    column: usize,
    /// The next row.
    next: Option<StringRecord>,
    /// Whether a unit was read.
    begun: bool,
}

impl Csv {
    pub(super) fn open(path: &Path, column: &str, separator: u8) -> Result<Self> {
        let mut rows = Rows::open(path, separator)?;
        let names = rows.next()?.unwrap_or_default();
        if names.iter().any(|name| name == ENTITIES) {
            return Err(Error::Taken(ENTITIES.to_owned()));
        }
        let Some(own) = names.iter().position(|name| name == column) else {
            let known = names.iter().map(|name| format!("`{name}`")).collect();
            return Err(Error::NoColumn { column: column.to_owned(), known });
        };
        let next = rows.next()?;
        Ok(Self { separator, rows, names, column: own, next, begun: false })
    }

    /// Up to so many rows.
    fn rows(&mut self, most: usize) -> Result<Vec<StringRecord>> {
        self.begun = true;
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(row) = self.next.take() else { break };
            rows.push(row);
            self.next = self.rows.next()?;
        }
        Ok(rows)
    }

    /// Whether a row that was written is this one, with entities of its text.
    fn is_of(&self, own: &StringRecord, other: &StringRecord) -> bool {
        other.len() == own.len() + 1
            && own.iter().eq(other.iter().take(own.len()))
            && are_of(&other[own.len()], Some(&own[self.column]))
    }
}

impl Table for Csv {
    fn ending(&self) -> &'static str {
        if self.separator == b'\t' { "tsv" } else { "csv" }
    }

    fn is_over(&self) -> bool {
        self.begun && self.next.is_none()
    }

    fn tag(&mut self, ner: &Ner, out: &mut (dyn Write + Send), path: &Path) -> Result<usize> {
        let of_output = |fault: csv::Error| Error::file(path, &fault);
        let mut writer = WriterBuilder::new().delimiter(self.separator).from_writer(out);
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
        writer.flush().map_err(|fault| io(path, fault))?;
        Ok(written)
    }

    fn pass(&mut self, path: &Path) -> Result<usize> {
        let mut written = Rows::open(path, self.separator)?;
        let names = written.next()?.unwrap_or_default();
        let (mut rows, mut fits) = (0, names.iter().eq(self.names.iter().chain([ENTITIES])));
        while fits && rows < UNIT {
            let own = self.rows(1)?;
            let Some(own) = own.first() else { break };
            fits = written.next()?.is_some_and(|other| self.is_of(own, &other));
            rows += 1;
        }
        if fits && written.next()?.is_none() { Ok(rows) } else { Err(Error::Stale { path: path.to_owned() }) }
    }
}
