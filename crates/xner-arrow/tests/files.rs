//! Parquet files.
#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use common::ner;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use xner::Limit;
use xner_arrow::{Error, tag_batch, tag_file};

/// 2,500 rows in three row groups; one in seven has no text.
fn rows() -> RecordBatch {
    let text = |at: i32| (at % 7 != 3).then(|| format!("row {at}: Ada met Zoë{} in Köln \u{1f600}.", at % 5));
    let texts: ArrayRef = Arc::new((0..2500).map(text).collect::<StringArray>());
    let numbers: ArrayRef = Arc::new((0..2500).collect::<Int32Array>());
    RecordBatch::try_from_iter([("number", numbers), ("body", texts)]).unwrap()
}

fn write(path: &Path, batch: &RecordBatch, group: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let mut writer =
        ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// The rows of some files, one behind the other.
fn read(paths: &[PathBuf]) -> Vec<RecordBatch> {
    let batches = |path: &PathBuf| {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        reader.with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    paths.iter().flat_map(batches).collect()
}

#[test]
fn a_file_is_tagged_group_by_group_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("news.parquet"), folder.path().join("tagged"));
    write(&input, &rows(), 1000);
    let mut told = Vec::new();
    let paths = tag_file(&ner(), &input, "body", &out, &mut |tagged| {
        told.push((tagged.units, tagged.rows, tagged.all, tagged.found));
        true
    })
    .unwrap();
    assert_eq!(told, [(1, 1000), (2, 2000), (3, 2500)].map(|(units, rows)| (units, rows, Some(2500), false)));
    let whole = tag_batch(&ner(), &rows(), "body", &Limit::none()).unwrap();
    let found = read(&paths);
    for (batch, start) in found.iter().zip([0, 1000, 2000]) {
        assert_eq!(batch, &whole.slice(start, batch.num_rows()));
    }
    assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), 2500);

    // Stopped behind the first; the file of another process that was killed lies about.
    let broken = folder.path().join("broken");
    let stopped = tag_file(&ner(), &input, "body", &broken, &mut |_| false);
    assert!(matches!(stopped, Err(Error::Stopped)));
    let dead = broken.join(".xner-deadbeef.part");
    std::fs::write(&dead, "half").unwrap();
    let mut before = Vec::new();
    let again = tag_file(&ner(), &input, "body", &broken, &mut |tagged| {
        before.push(tagged.found);
        true
    })
    .unwrap();
    assert_eq!(before, [true, false, false]);
    assert!(!dead.exists(), "what a killed process left goes");
    assert_eq!(read(&again), found);
}

#[test]
fn what_does_not_fit_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("news.parquet"), folder.path().join("tagged"));
    write(&input, &rows().slice(0, 10), 5);
    let tag = |input: &Path, column: &str| tag_file(&ner(), input, column, &out, &mut |_| true);
    assert!(matches!(tag(&input, "text"), Err(Error::NoColumn { .. })));
    assert!(!out.exists(), "nothing is made before it is known that it can be");
    tag(&input, "body").unwrap();
    // Another file of the same name.
    write(&input, &rows().slice(0, 12), 5);
    let fault = tag(&input, "body").unwrap_err();
    assert!(fault.to_string().contains("news-00000.parquet: is of another input"), "{fault}");
    let bytes = std::fs::read(&input).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], b"PAR1", b""] {
        let path = folder.path().join("damaged.parquet");
        std::fs::write(&path, damaged).unwrap();
        let fault = tag(&path, "body").unwrap_err().to_string();
        assert!(fault.contains("damaged.parquet"), "{fault}");
    }
    assert!(matches!(tag(&folder.path().join("nowhere.parquet"), "body"), Err(Error::Io { .. })));
}
