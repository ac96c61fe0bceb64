//! Parquet: a row group is a unit.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use xner::{Limit, Ner};

use super::{ROWS, Table, io};
use crate::batch::with_entities;
use crate::{Error, Result, tag_batch};

/// The key of what a file was made of, in its metadata.
const SOURCE: &str = "xner.source";

/// The row groups of a file.
pub(super) struct Groups {
    path: PathBuf,
    column: String,
    /// With the column of entities.
    schema: SchemaRef,
    /// The rows of each group.
    rows: Vec<usize>,
    /// The next one.
    next: usize,
    /// What tells this file from others of its name.
    source: String,
}

impl Groups {
    pub(super) fn open(path: &Path, column: &str) -> Result<Self> {
        let reader = reader(path)?;
        let schema = Arc::new(with_entities(reader.schema(), column)?);
        let rows: Vec<usize> =
            reader.metadata().row_groups().iter().map(|group| group.num_rows() as usize).collect();
        let length = path.metadata().map_err(|fault| io(path, fault))?.len();
        let stem = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy();
        let source = format!("{stem}, {length} bytes, {} groups, column {column}", rows.len());
        Ok(Self { path: path.to_owned(), column: column.to_owned(), schema, rows, next: 0, source })
    }

    fn source(&self) -> String {
        format!("{}, group {}", self.source, self.next)
    }

    /// The rows of the next group, which is over by that. A file without groups has an empty one.
    fn over(&mut self) -> usize {
        self.next += 1;
        self.rows.get(self.next - 1).copied().unwrap_or(0)
    }
}

impl Table for Groups {
    fn ending(&self) -> &'static str {
        "parquet"
    }

    fn all(&self) -> Option<usize> {
        Some(self.rows.iter().sum())
    }

    fn is_over(&self) -> bool {
        self.next >= self.rows.len().max(1)
    }

    fn tag(&mut self, ner: &Ner, out: &mut (dyn Write + Send), path: &Path) -> Result<usize> {
        let of_input = |fault| Error::Parquet { path: self.path.clone(), fault };
        let of_output = |fault| Error::Parquet { path: path.to_owned(), fault };
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(of_output)?))
            .set_key_value_metadata(Some(vec![KeyValue::new(SOURCE.to_owned(), self.source())]))
            .build();
        let mut writer =
            ArrowWriter::try_new(out, Arc::clone(&self.schema), Some(properties)).map_err(of_output)?;
        let groups = (0..self.rows.len()).filter(|&group| group == self.next).collect();
        let batches = reader(&self.path)?.with_row_groups(groups).with_batch_size(ROWS).build();
        for batch in batches.map_err(of_input)? {
            let batch = batch.map_err(|fault| Error::file(&self.path, &fault))?;
            let tagged = tag_batch(ner, &batch, &self.column, &Limit::none())?;
            writer.write(&tagged).map_err(of_output)?;
        }
        writer.close().map_err(of_output)?;
        Ok(self.over())
    }

    fn pass(&mut self, path: &Path) -> Result<usize> {
        let file = File::open(path).map_err(|fault| io(path, fault))?;
        let reader = SerializedFileReader::new(file)
            .map_err(|fault: ParquetError| Error::Parquet { path: path.to_owned(), fault })?;
        let metadata = reader.metadata().file_metadata();
        let known = metadata.key_value_metadata().into_iter().flatten();
        let own = known.filter(|entry| entry.key == SOURCE).filter_map(|entry| entry.value.as_deref());
        let is_own = own.eq([self.source().as_str()]);
        let rows = self.over();
        if is_own && metadata.num_rows() as usize == rows {
            return Ok(rows);
        }
        Err(Error::Stale { path: path.to_owned() })
    }
}

fn reader(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(|fault| io(path, fault))?;
    ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|fault| Error::Parquet { path: path.to_owned(), fault })
}
