#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod damage;
mod forms;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xner_train::ErrorKind;

use super::*;

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A golden file.
fn golden(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/checkpoints").join(name);
    fs::read(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// A safetensors file of any numbers, as its format says.
fn safetensors(tensors: &[(&str, &str, &[usize], &[u8])]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, dtype, shape, bytes) in tensors {
        let start = data.len();
        data.extend_from_slice(bytes);
        let offsets = [start, data.len()];
        header.insert(
            (*name).to_owned(),
            serde_json::json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}),
        );
    }
    let header = serde_json::Value::Object(header).to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// What goes wrong on opening, in words.
fn refused(folder: &TempDir) -> String {
    let fault = Checkpoint::open(folder.path()).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    fault.to_string()
}

/// The tensors of the golden files.
#[derive(serde::Deserialize)]
struct Expected {
    tensors: BTreeMap<String, ExpectedTensor>,
}

#[derive(serde::Deserialize)]
struct ExpectedTensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

fn expected() -> Expected {
    serde_json::from_slice(&golden("expected.json")).unwrap()
}

/// Says that a checkpoint holds the golden tensors, and which it leaves out.
fn check_golden(folder: &TempDir) -> PathBuf {
    let mut checkpoint = Checkpoint::open(folder.path()).unwrap();
    let pooler_and_more = ["cls.predictions.bias", "embeddings.position_ids", "pooler.dense.bias"];
    for (name, ExpectedTensor { shape, values }) in expected().tensors {
        let name = canonical(&name);
        assert_eq!(checkpoint.shape(&name), Some(shape.as_slice()), "{name}");
        if !pooler_and_more.contains(&name.as_str()) {
            assert_eq!(checkpoint.take(&name, &shape).unwrap(), values, "{name}");
        }
    }
    assert_eq!(checkpoint.left_out(), pooler_and_more);
    assert_eq!(checkpoint.unexpected(), [""; 0]);
    checkpoint.path().to_owned()
}
