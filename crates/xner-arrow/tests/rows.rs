//! Parquet of data sets as corpora.
#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use xner::corpus::read::jsonl::JsonlOptions;
use xner::corpus::read::{Format, Input, ReadOptions, Stream};
use xner::corpus::{Error, Labelled};
use xner_arrow::Rows;

const NAMES: &str = r#"{"info": {"features": {"id": {"dtype": "string", "_type": "Value"},
    "tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"},
    "ner_tags": {"feature": {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"}, "_type": "Sequence"}}}}"#;

/// A data set of `rows` sentences, `Ada Lovelace lived 17`, with tags by number.
fn written(folder: &Path, rows: i64, last: i64, metadata: Option<&str>) -> PathBuf {
    let mut tokens = ListBuilder::new(StringBuilder::new());
    let mut tags = ListBuilder::new(Int64Builder::new());
    for row in 0..rows {
        for token in ["Ada", "Lovelace", "lived", &row.to_string()] {
            tokens.values().append_value(token);
        }
        let end = if row + 1 == rows { last } else { 0 };
        tags.values().append_slice(&[1, 2, 0, end]);
        tokens.append(true);
        tags.append(true);
    }
    let columns: [(&str, ArrayRef); 2] =
        [("tokens", Arc::new(tokens.finish())), ("ner_tags", Arc::new(tags.finish()))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let metadata: HashMap<_, _> =
        metadata.iter().map(|told| ("huggingface".to_owned(), (*told).to_owned())).collect();
    let schema = batch.schema().as_ref().clone().with_metadata(metadata);
    let batch = batch.with_schema(Arc::new(schema)).unwrap();
    let path = folder.join("data.parquet");
    let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    path
}

fn read(path: &Path) -> Result<Vec<Labelled>, Error> {
    let rows = Rows::open(path).unwrap();
    let jsonl = JsonlOptions { label_names: rows.label_names().to_vec(), ..JsonlOptions::default() };
    let options = ReadOptions { jsonl, ..ReadOptions::default() };
    let input = Input { reader: Box::new(rows), name: path.to_owned() };
    Stream::new(input, Format::Jsonl, &options).collect()
}

#[test]
fn a_data_set_is_a_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), 3000, 0, Some(NAMES));
    assert!(Rows::is_parquet(&path));
    assert_eq!(Rows::open(&path).unwrap().label_names(), ["O", "B-PER", "I-PER"]);
    let found = read(&path).unwrap();
    assert_eq!(found.len(), 3000);
    for (row, labelled) in found.iter().enumerate() {
        let tokens: Vec<&str> = labelled.sentence.tokens().collect();
        assert_eq!(tokens, ["Ada", "Lovelace", "lived", &row.to_string()]);
        assert_eq!(labelled.entities.len(), 1);
        assert_eq!(labelled.entities[0].tokens, 0..2);
    }
}

#[test]
fn what_is_wrong_is_named_with_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let fault = read(&written(folder.path(), 1500, 7, Some(NAMES))).unwrap_err().to_string();
    assert!(fault.contains("data.parquet:1500") && fault.contains("holds 7"), "{fault}");
    let fault = read(&written(folder.path(), 3, 0, None)).unwrap_err().to_string();
    assert!(fault.contains("need the names of the labels"), "{fault}");
    let path = folder.path().join("cut.parquet");
    let whole = std::fs::read(written(folder.path(), 3000, 0, Some(NAMES))).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(Rows::open(&path).unwrap_err().to_string().contains("cut.parquet"));
    // The footer stands, a page does not.
    let mut damaged = whole.clone();
    damaged[4..400].fill(0xff);
    std::fs::write(&path, &damaged).unwrap();
    let mut text = String::new();
    let fault = Rows::open(&path).unwrap().read_to_string(&mut text).unwrap_err().to_string();
    assert!(fault.contains("cut.parquet"), "{fault}");
}
