#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod faults;
mod golden;
mod hostile;
mod text;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use xner_train::ErrorKind;

use super::*;
use crate::bert::config::Family;

/// A config with as many rows, of BERT's family or another.
fn config(rows: usize, family: Family) -> BertConfig {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    let value = json!({"model_type": family.model_type(), "vocab_size": rows, "hidden_size": 4,
        "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 4});
    fs::write(&path, value.to_string()).unwrap();
    BertConfig::read(&path).unwrap()
}

fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tokenise")
}

fn vocabulary() -> String {
    fs::read_to_string(golden_folder().join("vocab.txt")).unwrap()
}

/// A folder with a vocabulary and settings.
fn folder(vocabulary: &str, settings: Option<&Value>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vocab.txt"), vocabulary).unwrap();
    if let Some(settings) = settings {
        fs::write(folder.path().join("tokenizer_config.json"), settings.to_string()).unwrap();
    }
    folder
}

fn open(folder: &TempDir) -> Tokeniser {
    Tokeniser::open(folder.path(), &config(1000, Family::Bert)).unwrap()
}

/// The subwords of one word, as text.
fn pieces(tokeniser: &Tokeniser, word: &str) -> Vec<String> {
    let ids = tokeniser.encode([word]).unwrap().ids;
    ids.into_iter().map(|id| tokeniser.subword(id).unwrap()).collect()
}
