//! `xner eval`.
#![allow(clippy::float_cmp, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Folder;

const GOLD: &str = "Ada B-PER\nLovelace I-PER\nsaw O\nLondon B-LOC\n\nShe O\nleft O\nAcme B-ORG\n";
const PREDICTED: &str =
    "Ada x B-PER\nLovelace x I-PER\nsaw x B-LOC\nLondon x B-LOC\n\nShe x O\nleft x O\nAcme x O\n";

#[test]
fn json_has_the_promised_shape() {
    let folder = Folder::with(&[("gold", GOLD), ("predicted", PREDICTED)]);
    let said = folder.xner("eval gold predicted --json");
    assert_eq!(said.err, "");
    // The keys come in the promised order.
    let places = ["\"overall\"", "\"types\"", "\"accuracy\""].map(|key| said.out.find(key).unwrap());
    assert!(places.is_sorted(), "{}", said.out);
    let json = said.json();
    let two_thirds = 2.0 / 3.0;
    for key in ["precision", "recall", "f1"] {
        assert_eq!(json["overall"][key], two_thirds, "{key}");
    }
    assert_eq!(json["overall"]["support"], 3);
    assert_eq!(json["types"]["LOC"]["precision"], 0.5);
    assert_eq!(json["types"]["LOC"]["recall"], 1.0);
    assert_eq!(json["types"]["ORG"]["f1"], 0.0);
    assert_eq!(json["accuracy"], 5.0 / 7.0);
}

#[test]
fn malformed_tags_are_read_as_conlleval_reads_them_unless_strict() {
    let folder = Folder::with(&[("gold", "a B-PER\nb I-PER\n"), ("predicted", "a I-PER\nb I-PER\n")]);
    let f1 = |arguments: &str| folder.xner(arguments).json()["overall"]["f1"].as_f64().unwrap();
    assert_eq!(f1("eval gold predicted --json"), 1.0);
    assert_eq!(f1("eval gold predicted --json --scheme iob2"), 1.0);
    assert_eq!(f1("eval gold predicted --json --strict"), 0.0);
    let text = folder.xner("eval gold predicted --conlleval").ok();
    assert!(text.starts_with("processed 2 tokens with 1 phrases; found: 1 phrases; correct: 1.\n"), "{text}");
}

#[test]
fn document_marks_count_as_conlleval_counts_them() {
    let marks = "-DOCSTART- -X- O\n\nAda x B-PER\nran x O\n\n";
    let folder = Folder::with(&[("gold", marks), ("predicted", &marks.replace("ran x O", "ran x B-PER"))]);
    let json = folder.xner("eval gold predicted --json").json();
    assert_eq!(json["accuracy"], 2.0 / 3.0);
    assert_eq!((&json["tokens"], &json["sentences"]), (&3.into(), &1.into()));
    assert_eq!(json["overall"]["precision"], 0.5);
    // A mark without a tag, or in one file alone, is passed over.
    let folder = Folder::with(&[("gold", marks), ("predicted", "Ada B-PER\nran O\n")]);
    assert_eq!(folder.xner("eval gold predicted --json").json()["tokens"], 2);
}

#[test]
fn iobes_is_understood_when_it_is_named() {
    let iobes = "a S-PER\nb B-PER\nc E-PER\nd S-PER\n";
    let folder = Folder::with(&[("gold", iobes), ("predicted", iobes)]);
    let named = folder.xner("eval gold predicted --json --scheme iobes");
    assert_eq!(named.err, "");
    assert_eq!(named.json()["overall"]["support"], 3);
    assert!(folder.xner("eval gold predicted --json --scheme iobes").json().get("notes").is_none());
    for arguments in
        ["eval gold predicted", "eval gold predicted -q --conlleval", "eval gold predicted -q --json"]
    {
        let unnamed = folder.xner(arguments);
        assert!(unnamed.err.starts_with("note: there are `S-` tags"), "{arguments}: {}", unnamed.err);
        assert!(unnamed.err.contains("--scheme iobes"), "{arguments}: {}", unnamed.err);
    }
    let json = folder.xner("eval gold predicted -q --json").json();
    assert!(json["notes"][0].as_str().unwrap().contains("--scheme iobes"), "{json}");
}

#[test]
fn equal_entities_in_two_schemes_are_equal_when_iobes_is_named() {
    let iobes = "a S-PER\nb B-PER\nc E-PER\nd O\ne S-PER\n";
    let iob2 = "a B-PER\nb B-PER\nc I-PER\nd O\ne B-PER\n";
    let folder = Folder::with(&[("gold", iobes), ("predicted", iob2)]);
    let json = folder.xner("eval gold predicted --json --scheme iobes").json();
    assert_eq!((&json["overall"]["f1"], &json["mode"]), (&1.0.into(), &"seqeval".into()));
    // Without it conlleval's figures stand, and the note beside them.
    let json = folder.xner("eval gold predicted --json").json();
    assert_eq!((&json["overall"]["f1"], &json["mode"]), (&0.4.into(), &"conll".into()));
    assert_eq!(json["notes"].as_array().unwrap().len(), 1);
}

#[test]
fn a_second_system_is_compared() {
    let sentence = "Ada B-PER\nran O\n\n";
    let wrong = sentence.replace("B-PER", "O");
    let (gold, half) = (sentence.repeat(40), [sentence.repeat(20), wrong.repeat(20)].concat());
    let folder = Folder::with(&[("gold", &gold), ("a", &gold), ("b", &half)]);
    let json = folder.xner("eval gold a --against b --rounds 500 --json").json();
    assert_eq!(json["overall"]["f1"], 1.0);
    let against = &json["against"];
    assert_eq!(against["overall"]["recall"], 0.5);
    for test in ["approximate_randomisation", "paired_bootstrap"] {
        let p = against[test]["p_value"].as_f64().unwrap();
        assert!(p > 0.0 && p < 0.05, "{test}: {p}");
    }
    assert_eq!(json, folder.xner("eval gold a --against b --rounds 500 --json").json());
    let text = folder.xner("eval gold a --against b --rounds 50").ok();
    assert!(text.contains("paired bootstrap: A 100.00, B 66.67"), "{text}");
}

#[test]
fn one_file_may_be_standard_input() {
    let folder = Folder::with(&[("gold", GOLD)]);
    let json: serde_json::Value = folder.xner_with("eval gold - --json", PREDICTED).json();
    assert_eq!(json["overall"]["correct"], 2);
    folder.refused("eval - -", &["GOLD and PRED are both `-`", "standard input"]);
    folder.refused("eval gold - --against -", &["PRED and --against are both `-`"]);
}

#[test]
fn columns_may_stand_anywhere_and_comments_are_passed_over() {
    let gold = "# one\n1 Ada B-PER x\n2 ran O x\n\n# two\n1 Bob B-PER y\n";
    let folder = Folder::with(&[("gold", gold), ("predicted", &gold.replace("Bob B-PER", "Bob O"))]);
    let json = folder.xner("eval gold predicted --json --comments --token-column 1 --tag-column 2").json();
    assert_eq!((&json["tokens"], &json["sentences"]), (&3.into(), &2.into()));
    assert_eq!(json["overall"]["recall"], 0.5);
    folder.refused("eval gold predicted --token-column 1 --tag-column 2", &["gold:1: no tag column"]);
}

#[test]
fn files_that_do_not_fit_are_refused_with_file_and_line() {
    let folder = Folder::with(&[
        ("gold", GOLD),
        ("predicted", PREDICTED),
        ("other", &PREDICTED.replace("London", "Paris")),
        ("shorter", "Ada B-PER\nLovelace I-PER\nsaw O\n\n"),
        ("one", "Ada B-PER\nLovelace I-PER\nsaw O\nLondon B-LOC\n"),
        ("ragged", "Ada B-PER\nLovelace x I-PER\n"),
        ("single", "Ada\nLovelace\n"),
        ("empty", ""),
        ("blank", "\n\n"),
        ("singles", &GOLD.replace("B-ORG", "S-ORG")),
        ("odd", &GOLD.replace("B-ORG", "ORG")),
    ]);
    folder.write("latin1", b"Ada B-PER\nJos\xe9 B-PER\n");
    folder.refused("eval gold other", &["other:4: token `Paris`, but `London` at gold:4"]);
    folder.refused("eval gold shorter", &["shorter:1: a sentence of 3 tokens, but of 4 at gold:1"]);
    folder.refused("eval gold one", &["gold:6: sentence 2 is not in one"]);
    folder.refused("eval one predicted", &["predicted:6: sentence 2 is not in one"]);
    folder.refused("eval gold predicted --against one", &["gold:6", "one"]);
    folder.refused("eval ragged ragged", &["ragged:2: expected 2 columns", "found 3"]);
    folder.refused("eval gold single", &["single:1: no tag column"]);
    folder.refused("eval empty empty", &["empty: no sentences"]);
    folder.refused("eval blank blank", &["blank: no sentences"]);
    folder.refused("eval latin1 latin1", &["latin1:2: invalid UTF-8 at byte 4"]);
    folder.refused("eval gold nowhere", &["nowhere: No such file"]);
    folder.refused("eval gold singles --scheme iob2", &["singles:8: tag `S-ORG` is not of scheme iob2"]);
    folder.refused("eval gold singles --strict", &["singles:8: tag `S-ORG` is not of scheme iob2"]);
    folder.refused("eval odd gold --scheme iob2", &["odd:8: `ORG` is no tag"]);
    folder.refused("eval gold gold --against gold --rounds 0", &["--rounds is 0"]);
    folder.refused("eval gold gold --scheme xyz", &["xyz", "iob1, iob2, iobes"]);
}

/// Sentences of 2, 3 and 12 words; the marks before them are no words of a sentence.
fn sentences(last: &str) -> String {
    let long = "word O\n".repeat(11);
    format!("-DOCSTART- O\n\nAda B-PER\nran O\n\nin O\nNew B-LOC\nYork {last}\n\nAda B-PER\n{long}")
}

#[test]
fn scores_by_sentence_length() {
    let folder =
        Folder::with(&[("gold", &sentences("I-LOC")), ("a", &sentences("O")), ("b", &sentences("B-PER"))]);
    let json = folder.xner("eval gold a --by-length 2 --length-bins 3 --json").json();
    let bins = json["by_length"]["bins"].as_array().unwrap();
    let column = |key: &str| bins.iter().map(|bin| bin[key].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!((column("from"), column("sentences")), (vec![1, 3, 5], vec![1, 1, 1]));
    assert_eq!((column("words"), column("correct_words")), (vec![2, 3, 12], vec![2, 2, 12]));
    assert_eq!((column("entity_words"), column("correct_entity_words")), (vec![1, 2, 1], vec![1, 1, 1]));
    assert!(bins[2]["to"].is_null());
    assert_eq!((&bins[1]["share"], &bins[1]["entity_share"]), (&(2.0 / 3.0).into(), &0.5.into()));
    assert_eq!(json["by_length"]["all"]["score"], json["overall"]);
    assert_eq!((&json["by_length"]["all"]["words"], &json["tokens"]), (&17.into(), &18.into()));
    // Without a width it is ten, and without the option nothing is said.
    let json = folder.xner("eval gold a --json --by-length").json();
    assert_eq!(json["by_length"]["bins"][1]["to"], 20);
    assert!(folder.xner("eval gold a --json").json().get("by_length").is_none());

    let text = folder.xner("eval gold a --by-length --against b --rounds 10").ok();
    assert_eq!(text.matches("in entities").count(), 2, "{text}");
    let row = "      1-10          2        5        4    80.00            3        2    66.67";
    assert!(text.contains(row), "{text}");
    let json = folder.xner("eval gold a --by-length --against b --rounds 10 --json").json();
    assert_eq!(json["against"]["by_length"]["bins"][0]["score"]["found"], 3);

    folder.refused("eval gold a --by-length 0", &["--by-length is 0"]);
    folder.refused("eval gold a --by-length --length-bins 0", &["--length-bins is 0"]);
    folder.refused("eval gold a --by-length --conlleval", &["--by-length", "--conlleval"]);
    folder.refused("eval gold a --by-length many", &["many"]);
}

#[test]
fn scores_by_sentence_length_are_drawn() {
    let folder =
        Folder::with(&[("gold", &sentences("I-LOC")), ("a", &sentences("O")), ("b", &sentences("B-PER"))]);
    let said = folder.xner("eval gold a --length-plot one").ok();
    assert!(said.ends_with("\none.svg and one.png\n") && !said.contains("in entities"), "{said}");
    let svg = folder.read("one.svg");
    for text in ["all words", "words in entities", "entity F1", "1-10", "11-20"] {
        assert!(svg.contains(&format!("\n{text}\n")), "{text}: {svg}");
    }
    let png = std::fs::read(folder.path("one.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let json = folder.xner("eval gold a --length-plot both.svg --against b --rounds 10 --json").json();
    assert_eq!(
        (&json["length_plot"]["svg"], &json["length_plot"]["png"]),
        (&"both.svg".into(), &"both.png".into())
    );
    assert!(folder.read("both.svg").contains("\nb: all words\n"));
    // Nothing is half written, and the same files give the same bytes.
    folder.refused("eval gold a --length-plot no/where", &["no/where.svg"]);
    folder.xner("eval gold a --length-plot again").ok();
    assert_eq!((svg, png), (folder.read("again.svg"), std::fs::read(folder.path("again.png")).unwrap()));
}
