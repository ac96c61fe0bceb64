//! Smaller models of a model.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

use xner_corpus::Sentence;
use xner_tagger::bert::{BertConfig, Smaller, write_smaller};
use xner_tagger::{Tagging, open};
use xner_train::Device;

fn golden(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(kind)
}

fn sentences() -> Vec<Sentence> {
    let words = |s: usize| (0..=s * s % 13).map(move |at| format!("w{}", 5 + (s * 11 + at * 7) % 15));
    (0..20).map(|s| Sentence::from_tokens(words(s))).collect()
}

fn tagged(model: &Path) -> Vec<Tagging> {
    open(model, &Device::Cpu).unwrap().tag(&sentences()).unwrap()
}

fn rows(model: &Path) -> usize {
    BertConfig::read(&model.join("config.json")).unwrap().vocab_size
}

/// Whichever subwords are left out that texts do not use, texts are tagged as before.
#[test]
fn with_the_subwords_that_are_used_tags_stay() {
    for kind in ["bert", "xlm-roberta", "distilbert", "electra"] {
        let folder = tempfile::tempdir().unwrap();
        let smaller = Smaller { subwords: Some(usize::MAX), least: 1, ..Smaller::default() };
        let found = write_smaller(&golden(kind), folder.path(), &smaller, &sentences());
        let kept = found.unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        assert_eq!(kept, rows(folder.path()));
        assert!(kept < rows(&golden(kind)), "{kind}: {kept}");
        for (a, b) in tagged(folder.path()).iter().zip(&tagged(&golden(kind))) {
            assert_eq!((&a.tags, &a.probabilities), (&b.tags, &b.probabilities), "{kind}");
        }
        // Once more, it stays as it is.
        let again = tempfile::tempdir().unwrap();
        assert_eq!(write_smaller(folder.path(), again.path(), &smaller, &sentences()).unwrap(), kept);
        let bytes = |folder: &Path, name: &str| std::fs::read(folder.join(name)).unwrap();
        for name in ["tokenizer.json", "model.safetensors", "config.json"] {
            assert!(bytes(folder.path(), name) == bytes(again.path(), name), "{kind}: {name}");
        }
    }
}

#[test]
fn fewer_subwords_still_read_every_word() {
    for kind in ["bert", "xlm-roberta"] {
        let folder = tempfile::tempdir().unwrap();
        let smaller = Smaller { layers: vec![1, 0], inner: Some(8), subwords: Some(1), least: 1 };
        write_smaller(&golden(kind), folder.path(), &smaller, &sentences()).unwrap();
        let config = BertConfig::read(&folder.path().join("config.json")).unwrap();
        assert_eq!((config.num_hidden_layers, config.intermediate_size), (2, 8));
        for (tagging, sentence) in tagged(folder.path()).iter().zip(&sentences()) {
            assert_eq!(tagging.tags.len(), sentence.len());
            assert!(tagging.probabilities.iter().all(|p| p.is_finite()));
        }
    }
}

#[test]
fn byte_pairs_are_refused() {
    for kind in ["roberta", "modernbert"] {
        if !golden(kind).exists() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let smaller = Smaller { subwords: Some(9), ..Smaller::default() };
        let fault =
            write_smaller(&golden(kind), folder.path(), &smaller, &sentences()).unwrap_err().to_string();
        assert!(fault.contains("expected `Unigram` or `WordPiece`"), "{kind}: {fault}");
    }
}

/// All numbers inside the blocks are the layer as it was, a gate too; one that nothing leads to or from goes first.
#[test]
fn the_least_numbers_inside_go_first() {
    for kind in ["bert", "modernbert"] {
        let folder = tempfile::tempdir().unwrap();
        let inner = BertConfig::read(&golden(kind).join("config.json")).unwrap().intermediate_size;
        let smaller = |inner| Smaller { inner: Some(inner), ..Smaller::default() };
        write_smaller(&golden(kind), folder.path(), &smaller(inner), &sentences()).unwrap();
        for (a, b) in tagged(folder.path()).iter().zip(&tagged(&golden(kind))) {
            assert_eq!(a.probabilities, b.probabilities, "{kind}");
        }
        let fault =
            write_smaller(&golden(kind), folder.path(), &smaller(inner + 1), &sentences()).unwrap_err();
        assert!(fault.to_string().contains("student.inner"), "{kind}: {fault}");
        // With none of them left but one, tags are others.
        let one = tempfile::tempdir().unwrap();
        write_smaller(&golden(kind), one.path(), &smaller(1), &sentences()).unwrap();
        let differ = |(a, b): (&Tagging, &Tagging)| a.probabilities != b.probabilities;
        assert!(tagged(one.path()).iter().zip(&tagged(&golden(kind))).any(differ), "{kind}");
    }
}
