//! `xner similar`, with a tiny random encoder that knows the words w5 to w49.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};

use common::{Folder, xner};
use xner_train::Tensors;

const SOURCE: &str = "\
w5 O\nw20 B-PER\nw21 I-PER\n\n\
w30 B-LOC\nw7 O\n\n\
w5 O\nw20 O\nw21 O\n\n\
w8 O\nw9 O\nw10 O\nw11 O\n\n";

fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../xner-tagger/tests/golden/bert/bert")
}

fn folder() -> Folder {
    Folder::with(&[("source.conll", SOURCE), ("input.txt", "w30 w7\n\nw8 w9 w10 w11\n")])
}

/// The program with a sentence, which may have spaces.
fn similar(folder: &Folder, sentence: &str, arguments: &str) -> common::Said {
    let mut command = xner();
    command.current_dir(folder.path("")).args(["similar", sentence, "--corpus", "source.conll", "--model"]);
    command.arg(model()).args(arguments.split(' ').filter(|argument| !argument.is_empty()));
    let output = command.output().unwrap();
    common::Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_nearest_come_with_their_entities() {
    for pooling in ["", "--pooling mean"] {
        let out = similar(&folder(), "w5 w20 w21", &format!("-k 2 {pooling}")).ok();
        // The same words are there twice: the first comes first.
        assert_eq!(out, "w5 w20 w21\n  1.0000  w5 [w20 w21]PER\n  1.0000  w5 w20 w21\n");
    }
    let json = similar(&folder(), "w5  w20\tw21", "--json").json();
    assert_eq!(json[0]["text"], "w5  w20\tw21");
    let found = json[0]["similar"].as_array().unwrap();
    assert_eq!(found.len(), 3);
    let cosines: Vec<f64> = found.iter().map(|similar| similar["cosine"].as_f64().unwrap()).collect();
    assert!((cosines[0] - 1.0).abs() < 1e-6 && cosines[2] < 0.9999, "{cosines:?}");
    assert_eq!((&found[0]["number"], &found[1]["number"]), (&1.into(), &3.into()));
    assert_eq!(found[0]["entities"], serde_json::json!([{"text": "w20 w21", "label": "PER"}]));
}

#[test]
fn several_sentences_come_from_a_file_in_their_order() {
    let folder = folder();
    let command = format!("similar --model {} --corpus source.conll -k 1", model().display());
    let want = "w30 w7\n  1.0000  [w30]LOC w7\nw8 w9 w10 w11\n  1.0000  w8 w9 w10 w11\n";
    assert_eq!(folder.xner(&format!("{command} --input input.txt --lines")).ok(), want);
    assert_eq!(
        folder.xner_with(&format!("{command} --input - --lines"), "w30 w7\nw8 w9 w10 w11\n").ok(),
        want
    );
    // Columns bring their own entities.
    let out = folder.xner(&format!("{command} --input source.conll")).ok();
    assert!(out.starts_with("w5 [w20 w21]PER\n  1.0000  w5 [w20 w21]PER\n[w30]LOC w7\n"), "{out}");
}

#[test]
fn threads_the_cache_and_a_bare_encoder_change_nothing() {
    let folder = folder();
    let want = similar(&folder, "w5 w7", "--json").ok();
    assert_eq!(similar(&folder, "w5 w7", "--json --threads 1").ok(), want);
    for _ in 0..2 {
        assert_eq!(similar(&folder, "w5 w7", "--json --cache vectors").ok(), want);
    }
    let [name] = &folder.files("vectors")[..] else { panic!("one file") };
    let path = format!("vectors/{name}");
    let whole = std::fs::read(folder.path(&path)).unwrap();
    folder.write(&path, &whole[..whole.len() - 10]);
    let said = similar(&folder, "w5 w7", "--json --cache vectors");
    assert!(said.err.contains(name) && said.err.contains("made anew"), "{}", said.err);
    assert_eq!((said.ok(), std::fs::read(folder.path(&path)).unwrap()), (want.clone(), whole));
    // The encoder alone, without the head and the names that a token classifier gives its tensors.
    for file in ["config.json", "vocab.txt"] {
        folder.write(&format!("bare/{file}"), &std::fs::read(model().join(file)).unwrap());
    }
    let (mut tensors, _) = Tensors::read(&model().join("model.safetensors")).unwrap();
    tensors.split("bert.").write(&folder.path("bare/model.safetensors"), "").unwrap();
    let command = "similar w5 --corpus source.conll --json --model";
    let bare = folder.xner(&format!("{command} bare")).ok();
    assert_eq!(bare, folder.xner(&format!("{command} {}", model().display())).ok());
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let folder = folder();
    let command = format!("similar --model {} --corpus source.conll", model().display());
    folder.refused(&format!("{command} w5 -k 0"), &["-k is 0"]);
    folder.refused(&format!("{command} w5 -k 5"), &["4 sentences", "at least 5"]);
    folder.refused(&format!("{command} w5 --length 2"), &["length"]);
    folder.refused(&command, &["SENTENCE"]);
    folder.refused(&format!("{command} w5 --input input.txt"), &["cannot be used with"]);
    folder.refused(&format!("{command} --input nowhere.txt"), &["nowhere.txt"]);
    // Columns under a name that says nothing are not taken for text.
    folder.write("columns.txt", SOURCE.as_bytes());
    folder.refused(
        &format!("{command} --input columns.txt"),
        &["columns.txt: looks like columns", "--input-format conll"],
    );
    folder.write("empty.txt", b"\n");
    folder.refused(&format!("{command} --input empty.txt"), &["empty.txt", "no sentences"]);
    folder.refused("similar w5 --model ./nowhere --corpus source.conll", &["./nowhere", "no such directory"]);
    folder.refused("similar w5 --model . --corpus source.conll", &["config.json"]);
    let said = similar(&folder, " ", "");
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no words"), "{}", said.err);
}

#[test]
fn a_mask_is_taught_from_raw_text() {
    let folder = folder();
    let command = format!("teach-mask source.conll --model {} --out taught --steps 3", model().display());
    let said = folder.xner(&format!("{command} --json")).json();
    assert_eq!((&said["out"], &said["steps"]), (&"taught".into(), &3.into()));
    assert!(said["before"].as_f64().unwrap() > 0.0, "{said}");
    // It is an encoder as any other.
    let out = folder.xner("similar --model taught --corpus source.conll -k 1 --input input.txt --lines").ok();
    assert!(out.contains("1.0000  [w30]LOC w7"), "{out}");
    folder.refused(&format!("{command} --share 1.0"), &["--share", "between 0 and 1"]);
    folder.refused(&command.replace("source.conll", "nowhere.conll"), &["nowhere.conll"]);
}

/// The server is a feature; without it the command says so.
#[cfg(not(feature = "serve"))]
#[test]
fn a_server_that_is_not_built_in_says_how_it_is_had() {
    folder().refused("serve", &["without the server", "--features serve"]);
}
