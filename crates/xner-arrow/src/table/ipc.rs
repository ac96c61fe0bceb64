//! Arrow's own files and streams: so many batches as have 65,536 rows are a unit.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use arrow_select::concat::concat;
use xner::{Limit, Ner};

use super::{ROWS, Table, UNIT, io};
use crate::batch::with_entities;
use crate::{Error, Result, entities};

/// The key of the column that was tagged, in a file's metadata.
const COLUMN: &str = "xner.column";

type Reader = Box<dyn Iterator<Item = std::result::Result<RecordBatch, ArrowError>>>;

/// The batches of a file or stream.
pub(super) struct Batches {
    path: PathBuf,
    column: String,
    /// With the column of entities.
    schema: SchemaRef,
    reader: Reader,
    /// The next batch.
    next: Option<RecordBatch>,
    /// Whether a unit was read.
    begun: bool,
}

impl Batches {
    pub(super) fn open(path: &Path, column: &str) -> Result<Self> {
        let (schema, reader) = reader(path)?;
        let mut schema = with_entities(&schema, column)?;
        schema.metadata.insert(COLUMN.to_owned(), column.to_owned());
        let (path, column, schema) = (path.to_owned(), column.to_owned(), Arc::new(schema));
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

    fn tag(&mut self, ner: &Ner, out: &mut (dyn Write + Send), path: &Path) -> Result<usize> {
        let of_output = |fault: ArrowError| Error::file(path, &fault);
        let mut writer = FileWriter::try_new(out, &self.schema).map_err(of_output)?;
        let (schema, column) = (Arc::clone(&self.schema), self.column.clone());
        let rows = self.unit(|batch| {
            // As it came: slices of a batch share its buffers, and each would be written with all of them.
            let tagged = tagged(ner, batch, &schema, &column)?;
            writer.write(&tagged).map_err(of_output)
        })?;
        writer.finish().map_err(of_output)?;
        Ok(rows)
    }

    fn pass(&mut self, path: &Path) -> Result<usize> {
        let stale = || Error::Stale { path: path.to_owned() };
        let (schema, mut written) = reader(path)?;
        if schema != *self.schema {
            return Err(stale());
        }
        let others: Vec<usize> = (0..schema.fields().len() - 1).collect();
        let rows = self.unit(|batch| {
            let other = written.next().ok_or_else(stale)?.map_err(|fault| unreadable(path, fault))?;
            if other.project(&others)?.columns() == batch.columns() { Ok(()) } else { Err(stale()) }
        })?;
        if written.next().is_some() { Err(stale()) } else { Ok(rows) }
    }
}

/// A batch with its entities, a few rows tagged at a time.
fn tagged(ner: &Ner, batch: &RecordBatch, schema: &SchemaRef, column: &str) -> Result<RecordBatch> {
    let texts = batch.column(batch.schema_ref().index_of(column)?);
    let mut parts: Vec<ArrayRef> = Vec::new();
    let mut start = 0;
    while start < texts.len() || parts.is_empty() {
        let some = texts.slice(start, ROWS.min(texts.len() - start));
        parts.push(Arc::new(entities(ner, some.as_ref(), column, &Limit::none())?));
        start += some.len();
    }
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    let columns = batch.columns().iter().cloned().chain([concat(&parts)?]).collect();
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
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
        fault => Error::file(path, &fault),
    }
}
