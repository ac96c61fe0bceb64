//! Arrow's own files and streams: so many batches as have 65,536 rows are a unit.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema};
use xner::{Limit, Ner};

use super::{ROWS, Table, UNIT, io};
use crate::batch::with_entities;
use crate::{Error, Result, tag_batch};

type Reader = Box<dyn Iterator<Item = std::result::Result<RecordBatch, ArrowError>>>;

/// The batches of a file or stream.
pub(super) struct Batches {
    path: PathBuf,
    column: String,
    /// With the column of entities.
    schema: Schema,
    reader: Reader,
    /// The next batch.
    next: Option<RecordBatch>,
    /// Whether a unit was read.
    begun: bool,
}

impl Batches {
    pub(super) fn open(path: &Path, column: &str) -> Result<Self> {
        let (schema, reader) = reader(path)?;
        let schema = with_entities(&schema, column)?;
        let (path, column) = (path.to_owned(), column.to_owned());
        let mut own = Self { path, column, schema, reader, next: None, begun: false };
        own.advance()?;
        Ok(own)
    }

    /// Takes the next batch.
    fn advance(&mut self) -> Result<Option<RecordBatch>> {
        let next = self.reader.next().transpose().map_err(|fault| unreadable(&self.path, fault))?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Does something with each batch of the next unit, and gives the rows.
    fn unit(&mut self, mut with: impl FnMut(&RecordBatch) -> Result<()>) -> Result<usize> {
        self.begun = true;
        let mut rows = 0;
        while rows < UNIT {
            let Some(batch) = self.advance()? else { break };
            with(&batch)?;
            rows += batch.num_rows();
        }
        Ok(rows)
    }
}

impl Table for Batches {
    fn ending(&self) -> &'static str {
        "arrow"
    }

    fn is_over(&self) -> bool {
        self.begun && self.next.is_none()
    }

    fn tag(&mut self, ner: &Ner, file: &File, path: &Path) -> Result<usize> {
        let of_output = |fault| Error::File { path: path.to_owned(), message: ArrowError::to_string(&fault) };
        let mut writer = FileWriter::try_new_buffered(file, &self.schema).map_err(of_output)?;
        let column = self.column.clone();
        let rows = self.unit(|batch| {
            for start in (0..batch.num_rows()).step_by(ROWS) {
                let some = batch.slice(start, ROWS.min(batch.num_rows() - start));
                writer.write(&tag_batch(ner, &some, &column, &Limit::none())?).map_err(of_output)?;
            }
            Ok(())
        })?;
        writer.finish().and_then(|()| writer.flush()).map_err(of_output)?;
        Ok(rows)
    }

    fn pass(&mut self, path: &Path) -> Result<usize> {
        let stale = || Error::Stale { path: path.to_owned() };
        let (schema, mut written) = reader(path)?;
        if schema != self.schema {
            return Err(stale());
        }
        let all: Vec<usize> = (0..schema.fields().len() - 1).collect();
        let rows = self.unit(|batch| {
            let mut start = 0;
            while start < batch.num_rows() {
                let other = written.next().ok_or_else(stale)?.map_err(|fault| unreadable(path, fault))?;
                let length = other.num_rows().min(batch.num_rows() - start);
                if other.project(&all)?.columns() != batch.slice(start, length).columns() {
                    return Err(stale());
                }
                start += length;
            }
            Ok(())
        })?;
        if written.next().is_some() { Err(stale()) } else { Ok(rows) }
    }
}

/// What a file or stream of Arrow holds.
fn reader(path: &Path) -> Result<(Schema, Reader)> {
    let fault = |fault| io(path, fault);
    let mut file = BufReader::new(File::open(path).map_err(fault)?);
    let mut head = [0; 6];
    let is_file = file.read_exact(&mut head).is_ok() && &head == b"ARROW1";
    let file = BufReader::new(File::open(path).map_err(fault)?);
    let unreadable = |fault| unreadable(path, fault);
    Ok(if is_file {
        let reader = FileReader::try_new(file, None).map_err(unreadable)?;
        (reader.schema().as_ref().clone(), Box::new(reader))
    } else {
        let reader = StreamReader::try_new(file, None).map_err(unreadable)?;
        (reader.schema().as_ref().clone(), Box::new(reader))
    })
}

fn unreadable(path: &Path, fault: ArrowError) -> Error {
    match fault {
        ArrowError::IoError(_, fault) => io(path, fault),
        fault => Error::File { path: path.to_owned(), message: fault.to_string() },
    }
}
