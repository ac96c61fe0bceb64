//! The rows of a Parquet file as JSON lines, which every reader of corpora takes.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use arrow_json::LineDelimitedWriter;
use arrow_schema::Schema;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde_json::Value;

use crate::{Error, Result};

/// Rows that are held at a time.
const ROWS: usize = 1024;

/// Where Hugging Face's data sets keep their features.
const FEATURES: &str = "huggingface";

/// Columns of labels, the likeliest first.
const LABELS: [&str; 4] = ["ner_tags", "tags", "labels", "ner"];

/// The rows of a Parquet file, a JSON object a line, read as they are asked for.
#[derive(Debug)]
pub struct Rows {
    path: PathBuf,
    names: Vec<String>,
    batches: ParquetRecordBatchReader,
    lines: Vec<u8>,
    at: usize,
}

impl Rows {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Parquet`].
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|fault| Error::Io { path: path.to_owned(), fault })?;
        let of_input = |fault| Error::Parquet { path: path.to_owned(), fault };
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(of_input)?;
        let names = names(reader.schema());
        let batches = reader.with_batch_size(ROWS).build().map_err(of_input)?;
        Ok(Self { path: path.to_owned(), names, batches, lines: Vec::new(), at: 0 })
    }

    /// Whether a file begins as Parquet does.
    pub fn is_parquet(path: &Path) -> bool {
        // The letters alone may be those of a word.
        let mut head = [0; 5];
        path.is_file()
            && File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok()
            && &head == b"PAR1\x15"
    }

    /// The names of labels that stand as numbers, the first that of 0, as a data set of Hugging Face's has them in its
    /// metadata; empty where it has none.
    pub fn label_names(&self) -> &[String] {
        &self.names
    }

    /// The next rows; false at the end.
    fn refill(&mut self) -> io::Result<bool> {
        (self.at, self.lines) = (0, Vec::new());
        let fault = |fault: &dyn std::fmt::Display| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {fault}", self.path.display()))
        };
        for batch in self.batches.by_ref() {
            let mut writer = LineDelimitedWriter::new(&mut self.lines);
            let written = batch.and_then(|batch| writer.write(&batch)).and_then(|()| writer.finish());
            written.map_err(|own| fault(&own))?;
            if !self.lines.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl BufRead for Rows {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.lines.len() {
            self.refill()?;
        }
        Ok(&self.lines[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.lines.len());
    }
}

impl Read for Rows {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// The names of the first feature of labels.
fn names(schema: &Schema) -> Vec<String> {
    let told = schema.metadata().get(FEATURES).and_then(|told| serde_json::from_str::<Value>(told).ok());
    let Some(features) = told.as_ref().and_then(|told| told.pointer("/info/features")) else {
        return Vec::new();
    };
    let named = |column: &&str| features.get(*column).and_then(class_label);
    LABELS.iter().find_map(named).unwrap_or_default()
}

/// The names within a feature: of a label, or of a list of labels.
fn class_label(feature: &Value) -> Option<Vec<String>> {
    if let Some(names) = feature.get("names").and_then(Value::as_array) {
        return names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    }
    class_label(feature.get("feature")?)
}
