//! Parquet files.

use std::fs::File;
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

use crate::batch::with_entities;
use crate::{Error, Result, tag_batch};

/// Rows that are tagged at a time.
const ROWS: usize = 1024;

/// The key of what a file was made of, in its metadata.
const SOURCE: &str = "xner.source";

/// A row group that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tagged {
    /// The row groups done, and all of the file.
    pub groups: (usize, usize),
    /// The rows done, and all of the file.
    pub rows: (usize, usize),
    /// Whether it was there before this call.
    pub found: bool,
}

/// Tags a Parquet file: for each of its row groups `N` a file `NAME-N.parquet` in the folder `out`, with a column more
/// ([`tag_batch`]) and the others as they are. Such files are read as one table by whatever reads folders of Parquet.
///
/// A row group is written whole or not at all. A call that ends early, by a kill or since `told` says `false`, is gone
/// on from by the same call: row groups that are there are not tagged again. The files' model must be the same, which
/// is not checked. Gives the files in order.
///
/// # Errors
/// Those of [`tag_batch`]; [`Error::Parquet`] and [`Error::Io`]; [`Error::Stale`] for a file of another input;
/// [`Error::Stopped`].
pub fn tag_parquet(
    ner: &Ner,
    input: &Path,
    column: &str,
    out: &Path,
    told: &mut dyn FnMut(Tagged) -> bool,
) -> Result<Vec<PathBuf>> {
    let open = || File::open(input).map_err(|fault| io(input, fault));
    let of_input = |fault| Error::Parquet { path: input.to_owned(), fault };
    let length = open()?.metadata().map_err(|fault| io(input, fault))?.len();
    let reader = ParquetRecordBatchReaderBuilder::try_new(open()?).map_err(of_input)?;
    let schema: SchemaRef = Arc::new(with_entities(reader.schema(), column)?);
    let rows: Vec<usize> =
        reader.metadata().row_groups().iter().map(|group| group.num_rows() as usize).collect();
    let all = rows.iter().sum();
    drop(reader);
    std::fs::create_dir_all(out).map_err(|fault| io(out, fault))?;
    let stem = input.file_stem().unwrap_or(input.as_os_str()).to_string_lossy().into_owned();
    let (mut paths, mut done) = (Vec::with_capacity(rows.len()), 0);
    for (group, own) in rows.iter().enumerate() {
        let path = out.join(format!("{stem}-{group:05}.parquet"));
        let source = format!("{stem}, {length} bytes, {} groups, group {group}, column {column}", rows.len());
        let found = path.exists();
        if found {
            check(&path, &source, *own)?;
        } else {
            let reader = ParquetRecordBatchReaderBuilder::try_new(open()?).map_err(of_input)?;
            let batches =
                reader.with_row_groups(vec![group]).with_batch_size(ROWS).build().map_err(of_input)?;
            // Its name ends otherwise, so that who reads the folder meanwhile does not read it.
            let file = tempfile::Builder::new().prefix(".xner-").suffix(".part").tempfile_in(out);
            let file = file.map_err(|fault| io(out, fault))?;
            let of_output = |fault| Error::Parquet { path: path.clone(), fault };
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(of_output)?))
                .set_key_value_metadata(Some(vec![KeyValue::new(SOURCE.to_owned(), source)]))
                .build();
            let mut writer = ArrowWriter::try_new(file.as_file(), Arc::clone(&schema), Some(properties))
                .map_err(of_output)?;
            for batch in batches {
                let tagged = tag_batch(ner, &batch?, column, &Limit::none())?;
                writer.write(&tagged).map_err(of_output)?;
            }
            writer.close().map_err(of_output)?;
            file.as_file().sync_all().map_err(|fault| io(&path, fault))?;
            file.persist(&path).map_err(|fault| io(&path, fault.error))?;
        }
        done += own;
        paths.push(path);
        if !told(Tagged { groups: (group + 1, rows.len()), rows: (done, all), found })
            && group + 1 < rows.len()
        {
            return Err(Error::Stopped);
        }
    }
    Ok(paths)
}

/// Says that a file that is there was made of this.
fn check(path: &Path, source: &str, rows: usize) -> Result<()> {
    let file = File::open(path).map_err(|fault| io(path, fault))?;
    let reader = SerializedFileReader::new(file)
        .map_err(|fault: ParquetError| Error::Parquet { path: path.to_owned(), fault })?;
    let metadata = reader.metadata().file_metadata();
    let known = metadata.key_value_metadata().into_iter().flatten();
    let own = known.filter(|entry| entry.key == SOURCE).filter_map(|entry| entry.value.as_deref());
    if own.eq([source]) && metadata.num_rows() as usize == rows {
        return Ok(());
    }
    Err(Error::Stale { path: path.to_owned() })
}

fn io(path: &Path, fault: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), fault }
}
