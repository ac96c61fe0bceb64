//! Sentences, labelled and not, as training takes them.
#![allow(clippy::unwrap_used)]

use std::fs;

use xner_corpus::Sentence;
use xner_corpus::read::{Format, ReadOptions};
use xner_train::{read_labelled, read_unlabelled};

/// Whatever stands in the place of tags.
#[test]
fn labels_that_nobody_reads_may_be_missing_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, text: &str, options: &ReadOptions| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let words = |sentence: &Sentence| sentence.tokens().map(str::to_owned).collect::<Vec<_>>();
        read_unlabelled(&path, options).unwrap().iter().map(words).collect::<Vec<_>>()
    };
    let mut options = ReadOptions::default();
    let want = vec![vec!["La".to_owned(), "lluvia".to_owned()], vec!["Oslo".to_owned()]];
    for strict in [false, true] {
        options.conll.scheme = strict.then_some(xner_corpus::Scheme::Iob2);
        assert_eq!(read("words.conll", "La\nlluvia\n\nOslo\n", &options), want);
        assert_eq!(read("parts.conll", "La DA\nlluvia NC\n\nOslo NP\n", &options), want);
        assert_eq!(read("tags.conll", "La O\nlluvia I-MISC\n\nOslo B-LOC\n", &options), want);
    }
    let cut = r#"{"text": "La lluvia", "entities": [{"start": 1, "end": 4, "label": "LOC"}]}"#;
    assert_eq!(read("cut.jsonl", cut, &options), want[..1]);
}

#[test]
fn running_text_is_read_where_it_is_said_to_be_that() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("raw.txt");
    fs::write(&path, "La lluvia cae en Oslo.\n\nAna no vino.\n").unwrap();
    let options = ReadOptions::default();
    let fault = read_unlabelled(&path, &options).unwrap_err().to_string();
    assert!(
        fault.contains("raw.txt: looks like plain text") && fault.contains("format = \"text\""),
        "{fault}"
    );
    assert_eq!(read_unlabelled(&path, &options.clone().with_format(Format::Text)).unwrap().len(), 2);
    let fault = read_labelled("source.train", &path, &options).unwrap_err().to_string();
    assert!(fault.contains("`source.train`") && fault.contains("no labels"), "{fault}");
    // Labels are needed of JSON lines where they are wanted, and not looked at elsewhere.
    let path = folder.path().join("raw.jsonl");
    fs::write(&path, "{\"text\": \"Ana vino.\", \"ner\": {\"odd\": 1}}\n").unwrap();
    assert_eq!(read_unlabelled(&path, &options).unwrap().len(), 1);
    fs::write(&path, "{\"text\": \"Ana vino.\"}\n").unwrap();
    let fault = read_labelled("source.train", &path, &options).unwrap_err().to_string();
    assert!(fault.contains("raw.jsonl:1: there are no labels"), "{fault}");
}
