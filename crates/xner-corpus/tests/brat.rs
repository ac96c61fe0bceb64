//! brat: a text and its `.ann` file.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use xner_corpus::Labelled;
use xner_corpus::read::{Format, ReadOptions, read_corpus};

fn read(text: &str, annotations: Option<&str>) -> Result<Vec<Labelled>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    fs::write(&path, text).unwrap();
    if let Some(annotations) = annotations {
        fs::write(folder.path().join("a.ann"), annotations).unwrap();
    }
    read_corpus(&path, &ReadOptions::default().with_format(Format::Brat))
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

const TEXT: &str = "😀 Zoe\u{301} left.\nShe saw New\nYork City.\n";

#[test]
fn entities_are_read_by_characters() {
    let annotations = "T2\tLOC 21 34\tNew York City\nR1\tlives Arg1:T1 Arg2:T2\n#1\tNote T1\tx\nT1\tPER 2 6\tZoe\u{301}\n*\tEquiv T1 T2\n";
    let found = read(TEXT, Some(annotations)).unwrap();
    let names: Vec<_> = found
        .iter()
        .flat_map(|l| l.entities.iter().map(|e| (l.sentence.slice(e.tokens.clone()), e.kind.as_str())))
        .collect();
    assert_eq!(names, [("Zoe\u{301}", "PER"), ("New\nYork City", "LOC")]);
    assert!(read(TEXT, Some("")).unwrap().iter().all(|labelled| labelled.entities.is_empty()));
}

#[test]
fn faults_have_a_line() {
    for (annotations, want) in [
        ("T1\tPER 2 4;5 6\tZo", "a.ann:2: entity T1 has several pieces"),
        ("T1\tPER 2\tZo", "a.ann:2: entity T1 has no place"),
        ("T1", "a.ann:2: entity T1 has no place"),
        ("T1\tPER 2 x\tZo", "a.ann:2: entity T1: `x` is no number"),
        ("T1\tPER 2 99\tZo", "a.ann:2: entity T1 lies outside the text"),
        ("T1\tPER 6 2\tZo", "a.ann:2: entity T1 lies outside the text"),
        ("T1\tPER 2 5\tZoé", "a.ann:2: entity T1 is said to be `Zoé`, and the text has `Zoe` there"),
        ("T1\tPER 1 2\t ", "a.ann:2: entity 1..2 `PER` covers no token"),
        ("T1\tPER 7 9\tle", "a.ann:2: entity 7..9 `PER` cuts the token `left`"),
        ("T1\tPER 7 11\tleft\n\nT2\tX 7 11\tleft", "a.ann:4: entities 7..11 `PER` and 7..11 `X` overlap"),
    ] {
        let error = read(TEXT, Some(&format!("#1\tNote\n{annotations}\n"))).unwrap_err();
        assert!(error.starts_with(want), "{annotations}\n{error}");
    }
    let error = read(TEXT, None).unwrap_err();
    assert_eq!(error, "a.txt:1: brat has the entities of a text in a.ann, which is not there");
}
