//! `xner demo`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Folder;

#[test]
fn the_demonstration_tags_a_language_without_labels() {
    let folder = Folder::with(&[]);
    let json = folder.xner("demo --json --sentences 1000 --epochs 4 --out models").json();
    let f1 = |row: &str| json["scores"][row]["overall"]["f1"].as_f64().unwrap();
    assert!(f1("source_test") > 0.8, "{json}");
    // The rotation is what makes the difference.
    assert!(f1("target_test_words") > 0.5 && f1("target_test_unmapped") < 0.2, "{json}");
    assert_eq!((&json["source"], &json["target"]), (&"English".into(), &"Spanish".into()));
    // The model that tagged what is shown is kept, and reads Spanish.
    let shown = folder.xner("demo --sentences 1000 --epochs 4 --out models -q").ok();
    assert!(shown.contains("The model that tagged them: models/spanish"), "{shown}");
    let line = shown.lines().rfind(|line| line.contains('[')).unwrap();
    let plain = plain(line.trim());
    let tagged = folder.xner_with("tag --model models/spanish --lines --language es --json", &plain).json();
    let found = tagged["entities"].as_array().unwrap();
    for entity in found {
        let (text, label) = (entity["text"].as_str().unwrap(), entity["label"].as_str().unwrap());
        assert!(line.contains(text) && line.contains(label), "{line}: {entity}");
    }
    assert!(found.len() > 1, "{line}: {tagged}");
    // The models are some that `tag` opens.
    let tagged = folder.xner_with("tag --model models/characters", "Hello.").ok();
    assert!(tagged.contains("\"entities\""), "{tagged}");
}

/// A line without the marks of its entities: `[Ada]PER ran`.
fn plain(line: &str) -> String {
    let mut text = String::new();
    for part in line.split('[') {
        match part.split_once(']') {
            Some((entity, rest)) => {
                text.push_str(entity);
                text.push_str(rest.trim_start_matches(|c: char| c.is_ascii_uppercase()));
            }
            None => text.push_str(part),
        }
    }
    text
}

#[test]
fn the_demonstration_speaks_to_people_too() {
    let folder = Folder::with(&[]);
    let text = folder.xner("demo --target german --sentences 500 --epochs 2 --seed 2 -q").ok();
    assert!(text.contains("\nGerman, words alone  ") && text.contains("dictionary"), "{text}");
    // No colour where there is no terminal, and nothing left behind.
    assert!(!text.contains('\u{1b}') && text.contains(']'), "{text}");
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn a_demonstration_of_nothing_is_refused() {
    let folder = Folder::with(&[]);
    for option in ["--sentences", "--epochs"] {
        folder.refused(&format!("demo {option} 0"), &[option, "0 is not in 1.."]);
    }
}
