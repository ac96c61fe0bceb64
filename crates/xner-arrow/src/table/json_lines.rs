//! JSON lines. Keys keep their order, and numbers their digits.

use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use xner::corpus::read::jsonl::Rest;
use xner::corpus::read::{Input, LONGEST_LINE};
use xner::{Limit, Ner};

use super::{ROWS, Table, UNIT, are_of, io, json};
use crate::{ENTITIES, Error, Result};

/// The rows of a file.
pub(super) struct JsonLines {
    column: String,
    lines: Lines,
    /// The next row.
    next: Option<Row>,
    /// Whether a unit was read.
    begun: bool,
    /// Whether a row had the column: a key that none of the first unit has is a slip of the pen.
    known: bool,
}

/// A row, with its text where it has one.
struct Row {
    keys: Rest,
    text: Option<String>,
}

impl JsonLines {
    pub(super) fn open(path: &Path, column: &str) -> Result<Self> {
        let (lines, column) = (Lines::open(path)?, column.to_owned());
        let mut own = Self { column, lines, next: None, begun: false, known: false };
        own.advance()?;
        Ok(own)
    }

    /// Takes the next row.
    fn advance(&mut self) -> Result<Option<Row>> {
        let next = match self.lines.next()? {
            None => None,
            Some(keys) if keys.get(ENTITIES).is_some() => {
                return Err(self.lines.fault(format!("has a key `{ENTITIES}` already: rename it first")));
            }
            Some(keys) => {
                self.known |= keys.get(&self.column).is_some();
                let text = match keys.get(&self.column).map(serde_json::from_str) {
                    None | Some(Ok(Value::Null)) => None,
                    Some(Ok(Value::String(text))) => Some(text),
                    Some(Ok(_)) => return Err(self.lines.fault(format!("`{}` is no text", self.column))),
                    Some(Err(fault)) => {
                        return Err(self.lines.fault(format!("`{}` is no text: {fault}", self.column)));
                    }
                };
                Some(Row { keys, text })
            }
        };
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Up to so many rows.
    fn rows(&mut self, most: usize) -> Result<Vec<Row>> {
        self.begun = true;
        let mut rows = Vec::new();
        while rows.len() < most {
            let Some(row) = self.advance()? else { break };
            rows.push(row);
        }
        Ok(rows)
    }
}

impl Table for JsonLines {
    fn ending(&self) -> &'static str {
        "jsonl"
    }

    fn is_over(&self) -> bool {
        self.begun && self.next.is_none()
    }

    fn tag(&mut self, ner: &Ner, out: &mut (dyn Write + Send), path: &Path) -> Result<usize> {
        let fault = |fault| io(path, fault);
        let (mut written, mut first) = (0, Vec::new());
        while written < UNIT {
            let rows = self.rows(ROWS.min(UNIT - written))?;
            if rows.is_empty() {
                break;
            }
            let texts: Vec<&str> = rows.iter().filter_map(|row| row.text.as_deref()).collect();
            let mut found = ner.entities_of(&texts, &Limit::none())?.into_iter();
            for row in &rows {
                let own = row.text.as_ref().and_then(|_| found.next());
                writeln!(out, "{}", line(&row.keys, &json(own.as_deref()))).map_err(fault)?;
            }
            if written == 0 {
                first = rows[0].keys.iter().map(|(key, _)| format!("`{key}`")).collect();
            }
            written += rows.len();
        }
        if written > 0 && !self.known {
            return Err(Error::NoColumn { column: self.column.clone(), known: first });
        }
        Ok(written)
    }

    fn pass(&mut self, path: &Path) -> Result<usize> {
        let mut written = Lines::open(path)?;
        let (mut rows, mut fits) = (0, true);
        while fits && rows < UNIT {
            let own = self.rows(1)?;
            let Some(own) = own.first() else { break };
            fits = written.next()?.is_some_and(|other| {
                let entities = other.get(ENTITIES);
                own.keys.iter().eq(other.iter().take(own.keys.len()))
                    && entities.is_some_and(|found| are_of(found, own.text.as_deref()))
            });
            rows += 1;
        }
        if fits && written.next()?.is_none() { Ok(rows) } else { Err(Error::Stale { path: path.to_owned() }) }
    }
}

/// A row with its entities.
fn line(keys: &Rest, entities: &str) -> String {
    let all = keys.iter().chain([(ENTITIES, entities)]);
    let members: Vec<String> = all.map(|(key, value)| format!("{}:{value}", Value::from(key))).collect();
    format!("{{{}}}", members.join(","))
}

/// The objects of a file.
struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    line: usize,
}

impl Lines {
    fn open(path: &Path) -> Result<Self> {
        let input = Input::open(path).map_err(xner::Error::from)?;
        Ok(Self { path: path.to_owned(), reader: input.reader, line: 0 })
    }

    /// The next object; empty lines are passed over.
    fn next(&mut self) -> Result<Option<Rest>> {
        loop {
            let mut bytes = Vec::new();
            let most = LONGEST_LINE as u64 + 1;
            let read = self.reader.by_ref().take(most).read_until(b'\n', &mut bytes);
            let read = read.map_err(|fault| io(&self.path, fault))?;
            self.line += 1;
            if read > LONGEST_LINE {
                let most = LONGEST_LINE >> 20;
                return Err(self.fault(format!("is longer than {most} MiB, the most that is read")));
            }
            if read == 0 {
                return Ok(None);
            }
            let start = if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
            let text = bytes[start..].trim_ascii();
            if !text.is_empty() {
                let found = serde_json::from_slice(text);
                return found.map(Some).map_err(|fault| self.fault(format!("is no JSON object: {fault}")));
            }
        }
    }

    /// A fault of the line that was read last.
    fn fault(&self, message: String) -> Error {
        Error::Row { path: self.path.clone(), line: self.line, message }
    }
}
