//! What a file is, told by its content: in every command that reads corpora.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{CONFIG, CORPUS, Folder, model};

const PROSE: &str = "Mira Sol met Otto in Lund.\n\nThen she went home, and it rained.\n";
const VECTORS: &str = "3 4\nthe 0.1 0.2 0.3 0.4\nof 0.5 0.6 0.7 0.8\nand 0.1 0.1 0.2 0.3\n";
const JSON: &str = "{\"text\": \"Otto ran.\", \"entities\": [[0, 4, \"PER\"]]}\n";

fn folder() -> Folder {
    let config = CONFIG.replace("train.conll", "raw.txt");
    Folder::with(&[
        ("raw.txt", PROSE),
        ("x.vec", VECTORS),
        ("json.txt", JSON),
        ("columns.txt", CORPUS),
        ("gold.conll", CORPUS),
        ("raw.toml", &config),
        ("d.txt", "met traf\n"),
    ])
}

#[test]
fn running_text_is_no_columns() {
    let folder = folder();
    for (arguments, option) in [
        ("stats raw.txt", "--format text"),
        ("convert raw.txt out.jsonl", "--from text"),
        ("translate raw.txt --dictionary d.txt --out out.conll", "--format text"),
    ] {
        folder.refused(arguments, &["raw.txt: looks like plain text", option]);
    }
    for arguments in ["eval raw.txt gold.conll", "eval gold.conll raw.txt"] {
        folder.refused(arguments, &["raw.txt: looks like plain text, expected columns"]);
    }
    folder.refused(
        "train --config raw.toml --out out",
        &["`data.t", "raw.txt looks like plain text", "no labels"],
    );
    let sets = "transadv-data --source raw.txt --dictionary d.txt --out out";
    folder.refused(sets, &["`source.train`", "raw.txt looks like plain text"]);
    assert_eq!(folder.xner("stats raw.txt --format text --json").json()[0]["sentences"], 2);
}

#[test]
fn vectors_are_neither_text_nor_columns() {
    let folder = folder();
    let tag = format!("tag --model {} --output out --input x.vec", model().display());
    for arguments in [tag.as_str(), "stats x.vec", "convert x.vec out", "eval gold.conll x.vec"] {
        folder.refused(arguments, &["x.vec: looks like word vectors"]);
    }
}

#[test]
fn json_lines_and_columns_are_told_under_any_name() {
    let folder = folder();
    let json = |arguments: &str| folder.xner(arguments).json();
    assert_eq!(json("stats json.txt --json")[0]["entities"], 1);
    assert_eq!(
        json("stats columns.txt --json")[0]["entities"],
        json("stats gold.conll --json")[0]["entities"]
    );
    assert_eq!(folder.xner("convert json.txt - --to conll").ok(), "Otto B-PER\nran O\n. O\n\n");
    assert_eq!(folder.xner_with("stats - --json", JSON).json()[0]["entities"], 1);
    folder.refused("eval gold.conll json.txt", &["json.txt: is JSON lines", "expected columns"]);
}

#[test]
fn what_has_no_labels_is_refused_where_labels_are_needed() {
    let folder = folder();
    folder.write("bare.jsonl", b"{\"text\": \"Otto ran.\"}\n");
    folder.write("numbers.jsonl", b"{\"tokens\": [\"Otto\", \"ran\"], \"ner_tags\": [1, 0]}\n");
    folder.write("labels.txt", b"O\nB-PER\nI-PER\n");
    folder.write("train.toml", CONFIG.replace("train.conll", "bare.jsonl").as_bytes());
    folder.refused("stats bare.jsonl", &["bare.jsonl:1: there are no labels"]);
    folder.refused("translate bare.jsonl --dictionary d.txt --out out.conll", &["there are no labels"]);
    folder.refused("train --config train.toml --out out", &["bare.jsonl:1: there are no labels"]);
    folder.refused("stats numbers.jsonl", &["numbers.jsonl:1", "--labels"]);
    for labels in ["labels.txt", "O,B-PER,I-PER"] {
        let found = folder.xner(&format!("stats numbers.jsonl --json --labels {labels}")).json();
        assert_eq!(found[0]["types"]["PER"], 1, "{labels}");
    }
    folder.refused("stats numbers.jsonl --labels nowhere", &["nowhere: there is no such file"]);
    // To tag it none are needed.
    let tag = format!("tag --model {} --input numbers.jsonl", model().display());
    let said = folder.xner(&tag).ok();
    assert!(said.contains("\"text\":\"Otto ran\"") && said.contains("\"ner_tags\":[1, 0]"), "{said}");
}

#[test]
fn every_spelling_is_read_when_it_is_named_or_unmistakable() {
    let bilou = "a U-PER\nb B-LOC\nc L-LOC\nd O\ne b_per\n";
    let folder = Folder::with(&[
        ("bilou", bilou),
        ("iobes", "a S-PER\nb B-LOC\nc E-LOC\nd O\ne B-per\n"),
        ("bare", "a PER\nb LOC\nc LOC\nd O\n"),
        ("iob1", "a I-PER\nb I-LOC\nc I-LOC\nd O\n"),
        ("plain", "a B\nb I\nc O\nd B\n"),
    ]);
    let eval = |arguments: &str| folder.xner(&format!("eval {arguments} --json")).json();
    let found = eval("bilou iobes");
    assert_eq!((&found["overall"]["f1"], &found["overall"]["support"]), (&1.0.into(), &3.into()));
    assert_eq!((&found["mode"], found["notes"].as_array().unwrap().len()), (&"seqeval".into(), 1));
    assert_eq!(folder.xner("stats bilou --json").json()[0]["entities"], 3);
    assert_eq!(eval("bilou bilou --scheme iobes")["overall"]["support"], 3);
    let said = folder.xner_with("eval bilou -", bilou);
    assert!(said.code == 2 && said.err.contains("--scheme iobes"), "{}", said.err);
    // Types alone must be said to be that.
    folder.refused("eval bare iob1", &["bare:1: `PER` is no tag", "bare"]);
    folder.refused("stats bare", &["bare:1: `PER` is no tag"]);
    assert_eq!(eval("bare bare --tags bare")["overall"]["support"], 2);
    assert_eq!(folder.xner("stats bare --tags bare --json").json()[0]["entities"], 2);
    folder.xner("convert bare out.conll --tags bare --to iob1").ok();
    assert_eq!(folder.read("out.conll"), folder.read("iob1"));
    // Prefixes alone are entities of one kind.
    for strict in ["", " --strict", " --scheme iob2"] {
        let found = eval(&format!("plain plain{strict}"));
        assert_eq!(
            (&found["overall"]["f1"], &found["overall"]["support"]),
            (&1.0.into(), &2.into()),
            "{strict}"
        );
    }
}

#[test]
fn the_dress_of_conllu_is_scored() {
    let rows = |tag: &str| {
        format!("# id\n1\tAda\t_\tPROPN\t_\t_\t0\troot\t_\tNER={tag}\n1.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n")
    };
    let folder = Folder::with(&[
        ("a.conllu", &rows("B-PER")),
        ("b.conllu", &rows("O")),
        ("c.conllu", &rows("O").replace("NER=O", "_")),
    ]);
    let found = folder.xner("eval a.conllu a.conllu --json").json();
    assert_eq!((&found["overall"]["support"], &found["tokens"]), (&1.into(), &1.into()));
    assert_eq!(folder.xner("eval a.conllu b.conllu --json").json()["overall"]["recall"], 0.0);
    folder.refused("eval c.conllu c.conllu", &["c.conllu", "has no labels"]);
}
