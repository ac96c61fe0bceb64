//! JSON lines whose labels are in another dress.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use serde_json::json;
use xner_corpus::read::jsonl::{LabelsFound, Reader, Records};
use xner_corpus::read::{JsonlOptions, Labels};
use xner_corpus::{Labelled, Spelling};

fn read_with(text: &str, options: JsonlOptions) -> Result<Vec<Labelled>, String> {
    Reader::new(text.as_bytes(), "f", options).collect::<Result<_, _>>().map_err(|e| e.to_string())
}

fn read(text: &str) -> Result<Vec<Labelled>, String> {
    read_with(text, JsonlOptions::default())
}

fn names(labelled: &Labelled) -> Vec<(&str, &str)> {
    labelled.entities.iter().map(|e| (labelled.sentence.slice(e.tokens.clone()), e.kind.as_str())).collect()
}

/// `😀` is two units of UTF-16, and `e` with a mark two characters.
const TEXT: &str = "😀 Zoe\u{301} met Ana in Köln";

#[test]
fn every_dress_has_the_same_entities() {
    let spans = json!([{"start": 2, "end": 6, "label": "PER"}, {"start": 18, "end": 22, "label": "LOC"}]);
    let listed = json!([[18, 22, "LOC"], [2, 6, "PER"]]);
    let offsets = json!([{"id": 4, "start_offset": 2, "end_offset": 6, "label": "PER"},
                         {"id": 5, "start_offset": 18, "end_offset": 22, "label": "LOC"}]);
    let studio = |shift: usize| {
        let value = |start: usize, end: usize, text: &str, label: &str| json!({"type": "labels", "value": {"start": start + shift, "end": end + shift, "text": text, "labels": [label]}});
        let choice = json!({"type": "choices", "value": {"choices": ["good"]}});
        json!({"id": 1, "data": {"text": TEXT}, "annotations": [
            {"was_cancelled": true, "result": []},
            {"result": [value(2, 6, "Zoe\u{301}", "PER"), choice, value(18, 22, "Köln", "LOC")]}]})
    };
    let minimal = json!([{"start": 2, "end": 6, "text": "Zoe\u{301}", "labels": ["PER"]},
                         {"start": 18, "end": 22, "text": "Köln", "labels": ["LOC"]}]);
    let words = ["😀", "Zoe\u{301}", "met", "Ana", "in", "Köln"];
    let tags = ["O", "B-PER", "O", "O", "O", "B-LOC"];
    for record in [
        json!({"text": TEXT, "label": listed}),
        json!({"text": TEXT, "labels": listed}),
        json!({"text": TEXT, "entities": offsets}),
        json!({"text": TEXT, "spans": spans, "answer": "accept"}),
        json!({"text": TEXT, "spans": spans, "tokens": [{"text": "😀", "start": 0, "end": 1, "id": 0},
            {"start": 2, "end": 6}, {"start": 7, "end": 10}, {"start": 11, "end": 14},
            {"start": 15, "end": 17}, {"start": 18, "end": 22}]}),
        json!({"text": TEXT, "ents": spans}),
        json!({"text": TEXT, "annotations": spans}),
        json!({"text": TEXT, "label": minimal}),
        json!([TEXT, {"entities": listed}]),
        studio(0),
        studio(1),
        json!({"tokens": words, "ner_tags": tags}),
        json!({"tokens": words, "tags": tags, "lang": "de"}),
        json!({"words": words, "labels": tags}),
        json!({"text": TEXT, "tokens": words, "ner_tags": ["o", "s_PER", "O", "O", "O", "U-LOC"]}),
    ] {
        for text in [format!("{record}\n"), format!("{record:#}").lines().collect::<String>()] {
            let found = read(&text).unwrap();
            assert_eq!(names(&found[0]), [("Zoe\u{301}", "PER"), ("Köln", "LOC")], "{record}");
            let required = JsonlOptions { labels: Labels::Required, ..JsonlOptions::default() };
            assert_eq!(read_with(&text, required).unwrap(), found, "{record}");
        }
        let list = read(&format!("[\n{record:#},\n{record}\n]\n")).unwrap();
        assert_eq!(list.len(), 2, "{record}");
        assert_eq!(names(&list[1]), [("Zoe\u{301}", "PER"), ("Köln", "LOC")], "{record}");
    }
}

#[test]
fn numbers_need_names() {
    let line = r#"{"tokens": ["Ada", "Lovelace", "sang"], "ner_tags": [1, 2, 0]}"#;
    let error = read(line).unwrap_err();
    assert!(error.starts_with("f:1: `ner_tags` holds the number 1: numbers need the names"), "{error}");
    assert!(error.contains("label_names = [\"O\", \"B-PER\", \"I-PER\"]"), "{error}");
    let named = |names: &[&str]| JsonlOptions {
        label_names: names.iter().map(ToString::to_string).collect(),
        ..JsonlOptions::default()
    };
    let found = read_with(line, named(&["O", "B-PER", "I-PER"])).unwrap();
    assert_eq!(names(&found[0]), [("Ada Lovelace", "PER")]);
    let error = read_with(line, named(&["O", "B-PER"])).unwrap_err();
    assert_eq!(error, "f:1: `ner_tags` holds 2, and `label_names` has 2 names");
}

#[test]
fn labels_in_no_known_shape_are_refused() {
    for (line, want) in [
        (r#"{"text": "Ada", "label": ["PER"]}"#, "item 0 of `label` is `\"PER\"`, expected {\"start\""),
        (r#"{"text": "Ada", "spans": {"PER": [0, 3]}}"#, "`spans` is an object that looks like labels"),
        (r#"{"text": "Ada", "spans": [{"begin": 0, "end": 3}]}"#, "item 0 of `spans`"),
        (r#"{"text": "Ada", "ner": [[0, 3, "PER"]]}"#, "`ner` is a list that looks like labels"),
        (r#"{"text": "Ada", "ner_tags": ["B-PER"]}"#, "`ner_tags` is a list that looks like labels"),
        (r#"{"text": "Ada", "named_entities": {"a": 1}}"#, "`named_entities` is an object"),
        (r#"{"tokens": ["Ada"], "ner_tags": ["B-PER", "O"]}"#, "`ner_tags` has 2 items, `tokens` 1"),
        (r#"{"tokens": ["Ada"], "ner_tags": []}"#, "`ner_tags` has 0 items, `tokens` 1"),
        (r#"{"tokens": ["Ada"], "ner_tags": ["PER"]}"#, "`ner_tags`: `PER` is no tag"),
        (r#"{"tokens": ["Ada"], "ner_tags": [null]}"#, "`ner_tags` holds null, expected tags"),
        (
            r#"{"data": {"text": "Ada"}, "annotations": [{"result": []}, {"result": []}]}"#,
            "several `annotations`",
        ),
        (r#"{"data": {"a": "Ada", "b": "x"}}"#, "no `text` under `data`"),
        (
            r#"{"data": {"text": "Ada"}, "annotations": [{"result": [{"value": {"start": 0, "end": 2, "text": "Ada", "labels": ["X"]}}]}]}"#,
            "entity 0..2 `X` does not cover its own text `Ada`",
        ),
        ("[\n{\"text\": \"x\"},\n\n{\"text\": 3}]", "`text` is a number"),
        ("[\n{\"text\": \"x\"},\n\n[]", "the list of records has no end"),
        ("[\n{\"text\": \"x\"}\n]\n] {}", "`]` stands behind the end"),
    ] {
        let lines = if line.starts_with("[\n") {
            line.to_owned()
        } else {
            format!("{{\"text\": \"x\"}}\n\n\n{line}\n")
        };
        let error = read(&lines).unwrap_err();
        assert!(error.starts_with("f:4: ") && error.contains(want), "{line}\n{error}");
    }
}

#[test]
fn text_without_labels_is_text_unless_labels_are_required() {
    for line in [
        r#"{"text": "Ada sang"}"#,
        r#"{"text": "Ada sang", "label": "news", "tags": ["a", "b"], "entities": null}"#,
        r#"{"text": "Ada sang", "tokens": ["Ada", "sang"]}"#,
        r#"{"id": 1, "data": {"text": "Ada sang"}, "annotations": []}"#,
    ] {
        assert_eq!(names(&read(line).unwrap()[0]), []);
        let required = JsonlOptions { labels: Labels::Required, ..JsonlOptions::default() };
        let error = read_with(line, required).unwrap_err();
        assert!(error.starts_with("f:1: there are no labels: expected `entities`"), "{error}");
    }
    let none = r#"{"text": "Ada sang", "entities": []}"#;
    let required = JsonlOptions { labels: Labels::Required, ..JsonlOptions::default() };
    assert_eq!(read_with(none, required).unwrap().len(), 1);
}

#[test]
fn what_was_not_accepted_is_no_sentence() {
    let line =
        r#"{"text": "Ada sang", "spans": [{"start": 0, "end": 3, "label": "LOC"}], "answer": "reject"}"#;
    assert_eq!(read(line).unwrap(), []);
    let record = Records::new(line.as_bytes(), "f", JsonlOptions::default()).next().unwrap().unwrap();
    assert_eq!((record.labels, record.sentences[0].entities.len()), (LabelsFound::Rejected, 0));
}

#[test]
fn types_alone_are_read_when_they_are_named() {
    let line = r#"{"tokens": ["Ada", "Lovelace", "in", "Rom"], "tags": ["PER", "PER", "O", "LOC"]}"#;
    let bare = JsonlOptions { tags: Spelling::Bare, ..JsonlOptions::default() };
    assert_eq!(names(&read_with(line, bare).unwrap()[0]), [("Ada Lovelace", "PER"), ("Rom", "LOC")]);
}

#[test]
fn kept_keys_come_out_as_they_went_in() {
    let rest = r#"{"z":-0,"a":1e2,"n":123456789012345678901234567890,"f":1.10,"m":{"y":1,"b":[2.50]}}"#;
    let line = format!(r#"{{"text":"Ada",{}"#, &rest[1..]);
    let record = Records::new(line.as_bytes(), "f", JsonlOptions::default()).next().unwrap().unwrap();
    assert_eq!(serde_json::to_string(&record.rest).unwrap(), rest);
    assert_eq!((record.rest.len(), record.rest.get("f")), (5, Some("1.10")));
    assert_eq!(record.rest.value("z"), Some(serde_json::from_str("-0").unwrap()));
    let twice = r#"{"text": "a", "k": 1, "j": 2, "k": 3}"#;
    let record = Records::new(twice.as_bytes(), "f", JsonlOptions::default()).next().unwrap().unwrap();
    assert_eq!(serde_json::to_string(&record.rest).unwrap(), r#"{"k":3,"j":2}"#);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn dresses_agree_at_any_offset(
        words in prop::collection::vec("[a-z😀é\u{301}𝒳]{1,5}", 1..9), at in 0..9_usize, len in 1..3_usize
    ) {
        let (start, end) = (at.min(words.len() - 1), (at + len).min(words.len()));
        let start = start.min(end - 1);
        let tags: Vec<&str> = (0..words.len())
            .map(|i| if i == start { "B-X" } else if i > start && i < end { "I-X" } else { "O" })
            .collect();
        let text = words.join(" ");
        let before: usize = words[..start].iter().map(|w| w.chars().count() + 1).sum();
        let covered = words[start..end].join(" ");
        let after = before + covered.chars().count();
        let wide = |chars: usize| text.chars().take(chars).map(char::len_utf16).sum::<usize>();
        let tagged = json!({"tokens": &words, "ner_tags": tags});
        let spans = json!({"tokens": &words, "label": [[before, after, "X"]]});
        let units = json!({"tokens": &words, "label": [
            {"start": wide(before), "end": wide(after), "text": &covered, "labels": ["X"]}]});
        let want = read(&tagged.to_string()).unwrap();
        prop_assert_eq!(names(&want[0]), [(covered.as_str(), "X")]);
        prop_assert_eq!(&read(&spans.to_string()).unwrap(), &want);
        let as_characters: String = text.chars().skip(wide(before)).take(wide(after) - wide(before)).collect();
        let ambiguous = wide(before) != before && as_characters == covered;
        prop_assert!(ambiguous || read(&units.to_string()).unwrap() == want);
    }

    #[test]
    fn lists_are_cut_as_json_cuts_them(texts in prop::collection::vec("[a-z\"\\\\\\[\\]{},:é ]{1,9}", 0..5), pretty: bool) {
        let records: Vec<_> = texts.iter().map(|text| json!({"text": text, "k": {"[": text}})).collect();
        let list = if pretty { serde_json::to_string_pretty(&records) } else { serde_json::to_string(&records) };
        let found: Result<Vec<_>, _> =
            Records::new(list.unwrap().as_bytes(), "f", JsonlOptions::default()).collect();
        let found: Vec<String> = found.unwrap().into_iter().map(|record| record.text).collect();
        prop_assert_eq!(found, texts);
    }
}
