//! `xner tag`: what it writes, and when.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use common::{CORPUS, Folder, copy_model, model, xner};
use serde_json::Value;

const TEXT: &str = "Mira Sol met Otto in Lund.\n";

fn tag(folder: &Folder, arguments: &str, input: &str) -> common::Said {
    folder.xner_with(format!("tag --model {} {arguments}", model().display()).trim_end(), input)
}

/// Writes line after line, each only when the answer to the one before has come.
fn answers(arguments: &str, lines: &[&str], answer: &dyn Fn(&str) -> bool) {
    let mut command = Command::new(xner().get_program());
    command.args(["tag", "--model"]).arg(model()).args(arguments.split_whitespace());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (sender, said) = channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in out.lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    let mut input = child.stdin.take().unwrap();
    for line in lines {
        write!(input, "{line}").unwrap();
        input.flush().unwrap();
        loop {
            let found = said.recv_timeout(Duration::from_mins(1)).expect("no answer to a line that came in");
            if answer(&found) {
                break;
            }
        }
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn what_comes_in_goes_out_at_once() {
    let json = |line: &str| line.contains("\"label\":\"LOC\"");
    let lines = ["rain fell on Lund\n", "and on Oslo\n", "Mira Sol met Otto in Lund.\n"];
    answers("", &lines, &json);
    answers("--lines", &lines, &json);
    answers("--to text --lines", &lines, &|line| line.contains("]LOC"));
    let documents = ["{\"text\": \"rain fell on Oslo\"}\n", "{\"text\": \"rain fell on Lund\"}\n"];
    answers("", &documents, &json);
    answers("--format jsonl", &documents, &json);
    // A sentence of columns is complete with its empty line.
    answers("--format conll", &["rain\nfell\non\nLund\n\n", "rain\nfell\non\nLund\n\n"], &|line| {
        line == "Lund B-LOC"
    });
}

#[test]
fn output_names_promise_formats() {
    let folder = Folder::with(&[
        ("in.text", TEXT),
        ("in.conll", CORPUS),
        ("in.jsonl", "{\"id\": 1, \"text\": \"rain fell on Lund\"}\n"),
    ]);
    for input in ["in.text", "in.conll", "in.jsonl"] {
        for output in ["out.conll", "out.tsv", "out.jsonl", "out.txt", "out.html", "out.conll.zst"] {
            tag(&folder, &format!("--input {input} --output {output}"), "").ok();
        }
        for line in folder.read("out.jsonl").lines() {
            assert!(serde_json::from_str::<Value>(line).unwrap()["entities"].is_array(), "{input}");
        }
        let separator = if input == "in.conll" { " " } else { "\t" };
        assert!(folder.read("out.tsv").contains(&format!("Lund{separator}")), "{input}");
        assert!(folder.read("out.txt").contains("[Lund]LOC"), "{input}: {}", folder.read("out.txt"));
        assert!(folder.read("out.html").ends_with("</html>\n"), "{input}");
        assert_eq!(
            folder.xner("stats out.conll.zst --json").json(),
            folder
                .xner("stats out.conll --json")
                .json()
                .as_array()
                .map(|all| {
                    let mut all = all.clone();
                    all[0]["file"] = "out.conll.zst".into();
                    Value::Array(all)
                })
                .unwrap(),
            "{input}"
        );
    }
    assert_eq!(folder.read("out.conll"), "rain O\nfell O\non O\nLund B-LOC\n\n");
    // Columns come out with their tokens, which are read again.
    tag(&folder, "--input in.conll --to jsonl --output again.jsonl", "").ok();
    assert_eq!(
        folder.xner("stats again.jsonl --json").json()[0]["tokens"],
        folder.xner("stats in.conll --json").json()[0]["tokens"]
    );
    // What is asked for goes over what a name promises, and a name that promises what is not written is refused.
    tag(&folder, "--input in.text --to conll --output odd.html", "").ok();
    assert!(folder.read("odd.html").contains("Lund B-LOC\n"));
    let refused = format!("tag --model {} --input in.text --output out.conllu", model().display());
    folder.refused(&refused, &["out.conllu: no .conllu is written", "--to conll"]);
}

#[test]
fn a_page_escapes_what_it_shows() {
    let folder = Folder::with(&[]);
    let page =
        tag(&folder, "--to html --language nl", "<script>alert('Lund & \"Oslo\"')</script> Otto in Lund.\n")
            .ok();
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"nl\">\n"), "{page}");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    assert!(page.contains("<p dir=\"auto\">") && page.contains("prefers-color-scheme:dark"), "{page}");
    assert!(page.contains("title=\"LOC, probability 0."), "{page}");
    for kind in ["LOC", "ORG", "PER"] {
        assert!(page.contains(&format!("\">{kind}</mark></li>")), "{kind}: {page}");
    }
}

#[test]
fn json_lines_on_standard_input_are_told() {
    let folder = Folder::with(&[]);
    let line = "{\"z\": 1.50, \"a\": -0, \"big\": 123456789012345678901234567890, \"text\": \
                \"Otto in Lund\", \"e\": 1e2, \"entities\": \"odd\"}\n";
    let said = tag(&folder, "", line).ok();
    assert!(said.starts_with("{\"text\":\"Otto in Lund\",\"entities\":[{"), "{said}");
    let kept = "\"z\":1.50,\"a\":-0,\"big\":123456789012345678901234567890,\"e\":1e2}\n";
    assert!(said.ends_with(kept), "{said}");
}

#[test]
fn labels_that_fit_no_column_are_refused_before_a_row() {
    let folder = Folder::with(&[("gold.conll", CORPUS), ("a.text", TEXT), ("a.conll", "Otto\n")]);
    folder.xner("convert gold.conll plain.jsonl").ok();
    let spaced = folder.read("plain.jsonl").replace("\"PER\"", "\"PERSON NAME\"");
    folder.write("spaced.jsonl", spaced.as_bytes());
    folder.refused("convert spaced.jsonl out.conll", &["entity type `PERSON NAME`", "columns"]);
    folder.write("t.toml", common::CONFIG.replace("train.conll", "spaced.jsonl").as_bytes());
    folder.xner("train --config t.toml --out odd").ok();
    for arguments in ["--input a.text --to conll", "--input a.text --output out.tsv", "--input a.conll"] {
        let arguments = format!("tag --model odd {arguments}");
        folder.refused(&arguments, &["the model's labels", "`PERSON NAME`", "--to jsonl"]);
    }
    let said = folder.xner("tag --model odd --input a.text").ok();
    assert!(said.contains("\"label\":\"PERSON NAME\""), "{said}");
}

#[test]
fn a_model_knows_its_language() {
    let folder = Folder::with(&[]);
    copy_model(&folder);
    let text = "Er kam am 3. Oktober in Lund an.\n";
    let lines = |arguments: &str| {
        folder.xner_with(&format!("tag --model model {arguments}"), text).ok().lines().count()
    };
    let before = folder.read("model/train-report.json");
    assert!(before.contains("\"language\": \"en\""), "{before}");
    assert_eq!((lines("--to jsonl"), lines("--to jsonl --language de")), (2, 1));
    folder.write("model/train-report.json", before.replace("\"en\"", "\"de\"").as_bytes());
    assert_eq!((lines("--to jsonl"), lines("--to jsonl --language en")), (1, 2));
}

#[test]
fn a_terminal_is_told_that_it_is_waited_for() {
    // `script` gives the program a terminal; where there is none nothing can be seen.
    let program = xner().get_program().to_owned();
    let command = format!("{} tag --model {} --to jsonl", program.display(), model().display());
    let run = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = run else { return eprintln!("there is no `script`: nothing was tested") };
    let mut input = child.stdin.take().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut said).unwrap();
    write!(input, "Lund\n\u{4}").unwrap();
    drop(input);
    let _ = child.wait();
    assert!(said.contains("waiting for text from the terminal"), "{said}");
}

#[test]
fn names_that_are_not_utf_8_keep_their_format() {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let folder = Folder::with(&[]);
        let name = std::ffi::OsStr::from_bytes(b"\xff.jsonl");
        std::fs::write(folder.path("").join(name), "{\"text\": \"rain fell on Lund\"}\n").unwrap();
        let out = folder.path("").join(std::ffi::OsStr::from_bytes(b"\xfe.conll"));
        let mut command = xner();
        command.current_dir(folder.path("")).args(["tag", "--input"]).arg(name).arg("--output").arg(&out);
        command.arg("--model").arg(model()).assert().success();
        assert_eq!(std::fs::read_to_string(out).unwrap(), "rain O\nfell O\non O\nLund B-LOC\n\n");
    }
}

/// Several inputs, and columns of text, are of files of rows alone; without that feature the program says so.
#[test]
fn several_inputs_and_columns_of_text_are_of_rows() {
    let folder = Folder::with(&[("a.txt", "Ada ran.\n"), ("b.txt", "Ada ran.\n")]);
    folder.refused("tag --input a.txt b.txt", &["--input has several files", "--text-column"]);
    folder.refused("tag --input a.txt --text-column body --to html", &["--text-column", "--to"]);
    if cfg!(not(feature = "parquet")) {
        let words = &["without them", "--features parquet"];
        folder.refused("tag --input a.parquet --text-column body --output out", words);
    }
}

#[cfg(feature = "parquet")]
#[test]
fn columns_of_text_are_tagged() {
    let folder = Folder::with(&[
        ("a.csv", "id,body\n007,rain fell on Lund\n8,\n"),
        ("b.jsonl", "{\"id\": 1e2, \"body\": \"rain fell on Oslo\"}\n{\"body\": null}\n"),
        ("twice.jsonl", "{\"body\": \"a\", \"entities\": []}\n"),
        ("rows.txt", "Ada ran.\n"),
        ("a.jsonl", "{\"body\": \"a\"}\n"),
    ]);
    let call =
        format!("tag --model {} --input a.csv b.jsonl --text-column body --output out", model().display());
    folder.xner(&call).ok();
    assert_eq!(folder.files("out"), ["a-00000.csv", "b-00000.jsonl"]);
    let csv = folder.read("out/a-00000.csv");
    assert!(csv.starts_with("id,body,entities\n007,rain fell on Lund,\"[{\"\"kind\"\":\"\"LOC\"\""), "{csv}");
    assert!(csv.ends_with("\n8,,[]\n"), "{csv}");
    let lines = folder.read("out/b-00000.jsonl");
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.starts_with("{\"id\":1e2,"), "{lines}");
    assert_eq!(rows[0]["entities"][0]["text"], "Oslo");
    assert_eq!(rows[1]["entities"], Value::Null);
    // Once more: all is there.
    let before = folder.tree("out");
    folder.xner(&call).ok();
    assert_eq!(folder.tree("out"), before);
    for (call, words) in [
        (
            "--input twice.jsonl --text-column body --output other",
            "twice.jsonl:1: has a key `entities` already",
        ),
        (
            "--input a.csv --text-column text --output other",
            "a.csv: there is no column `text`, expected one of `id`, `body`",
        ),
        ("--input rows.txt --text-column body --output other", "is no table: expected Parquet, Arrow, CSV"),
        ("--input a.csv --text-column body --output a.csv", "--output must be a folder"),
        ("--input a.csv a.jsonl --text-column body --output other", "a.jsonl: another input has this name"),
    ] {
        let said = folder.xner(&format!("tag --model {} {call}", model().display()));
        assert_eq!(said.code, 2, "{call}: {}", said.err);
        assert!(said.err.contains(words), "{call}: {}", said.err);
    }
}
