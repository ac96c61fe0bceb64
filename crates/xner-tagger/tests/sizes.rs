//! Sizes in the `config.json` of an encoder that are not those of its weights: told before any memory is taken.
#![cfg(feature = "bert")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use xner_tagger::open;
use xner_train::{Device, ErrorKind};

fn golden(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(kind)
}

/// A copy of a golden model with changed keys.
fn changed(kind: &str, change: impl FnOnce(&mut Value)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(golden(kind)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let path = folder.path().join("config.json");
    let mut config: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    change(&mut config);
    fs::write(&path, config.to_string()).unwrap();
    folder
}

/// What is said of it, in no time.
fn refused(folder: &TempDir) -> String {
    let begun = Instant::now();
    let fault = open(folder.path(), &Device::Cpu).map(|_| ()).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(20), "{fault}");
    assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
    fault.to_string()
}

#[test]
fn sizes_are_compared_with_the_shapes_first() {
    for (kind, key, value, expected) in [
        ("bert", "max_position_embeddings", 100_000_000_u64, "expected 1 to 1048576"),
        ("bert", "max_position_embeddings", 1_000_000, "position_embeddings"),
        ("bert", "type_vocab_size", 100_000_000, "token_type_embeddings"),
        ("bert", "intermediate_size", 100_000_000, "intermediate.dense.weight"),
        ("bert", "num_hidden_layers", 60_000, "missing, expected"),
        ("bert", "num_hidden_layers", 100_000_000, "expected 1 to 65535"),
        ("bert", "hidden_size", 399_999_996, "word_embeddings"),
        ("bert", "vocab_size", 400_000_000, "word_embeddings"),
        ("distilbert", "hidden_dim", 100_000_000, "ffn.lin1.weight"),
        ("electra", "embedding_size", 100_000_000, "word_embeddings"),
        ("electra", "hidden_size", 399_999_996, "embeddings_project.weight"),
        ("modernbert", "intermediate_size", 100_000_000, "mlp.Wi.weight"),
        ("modernbert", "max_position_embeddings", 100_000_000, "expected 1 to 1048576"),
    ] {
        let said = refused(&changed(kind, |config| config[key] = json!(value)));
        assert!(said.contains(expected), "{kind}, {key} {value}: {said}");
    }
}

#[test]
fn labels_are_counted_before_there_is_a_head() {
    let labels = |count: usize| {
        changed("bert", |config| {
            let name = |at: usize| if at == 0 { "O".to_owned() } else { format!("B-T{at}") };
            config["id2label"] = (0..count).map(|at| (at.to_string(), json!(name(at)))).collect();
            config["label2id"] = (0..count).map(|at| (name(at), json!(at))).collect();
            config.as_object_mut().unwrap().remove("num_labels");
            config.as_object_mut().unwrap().remove("xner");
        })
    };
    // It took a minute once.
    let said = refused(&labels(200_000));
    assert!(
        said.contains("199999 entity types make 399999 tags of the scheme iob2, expected at most 2048"),
        "{said}"
    );
    let said = refused(&labels(1000));
    assert!(said.contains("classifier.weight"), "{said}");
    let said = refused(&changed("bert", |config| config["num_labels"] = json!(1_000_000_000)));
    assert!(said.contains("num_labels"), "{said}");
}
