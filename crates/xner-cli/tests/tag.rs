//! `xner tag`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{CORPUS, Folder, copy_model, model, xner};
use serde_json::{Value, json};

fn tag(folder: &Folder, arguments: &str, input: &str) -> common::Said {
    folder.xner_with(format!("tag --model {} {arguments}", model().display()).trim_end(), input)
}

#[test]
fn columns_come_back_with_the_tag_as_one_more() {
    let folder = Folder::with(&[]);
    let input =
        "-DOCSTART- -X- O\n\n\nMira  NNP O\nSol\tNNP O\nmet VBD O\nOtto NNP O\n\nhe PRP O\nsleeps VBZ O";
    let want = "-DOCSTART- -X- O O\n\n\nMira  NNP O B-PER\nSol\tNNP O\tI-PER\nmet VBD O O\nOtto NNP O B-PER\n\n\
                he PRP O O\nsleeps VBZ O O";
    assert_eq!(tag(&folder, "--format conll", input).ok(), want);
    let iobes = tag(&folder, "--format conll --scheme iobes", "Otto x\r\n\r\n").ok();
    assert_eq!(iobes, "Otto x S-PER\r\n\r\n");
}

#[test]
fn a_tagged_file_can_be_scored() {
    let folder = Folder::with(&[("gold.conll", CORPUS)]);
    tag(&folder, "--input gold.conll --output tagged.conll.gz", "").ok();
    let json = folder.xner("eval gold.conll tagged.conll.gz --json").json();
    assert_eq!(json["overall"]["f1"], 1.0);
    assert_eq!(folder.names(), ["gold.conll", "tagged.conll.gz"]);
}

#[test]
fn columns_under_a_name_that_says_nothing_are_not_taken_for_text() {
    let folder =
        Folder::with(&[("columns.txt", CORPUS), ("prose.txt", "Otto ran.\n\nIda met Mira Sol in Lund.\n")]);
    let refused = format!("tag --model {} --output out --input columns.txt", model().display());
    folder.refused(&refused, &["columns.txt: looks like columns", "--format conll", "--format text"]);
    let piped = tag(&folder, "", CORPUS);
    assert_eq!((piped.code, piped.out.as_str()), (2, ""), "{}", piped.err);
    let tagged = tag(&folder, "--input columns.txt --format conll", "").ok();
    assert!(tagged.starts_with("Mira B-PER B-PER\n"), "{tagged}");
    assert!(tag(&folder, "--input columns.txt --format text", "").ok().starts_with('{'));
    // All of the text is tagged, what was looked at too.
    let tagged = tag(&folder, "--input prose.txt", "").ok();
    assert_eq!(tagged, tag(&folder, "--input prose.txt --format text", "").ok());
    assert!(tagged.contains("Otto ran.") && tagged.contains("Lund"), "{tagged}");
}

#[test]
fn text_gives_offsets_that_point_at_the_entities() {
    let folder = Folder::with(&[]);
    // Characters of several bytes before, between and within sentences.
    let text = "😀 rain fell on Lund and on Oslo.\n\nÜber all: Mira Sol met Otto in Lund.\n";
    let lines: Vec<Value> =
        tag(&folder, "", text).ok().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 2);
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    for line in &lines {
        let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        let (sentence, offset) = (line["text"].as_str().unwrap(), &line["offset"]);
        let (byte, char) = (number(&offset["byte"]), number(&offset["char"]));
        assert!(text[byte..].starts_with(sentence));
        assert!(chars[char..].iter().collect::<String>().starts_with(sentence));
        for entity in line["entities"].as_array().unwrap() {
            let word = entity["text"].as_str().unwrap();
            let (start, end) = (number(&entity["start"]), number(&entity["end"]));
            assert_eq!(chars[char + start..char + end].iter().collect::<String>(), word);
            assert_eq!(&sentence[number(&entity["start_byte"])..number(&entity["end_byte"])], word);
            let probability = entity["probability"].as_f64().unwrap();
            assert!((0.0..=1.0).contains(&probability));
            found.push((word.to_owned(), entity["label"].as_str().unwrap().to_owned()));
        }
    }
    assert!(found.contains(&("Lund".to_owned(), "LOC".to_owned())), "{found:?}");
}

#[test]
fn json_lines_keep_their_other_keys_and_can_be_read_again() {
    let folder = Folder::with(&[]);
    let input = "{\"id\": 7, \"text\": \"Ö: Mira Sol met Otto in Lund\", \"entities\": [[0, 1, \"X\"]]}\n\n\
                 {\"tokens\": [\"rain\", \"fell\", \"on\", \"Oslo\"], \"meta\": {\"a\": [1]}}\n{\"text\": \"\"}\n";
    folder.write("in.jsonl", input.as_bytes());
    tag(&folder, "--input in.jsonl --output out.jsonl", "").ok();
    let text = folder.read("out.jsonl");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["id"], &lines[1]["meta"]), (&json!(7), &json!({"a": [1]})));
    assert_eq!(lines[1]["tokens"], json!([[0, 4], [5, 9], [10, 12], [13, 17]]));
    assert_eq!((&lines[2]["text"], &lines[2]["entities"]), (&json!(""), &json!([])));
    for entity in lines[0]["entities"].as_array().unwrap() {
        let (start, byte) = (entity["start"].as_u64().unwrap(), entity["start_byte"].as_u64().unwrap());
        assert!(byte == start + 1 || start == 0, "{entity}");
    }
    let entities: usize = lines.iter().map(|line| line["entities"].as_array().unwrap().len()).sum();
    assert!(entities > 0);
    assert_eq!(folder.xner("stats out.jsonl --json").json()[0]["entities"], entities);
}

#[test]
fn a_long_file_is_tagged_piece_by_piece() {
    let folder = Folder::with(&[("long.conll", &CORPUS.repeat(700))]);
    let tagged = tag(&folder, "--input long.conll --threads 2", "").ok();
    assert_eq!(tagged.lines().count(), CORPUS.lines().count() * 700);
    assert!(tagged.ends_with("Corp I-ORG I-ORG\n\n"), "{}", &tagged[tagged.len() - 40..]);
}

#[test]
fn bad_input_leaves_no_file() {
    let folder = Folder::with(&[
        ("ragged.conll", "Ada x\nBob\n"),
        ("empty.conll", "\n\n"),
        ("empty.text", ""),
        ("bad.jsonl", "{\"text\": \"a\"}\nnot json\n"),
    ]);
    folder.write("latin1.text", b"Ada ran.\n\nJos\xe9 ran.\n");
    folder.write("latin1.conll", b"Ada\nJos\xe9\n");
    let refused = |arguments: &str, parts: &[&str]| {
        folder.refused(&format!("tag --model {} --output out {arguments}", model().display()), parts);
    };
    refused("--input ragged.conll", &["ragged.conll:2: expected 2 columns as in the rows before, found 1"]);
    refused("--input ragged.conll --token-column 2", &["ragged.conll:1: no token column"]);
    refused("--input empty.conll", &["empty.conll: no sentences"]);
    // Nothing to tag is no fault in a text.
    assert_eq!(tag(&folder, "--input empty.text", "").ok(), "");
    assert_eq!(tag(&folder, "", "\u{feff}\u{200b}\n\u{200f}").ok(), "");
    refused("--input latin1.text --language klingon", &["`klingon` is no language", "the nearest is `ln`"]);
    refused("--input bad.jsonl", &["bad.jsonl:2: not a JSON object"]);
    refused("--input latin1.text", &["latin1.text:3: invalid UTF-8 at byte 4"]);
    refused("--input latin1.conll", &["latin1.conll:2: invalid UTF-8 at byte 4"]);
    refused("--input nowhere.text", &["nowhere.text: No such file"]);
    refused("--input ragged.conll --json --to text", &["--json", "--to"]);
    refused("--input ragged.conll --device gpu", &["gpu", "expected cpu, cuda:0 or wgpu:0"]);
    let plain = format!("tag --model {} --input latin1.text --output o.jsonl.zip", model().display());
    folder.refused(&plain, &["o.jsonl.zip: no .zip is written, only plain files, .gz, .xz, .bz2 and .zst"]);
}

#[test]
fn an_existing_file_survives_a_failure() {
    let folder = Folder::with(&[("out.conll", "as it was\n"), ("ragged.conll", "Ada x\nBob\n")]);
    folder.refused(
        &format!("tag --model {} --input ragged.conll --output out.conll", model().display()),
        &["ragged.conll:2"],
    );
    assert_eq!(folder.read("out.conll"), "as it was\n");
}

#[test]
fn damaged_models_are_refused_by_file() {
    let damage = |name: &str, change: &dyn Fn(Vec<u8>) -> Option<Vec<u8>>, parts: &[&str]| {
        let folder = Folder::with(&[("a.text", "Otto ran.\n")]);
        copy_model(&folder);
        let path = folder.path(&format!("model/{name}"));
        match change(std::fs::read(&path).unwrap()) {
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        folder.refused("tag --model model --input a.text --output out", parts);
    };
    damage("config.json", &|_| None, &["model: is no model, for it has no config.json"]);
    for name in ["config.json", "model.safetensors", "words.txt", "characters.txt"] {
        if name != "config.json" {
            damage(name, &|_| None, &[name, "No such file"]);
        }
        damage(name, &|bytes| Some(bytes[..bytes.len() / 2].to_vec()), &[name]);
    }
    // A last word that is another: the number of lines is right, the words are not this model's.
    damage(
        "words.txt",
        &|bytes| Some([&bytes[..bytes.len() - 2], b"#\n"].concat()),
        &["words.txt", "not those"],
    );
    damage(
        "config.json",
        &|bytes| {
            Some(String::from_utf8(bytes).unwrap().replace("\"hidden\": 16", "\"hidden\": 17").into_bytes())
        },
        &["model.safetensors", "tensor `"],
    );
    // The last number of the last tensor becomes NaN.
    damage(
        "model.safetensors",
        &|mut bytes| {
            let end = bytes.len();
            bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
            Some(bytes)
        },
        &["model.safetensors", "NaN"],
    );
}

#[test]
fn what_is_no_model_is_called_what_it_is() {
    let folder = Folder::with(&[
        ("a.text", "Otto ran.\n"),
        ("stopped/checkpoint/state.safetensors", ""),
        ("run/run.json", "{}"),
        ("seeds/seed-1/config.json", "{}"),
        ("mapping/mapping.safetensors", ""),
        ("mapping/config.json", "{}"),
        ("empty/file", ""),
    ]);
    for (model, parts) in [
        ("stopped", &["stopped: is an unfinished run", "xner train --config … --out stopped"][..]),
        ("run", &["run: is an unfinished run of `xner transfer`"]),
        ("seeds", &["seeds: holds runs of several seeds", "seeds/seed-1"]),
        ("mapping", &["mapping: is a mapping of word vectors"]),
        ("empty", &["empty: is no model", "xner train"]),
        ("a.text", &["a.text: is a file, expected one that `xner pack` wrote, or a model directory"]),
        // What is no folder may be a name on the hub, which no test asks.
        ("nobody/model", &["model `nobody/model`: no such directory"]),
        ("./no/such/folder", &["model `./no/such/folder`: no such directory"]),
    ] {
        folder.refused(&format!("tag --model {model} --input a.text --output out"), parts);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let folder = Folder::with(&[("long.conll", &CORPUS.repeat(2000))]);
    let mut command = Command::new(xner().get_program());
    command.current_dir(folder.path("")).args(["tag", "--input", "long.conll", "--model"]).arg(model());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
