//! `xner vectors`.
#![allow(clippy::float_cmp, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Folder;

const VECTORS: &str = "6 3\nThe 1 0 0\nman 1 0 1\nking 0 1 1\nwoman 1 1 0\nqueen 0 2 0\nthe 0 0 3\n";

fn folder() -> Folder {
    Folder::with(&[("a.vec", VECTORS)])
}

#[test]
fn a_file_is_described() {
    let folder = folder();
    let json = folder.xner("vectors info a.vec --json").json();
    assert_eq!((&json["words"], &json["dim"], &json["duplicates"]), (&6.into(), &3.into(), &0.into()));
    assert_eq!((&json["length"]["most"], &json["length"]["least"]), (&3.0.into(), &1.0.into()));
    assert_eq!(json["first"][1], "man");
    let json = folder.xner("vectors info a.vec --json --lowercase --limit 6").json();
    assert_eq!((&json["words"], &json["duplicates"]), (&5.into(), &1.into()));
    let text = folder.xner("vectors info a.vec").ok();
    assert!(
        text.contains("dimensions             3") && text.contains("first words   The man king"),
        "{text}"
    );
}

#[test]
fn vectors_go_from_format_to_format() {
    let folder = folder();
    folder.xner("vectors convert a.vec a.safetensors").ok();
    folder.xner("vectors convert a.safetensors b.vec.gz").ok();
    folder.xner("vectors convert b.vec.gz c.vec").ok();
    assert_eq!(folder.read("c.vec"), VECTORS);
    folder.xner("vectors convert a.vec d --format safetensors").ok();
    assert_eq!(folder.xner("vectors info d --json").json()["words"], 6);
    let said = folder.xner("vectors convert a.vec - --limit 2 --normalise unit").ok();
    assert_eq!(said, "2 3\nThe 1 0 0\nman 0.70710677 0 0.70710677\n");
    folder.xner("vectors convert a.vec e.vec --lowercase --normalise unit,centre,unit --pca 2").ok();
    assert!(folder.read("e.vec").starts_with("5 2\nthe "), "{}", folder.read("e.vec"));
}

#[test]
fn neighbours_and_analogies_are_found() {
    let folder = folder();
    let json = folder.xner("vectors neighbours a.vec king queen -k 2 --json").json();
    assert_eq!((&json[0]["word"], &json[1]["word"]), (&"king".into(), &"queen".into()));
    // king and queen, then king and `the`, both at the root of one half: the more frequent comes first.
    assert_eq!(json[0]["neighbours"][0]["word"], "queen");
    assert_eq!(json[0]["neighbours"][1]["word"], "the");
    assert!((json[0]["neighbours"][0]["cosine"].as_f64().unwrap() - 0.5_f64.sqrt()).abs() < 1e-6);
    let text = folder.xner("vectors analogy a.vec man king woman -k 1").ok();
    assert_eq!(text, "man : king = woman :\n  1.0000  queen\n");
    folder.write("b.vec", b"2 3\nrey 0 1 1\nreina 0 1 0\n");
    let json = folder.xner("vectors neighbours a.vec queen --among b.vec --json").json();
    assert_eq!(json[0]["neighbours"].as_array().unwrap().len(), 2);
    assert_eq!(json[0]["neighbours"][0]["word"], "reina");
}

#[test]
fn unknown_words_are_left_out_or_taken_in_lower_case() {
    let folder = folder();
    let said = folder.xner("vectors neighbours a.vec kong King queen -k 1 --json");
    assert!(said.err.contains("note: a.vec: no vector for `kong`\n"), "{}", said.err);
    assert!(said.err.contains("note: a.vec: no vector for `King`, taken as `king`"), "{}", said.err);
    let json = said.json();
    assert_eq!(json.as_array().unwrap().len(), 2, "{json}");
    assert_eq!((&json[0]["word"], &json[0]["read_as"]), (&"King".into(), &"king".into()));
    assert_eq!((&json[1]["word"], json[1].get("read_as")), (&"queen".into(), None));
}

#[test]
fn bad_vectors_and_wishes_are_refused() {
    let folder = folder();
    folder.write("ragged.vec", b"2 3\na 1 0 0\nb 1 0\n");
    folder.write("nan.vec", b"1 2\na 1 nan\n");
    folder.write("cut.bin", &793_712_314_i32.to_le_bytes());
    folder.write("cut.safetensors", b"not at all");
    folder.refused("vectors info nowhere.vec", &["nowhere.vec: No such file"]);
    folder.refused("vectors info ragged.vec", &["ragged.vec:3"]);
    folder.refused("vectors info nan.vec", &["nan.vec:2"]);
    folder.refused("vectors info cut.bin", &["cut.bin"]);
    folder.refused("vectors info cut.safetensors", &["cut.safetensors"]);
    folder.refused("vectors info a.vec --limit 0", &["--limit is 0"]);
    folder
        .refused("vectors neighbours a.vec kong womble", &["a.vec: not among the vectors: `kong`, `womble`"]);
    folder.refused("vectors neighbours a.vec king -k 0", &["--k is 0"]);
    folder.refused("vectors analogy a.vec man king womble", &["a.vec: not among the vectors: `womble`"]);
    folder.write("flat.vec", b"1 2\nrey 0 1\n");
    let flat = "flat.vec has vectors of 2 dimensions, and a.vec of 3; they must agree";
    folder.refused("vectors neighbours a.vec king --among flat.vec", &[flat]);
    folder.refused("vectors convert a.vec out.vec --pca 4", &["4", "3"]);
    folder.refused("vectors convert a.vec out.vec --normalise unit,middle", &["middle", "unit", "centre"]);
    folder.refused("vectors convert ragged.vec out.vec", &["ragged.vec:3"]);
}

#[test]
fn a_name_of_what_is_not_written_needs_a_format() {
    let folder = folder();
    for name in ["o.bin", "o.FTZ", "o.bin.gz"] {
        let parts = &[name, "is written, only .vec and .safetensors", "--format vec"];
        folder.refused(&format!("vectors convert a.vec {name}"), parts);
    }
    folder.refused("vectors convert a.vec o.vec.zip", &["o.vec.zip: no .zip is written", "--format"]);
    folder.refused("vectors convert a.vec o.safetensors.gz", &["o.safetensors.gz", "cannot be compressed"]);
    folder.xner("vectors convert a.vec o.bin --format vec").ok();
    assert_eq!(folder.read("o.bin"), VECTORS);
}

#[test]
fn an_encoder_gives_word_vectors() {
    let model =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../xner-tagger/tests/golden/bert/bert");
    let folder = Folder::with(&[("a.conll", "w5 O\nw20 B-PER\n\nw5 O\n"), ("b.text", "w30 w5.\n")]);
    let command = format!("vectors distil a.conll b.text --model {} --out v.vec", model.display());
    folder.xner(&command).ok();
    let written = folder.read("v.vec");
    let words: Vec<&str> = written.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(words, ["w5", ".", "w20", "w30"], "{written}");
    let dim: usize = written.lines().next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    // Another layer, alone, before which something stands, in fewer dimensions.
    folder.xner(&format!("{command} --alone --layer 1 --prefix w7 --pca 2 --limit 3")).ok();
    let other = folder.read("v.vec");
    assert!(dim > 2 && other.starts_with("3 2\n"), "{other}");
    folder.refused(&format!("{command} --layer 9"), &["layer", "has 3 of them"]);
    folder.refused(&command.replace("--out v.vec", "--out a.conll"), &["a.conll"]);
    assert_eq!(folder.read("v.vec"), other);
}
