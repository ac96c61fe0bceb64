//! Sentences, labelled and not, as training takes them.
#![allow(clippy::unwrap_used)]

use std::fs;

use xner_corpus::Sentence;
use xner_corpus::read::ReadOptions;
use xner_train::read_unlabelled;

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
