//! JSON lines: offsets, alignment, faults.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use xner_corpus::read::jsonl::{Reader, Records};
use xner_corpus::read::{Align, JsonlOptions};
use xner_corpus::write::write_jsonl;
use xner_corpus::{CharOffsets, Entity, Labelled, Sentence};

fn read_with(text: &str, options: JsonlOptions) -> Result<Vec<Labelled>, String> {
    Reader::new(text.as_bytes(), "f", options).collect::<Result<_, _>>().map_err(|e| e.to_string())
}

fn read(text: &str) -> Result<Vec<Labelled>, String> {
    read_with(text, JsonlOptions::default())
}

fn names(labelled: &Labelled) -> Vec<(&str, &str)> {
    labelled.entities.iter().map(|e| (labelled.sentence.slice(e.tokens.clone()), e.kind.as_str())).collect()
}

#[test]
fn offsets_count_characters() {
    let line = r#"{"text": "Zoë fuhr nach Köln.", "entities": [{"start": 14, "end": 18, "label": "LOC"}, [0, 3, "PER"]]}"#;
    let corpus = read(line).unwrap();
    assert_eq!(names(&corpus[0]), [("Zoë", "PER"), ("Köln", "LOC")]);
    assert_eq!(corpus[0].sentence.len(), 5);
    let typed = r#"{"text": "😀 Köln", "entities": [{"start": 2, "end": 6, "type": "LOC", "id": 4}]}"#;
    assert_eq!(names(&read(typed).unwrap()[0]), [("Köln", "LOC")]);
}

#[test]
fn tokens_given_are_kept() {
    let spans = r#"{"text": "New York-based", "tokens": [[0, 8], {"start": 9, "end": 14}], "entities": [[0, 8, "LOC"]]}"#;
    let corpus = read(spans).unwrap();
    assert_eq!(corpus[0].sentence.tokens().collect::<Vec<_>>(), ["New York", "based"]);
    let words = r#"{"tokens": ["It", "is", "Köln"], "entities": [[6, 10, "LOC"]]}"#;
    assert_eq!(names(&read(words).unwrap()[0]), [("Köln", "LOC")]);
    let both =
        r#"{"text": "It's Köln.  One. Two.", "tokens": ["It", "'s", "Köln", ".", "One", ".", "Two", "."]}"#;
    let corpus = read(both).unwrap();
    assert_eq!(
        (corpus.len(), corpus[0].sentence.len()),
        (1, 8),
        "one line is one sentence where tokens are given"
    );
    assert_eq!(read(r#"{"text": "", "tokens": []}"#).unwrap(), []);
}

#[test]
fn texts_are_split_but_not_inside_an_entity() {
    let line = r#"{"id": 3, "text": "She left. He read Who? What? then.", "entities": [[18, 28, "MISC"]], "meta": {"a": [1]}}"#;
    let record = Records::new(line.as_bytes(), "f", JsonlOptions::default()).next().unwrap().unwrap();
    assert_eq!(record.sentences.len(), 3);
    assert_eq!(names(&record.sentences[1]), [("Who? What?", "MISC")]);
    for labelled in &record.sentences {
        let at = labelled.sentence.offset();
        assert!(record.text[at..].starts_with(labelled.sentence.text()));
    }
    assert_eq!(serde_json::to_string(&record.rest).unwrap(), r#"{"id":3,"meta":{"a": [1]}}"#);
}

#[test]
fn cut_tokens_are_refused_or_widened() {
    let line = r#"{"text": "in Londoners house", "entities": [[3, 9, "LOC"]]}"#;
    let error = read(line).unwrap_err();
    assert!(error.starts_with("f:1: entity 3..9 `LOC` cuts the token `Londoners` at 3..12"), "{error}");
    assert!(error.contains("`align = \"widen\"`") && error.contains("`--align widen`"), "{error}");
    let widen = || JsonlOptions { align: Align::Widen, ..JsonlOptions::default() };
    assert_eq!(names(&read_with(line, widen()).unwrap()[0]), [("Londoners", "LOC")]);
    let twice = r#"{"text": "Londoners", "entities": [[0, 6, "LOC"], [6, 9, "PER"]]}"#;
    let error = read_with(twice, widen()).unwrap_err();
    assert_eq!(error, "f:1: entity 6..9 `PER` shares a token with the one before it");
}

#[test]
fn faults_have_a_line_and_a_reason() {
    for (line, want) in [
        (r#"{"text": "a""#, "not a JSON object: EOF"),
        (r#"["a"]"#, "not a JSON object"),
        (r#"{"entities": []}"#, "there is no `text`"),
        (r#"{"text": 3}"#, "`text` is a number, expected a string"),
        (r#"{"text": "a", "entities": 3}"#, "`entities` is a number, expected a list"),
        (r#"{"text": "a", "entities": [{"start": -1, "end": 1, "label": "X"}]}"#, "item 0 of `entities` is"),
        (r#"{"text": "a", "entities": [[0, 2, "X"]]}"#, "entity 0..2 `X` is empty or lies outside the text"),
        (r#"{"text": "a", "entities": [[0, 0, "X"]]}"#, "entity 0..0 `X` is empty"),
        (r#"{"text": "ab c", "entities": [[3, 1, "X"]]}"#, "entity 3..1 `X` is empty"),
        (r#"{"text": "a b", "entities": [[1, 2, "X"]]}"#, "entity 1..2 `X` covers no token"),
        (r#"{"text": "", "tokens": [], "entities": [[0, 1, "X"]]}"#, "lies outside the text"),
        (
            r#"{"text": "a b", "entities": [[0, 3, "X"], [2, 3, "Y"]]}"#,
            "entities 0..3 `X` and 2..3 `Y` overlap",
        ),
        (r#"{"text": "a b", "entities": [[0, 1, ""]]}"#, "has an empty label"),
        (r#"{"text": "a b", "tokens": ["b", "a"]}"#, "token `a` does not stand in the text in its turn"),
        (r#"{"text": "a b", "tokens": [""]}"#, "token `` does not stand"),
        (r#"{"text": "a b", "tokens": [[0, 9]]}"#, "token 0..9 lies outside the text"),
        (r#"{"text": "a b", "tokens": [[0, 2], [1, 3]]}"#, "`tokens` overlap"),
        (r#"{"tokens": [[0, 1]]}"#, "`tokens` are not words"),
    ] {
        let error = read(&format!("{{\"text\": \"x\"}}\n\n{line}\n")).unwrap_err();
        assert!(error.starts_with("f:3: ") && error.contains(want), "{line}\n{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_sentences_are_read_back(
        words in prop::collection::vec("[^\\p{C}]{1,6}", 1..9), cut in 0..9_usize, len in 1..3_usize
    ) {
        let sentence = Sentence::from_tokens(&words);
        let (start, end) = (cut.min(words.len() - 1), (cut + len).min(words.len()));
        let labelled = Labelled { sentence, entities: vec![Entity::new(start.min(end - 1)..end, "X")] };
        let mut out = Vec::new();
        write_jsonl(&labelled, &mut out).unwrap();
        prop_assert_eq!(read(std::str::from_utf8(&out).unwrap()).unwrap(), vec![labelled]);
    }

    #[test]
    fn character_offsets_invert(text in "\\PC{0,12}") {
        let offsets = CharOffsets::new(&text);
        let count = text.chars().count();
        for start in 0..=count {
            for end in start..=count {
                let bytes = offsets.bytes(start..end).unwrap();
                let want: String = text.chars().skip(start).take(end - start).collect();
                prop_assert_eq!(&text[bytes.clone()], want);
                prop_assert_eq!(offsets.chars(bytes), start..end);
            }
        }
        prop_assert_eq!(offsets.bytes(0..count + 1), None);
    }
}
