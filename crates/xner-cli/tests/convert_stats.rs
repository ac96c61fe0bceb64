//! `xner convert`, `xner stats`, and what all commands share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Folder, xner};

const IOB1: &str = "-DOCSTART- -X- O\n\nAda NNP I-PER\nBob NNP B-PER\nmet VBD O\nEve NNP I-PER\n";

#[test]
fn schemes_change_and_all_else_stays() {
    let folder = Folder::with(&[("a.conll", IOB1)]);
    folder.xner("convert a.conll b.conll --from iob1 --to iobes").ok();
    let iobes = "-DOCSTART- -X- O\n\nAda NNP S-PER\nBob NNP S-PER\nmet VBD O\nEve NNP S-PER\n";
    assert_eq!(folder.read("b.conll"), iobes);
    folder.xner("convert b.conll c.conll --from iobes --to iob1").ok();
    assert_eq!(folder.read("c.conll"), IOB1);
    assert_eq!(folder.names(), ["a.conll", "b.conll", "c.conll"]);
    let bare =
        folder.xner_with("convert - - --from conll --to conll:iobes", "-DOCSTART-\n\nAda I-PER\nran O\n");
    assert_eq!(bare.ok(), "-DOCSTART-\n\nAda S-PER\nran O\n");
    let middle = "Ada I-PER NNP\nBob I-PER NNP\n";
    let said = folder.xner_with("convert - - --to conll:iob2 --tag-column 1", middle);
    assert_eq!(said.ok(), "Ada B-PER NNP\nBob I-PER NNP\n");
}

#[test]
fn tags_that_break_a_scheme_are_all_told_or_repaired() {
    // Two entities that begin with `B-` though nothing of their type stands before them.
    let odd = "Ada B-PER\nran O\n\nin O\nRome B-LOC\n";
    let folder = Folder::with(&[("odd.conll", odd), ("one.conll", "Ada B-PER\n")]);
    for out in ["out.conll", "out.jsonl"] {
        folder.refused(
            &format!("convert odd.conll {out} --from iob1"),
            &[
                "2 tags break IOB1: odd.conll:1: `B-PER` may not open a sentence; odd.conll:5: `B-LOC` may not follow",
                "drop the scheme from --from",
                "--repair",
            ],
        );
    }
    folder.refused("convert one.conll out --from iob1", &["1 tag breaks IOB1: one.conll:1"]);
    let said = folder.xner("convert odd.conll out.conll --from iob1 --repair");
    assert!(said.err.contains("note: 2 tags break IOB1"), "{}", said.err);
    said.ok();
    assert_eq!(folder.read("out.conll"), odd);
    folder.xner("convert odd.conll out.jsonl --from iob1 --repair").ok();
    folder.xner("convert odd.conll plain.jsonl").ok();
    assert_eq!(folder.read("out.jsonl"), folder.read("plain.jsonl"));
    folder.refused("convert odd.conll out2 --repair", &["--from"]);
}

#[test]
fn formats_change_and_come_back() {
    let corpus = "Zoë B-PER\nRuiz I-PER\nfuhr O\nnach O\nKöln B-LOC\n\n";
    let folder = Folder::with(&[("a.conll", corpus)]);
    folder.xner("convert a.conll a.jsonl.gz").ok();
    folder.xner("convert a.jsonl.gz a.tsv.xz").ok();
    folder.xner("convert a.tsv.xz b.conll").ok();
    assert_eq!(folder.read("b.conll"), corpus);
    let json = folder.xner("convert a.conll - --to jsonl").json();
    assert_eq!(json["entities"][1], serde_json::json!({"start": 19, "end": 23, "label": "LOC"}));
    assert_eq!(folder.xner("convert a.conll - --to text").ok(), "Zoë Ruiz fuhr nach Köln\n");
    let said = folder.xner_with("convert - - --from text --to conll", "Hi there. Bye.");
    assert_eq!(said.ok(), "Hi O\nthere O\n. O\n\nBye O\n. O\n\n");
}

#[test]
fn what_cannot_be_converted_leaves_nothing() {
    let folder = Folder::with(&[
        ("iob1", IOB1),
        ("odd", "Ada B-PER\nBob X-PER\n"),
        ("ragged", "Ada B-PER\nBob O\n\nEve x O\n"),
        ("empty", ""),
        ("bad.jsonl", "{\"text\": \"a\"}\n{\"text\": 3}\n"),
        ("plain.gz", "Ada B-PER\n"),
    ]);
    folder.write("latin1", b"Ada O\nJos\xe9 O\n");
    let parts =
        ["2 tags break IOB2: iob1:3: `I-PER` may not open a sentence; iob1:6: `I-PER` may not follow `O`"];
    folder.refused("convert iob1 out --from iob2", &parts);
    folder.refused("convert iob1 out.jsonl --from conll:iob2", &parts);
    folder.refused("convert odd out", &["odd:2: `X-PER` is no tag"]);
    folder.refused("convert odd out.jsonl", &["odd:2: `X-PER` is no tag"]);
    folder.refused("convert ragged out", &["ragged:4: expected 2 columns", "found 3"]);
    folder.refused("convert empty out", &["empty: no sentences"]);
    folder.refused("convert empty out.jsonl", &["empty: no sentences"]);
    folder.refused("convert latin1 out.jsonl", &["latin1:2: invalid UTF-8 at byte 4"]);
    folder.refused("convert bad.jsonl out", &["bad.jsonl:2: `text` is a number, expected a string"]);
    folder.refused("convert plain.gz out", &["plain.gz: no gzip data"]);
    folder.refused("convert iob1 nowhere/out", &["nowhere/out: there is no folder nowhere"]);
    folder.refused("convert iob1 out --to xml", &["`xml` is neither a format"]);
}

#[test]
fn a_name_of_what_is_not_written_needs_a_format() {
    let folder = Folder::with(&[("iob1", IOB1)]);
    for arguments in ["convert iob1 o.conll.zip", "convert iob1 o.jsonl.zip", "convert iob1 o.zip --to iobes"]
    {
        folder.refused(arguments, &["is written, only plain files, .gz, .xz, .bz2 and .zst", "--to"]);
    }
    folder.xner("convert iob1 o.conll.zip --to conll:iob1").ok();
    assert_eq!(folder.read("o.conll.zip"), IOB1);
}

#[test]
fn entities_that_cut_a_token_are_refused_or_widened() {
    let cut = "{\"text\": \"in Londoners house\", \"entities\": [[3, 9, \"LOC\"]]}\n";
    let folder = Folder::with(&[("cut.jsonl", cut)]);
    folder.refused("convert cut.jsonl o.conll", &["cut.jsonl:1: entity 3..9 `LOC` cuts", "--align widen"]);
    folder.refused("convert cut.jsonl o.conll --align refuse", &["cut.jsonl:1"]);
    folder.refused("convert cut.jsonl o.conll --align stretch", &["stretch", "refuse, widen"]);
    folder.xner("convert cut.jsonl o.conll --align widen").ok();
    assert_eq!(folder.read("o.conll"), "in O\nLondoners B-LOC\nhouse O\n\n");
    assert_eq!(folder.xner("stats cut.jsonl --align widen --json").json()[0]["entities"], 1);
}

#[test]
fn text_that_is_taken_for_columns_is_told() {
    let folder = Folder::with(&[
        ("t.txt", "Ada Lovelace died.\n"),
        ("one", "Rain\n"),
        ("t.conll", "Ada Lovelace died.\n"),
        ("late", "Ada B-PER\n\nBob Q\n"),
    ]);
    for (name, what) in [("t.txt", "looks like plain text; give "), ("one", "if this is plain text, give ")] {
        folder.refused(&format!("stats {name}"), &[&format!("{what}--format text")]);
        folder.refused(&format!("convert {name} o"), &[&format!("{what}--from text")]);
        folder.refused(&format!("convert {name} o.jsonl"), &[&format!("{what}--from text")]);
    }
    // Where a name, an option or a sentence says that it is columns, it is.
    for arguments in ["stats t.conll", "stats t.txt --format conll", "stats late", "convert late o"] {
        let said = folder.xner(arguments);
        assert_eq!((said.code, said.err.contains("plain text")), (2, false), "{arguments}: {}", said.err);
    }
    assert_eq!(folder.xner("stats t.txt --format text --json").json()[0]["sentences"], 1);
}

#[test]
fn counts_are_printed_for_each_file() {
    let folder = Folder::with(&[
        ("a.conll", IOB1),
        ("b.jsonl", "{\"text\": \"Hi, Ada.\", \"entities\": [[4, 7, \"PER\"]]}\n"),
    ]);
    let json = folder.xner("stats a.conll b.jsonl --json").json();
    let a = &json[0];
    assert_eq!((&a["file"], &a["sentences"], &a["tokens"]), (&"a.conll".into(), &1.into(), &4.into()));
    assert_eq!((&a["entities"], &a["types"]["PER"], &a["marks"]), (&3.into(), &3.into(), &1.into()));
    assert_eq!((&a["scheme"], &a["scheme_faults"]), (&"iob1".into(), &0.into()));
    assert_eq!((&json[1]["tokens"], &json[1]["entities"]), (&4.into(), &1.into()));
    let text = folder.xner("stats a.conll").ok();
    assert!(text.contains("sentences") && text.contains("PER") && text.contains("iob1"), "{text}");
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let folder = Folder::with(&[("empty", ""), ("odd", "Ada B-PER\nBob Q\n"), ("iob1", IOB1)]);
    folder.refused("stats empty", &["empty: no sentences"]);
    folder.refused("stats iob1 odd", &["odd:2: `Q` is no tag"]);
    folder.refused("stats iob1 --scheme iob2", &["iob1:3: tag `I-PER` breaks IOB2"]);
    folder.refused("stats iob1 --tag-column 7", &["iob1:3: no tag column: it would be column 7"]);
    let same = "iob1:3: the tag column (-1) is the token column (2)";
    folder.refused("stats iob1 --token-column 2", &[same]);
    folder.refused("stats", &["FILE"]);
    for threads in ["0", "1025", "999999"] {
        folder
            .refused(&format!("stats iob1 --threads {threads}"), &["--threads", threads, "not in 1..=1024"]);
    }
}

#[test]
fn completions_are_there_for_every_shell() {
    let folder = Folder::with(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.xner(&format!("completions {shell}")).ok();
        for word in ["eval", "convert", "completions", "scheme", "xner"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    folder.refused("completions tcsh", &["tcsh"]);
}

#[test]
fn help_names_every_command() {
    let help = Folder::with(&[]).xner("--help").ok();
    for command in [
        "demo",
        "train",
        "tag",
        "eval",
        "convert",
        "stats",
        "completions",
        "vectors",
        "map",
        "map-eval",
        "map-plot",
        "dictionary",
        "translate",
    ] {
        assert!(help.contains(command), "{command}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::Stdio;
    let folder = Folder::with(&[("a.conll", &"Ada B-PER\nran O\n\n".repeat(50_000))]);
    let program = xner();
    for arguments in [["convert", "a.conll", "-"].as_slice(), &["completions", "bash"]] {
        let mut command = std::process::Command::new(program.get_program());
        let mut child = command
            .current_dir(folder.path(""))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

/// A data set of Hugging Face's, with the names of its labels.
#[cfg(feature = "parquet")]
#[test]
fn parquet_is_a_corpus() {
    let folder = Folder::with(&[]);
    folder.write("data.parquet", include_bytes!("golden/data-set.parquet"));
    folder.xner("convert data.parquet out.conll").ok();
    let wanted = "Ada B-PER\nLovelace I-PER\nlived O\n\nRain O\nfell O\non O\nLund B-LOC\n\n";
    assert_eq!(folder.read("out.conll"), wanted);
}
