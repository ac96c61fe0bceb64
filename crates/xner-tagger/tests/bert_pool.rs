//! Vectors of sentences, on the tiny encoders whose states `python3 tools/golden/bert.py` wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use burn_flex::{Flex, FlexDevice};
use serde_json::Value;
use xner_corpus::Sentence;
use xner_tagger::bert::{Pooling, SentenceEncoder, fingerprint};
use xner_train::Tensors;

const BOTH: [Pooling; 2] = [Pooling::Cls, Pooling::Mean];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(name)
}

fn encoder(name: &str, pooling: Pooling, length: usize) -> SentenceEncoder<Flex> {
    SentenceEncoder::open(&golden(name), pooling, length, &FlexDevice).unwrap()
}

fn vectors(encoder: &SentenceEncoder<Flex>, sentences: &[Sentence]) -> Vec<Vec<f32>> {
    let rows = encoder.vectors(sentences, &|_| {}).unwrap();
    assert_eq!(rows.len(), sentences.len() * encoder.width());
    rows.chunks_exact(encoder.width()).map(<[f32]>::to_vec).collect()
}

/// The sentences of the golden batch.
fn batch(name: &str) -> Vec<Sentence> {
    let text = fs::read_to_string(golden(name).join("batch.json")).unwrap();
    let batch: Value = serde_json::from_str(&text).unwrap();
    let words: Vec<Vec<String>> = serde_json::from_value(batch["words"].clone()).unwrap();
    words.iter().map(Sentence::from_tokens).collect()
}

/// Sentences of 0 to 60 words, some of them equal.
fn many(count: usize) -> Vec<Sentence> {
    let sentence = |s: usize| {
        let s = if s % 11 == 10 { s / 2 } else { s };
        Sentence::from_tokens((0..s * 7 % 61).map(|at| format!("w{}", 5 + (3 * s + at * at) % 45)))
    };
    (0..count).map(sentence).collect()
}

#[test]
fn vectors_are_read_off_the_states_of_transformers() {
    for name in ["bert", "xlm-roberta"] {
        let (expected, _) = Tensors::read(&golden(name).join("expected.safetensors")).unwrap();
        for pooling in BOTH {
            let found = vectors(&encoder(name, pooling, 128), &batch(name));
            assert_eq!(found.len(), 5);
            for (sentence, found) in found.iter().enumerate() {
                let states = expected.get(&format!("hidden.3.{sentence}")).unwrap();
                let width = states.shape[1];
                let want: Vec<f64> = (0..width)
                    .map(|at| {
                        let mut column = states.values.iter().skip(at).step_by(width).map(|&x| f64::from(x));
                        match pooling {
                            Pooling::Cls => column.next().unwrap(),
                            Pooling::Mean => column.sum::<f64>() / states.shape[0] as f64,
                        }
                    })
                    .collect();
                let length = want.iter().map(|x| x * x).sum::<f64>().sqrt();
                for (a, b) in found.iter().zip(want) {
                    let difference = (f64::from(*a) - b / length).abs();
                    assert!(difference < 1e-5, "{name} {pooling:?} {sentence}: {difference}");
                }
            }
        }
    }
}

#[test]
fn neither_batches_nor_threads_can_be_seen() {
    let sentences = many(150);
    for pooling in BOTH {
        let encoder = encoder("bert", pooling, 128);
        let together = vectors(&encoder, &sentences);
        for row in &together {
            let length: f32 = row.iter().map(|x| x * x).sum();
            assert!((length - 1.0).abs() < 1e-6, "{length}");
        }
        for (sentence, row) in sentences.iter().zip(&together) {
            let alone = vectors(&encoder, std::slice::from_ref(sentence));
            assert_eq!(alone, std::slice::from_ref(row), "{}", sentence.text());
        }
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| vectors(&encoder, &sentences)), together);
        }
        let backwards: Vec<Sentence> = sentences.iter().rev().cloned().collect();
        let mut back = vectors(&encoder, &backwards);
        back.reverse();
        assert_eq!(back, together);
    }
}

#[test]
fn of_a_long_sentence_the_first_window_counts() {
    let words: Vec<String> = (0..30).map(|at| format!("w{}", 5 + at)).collect();
    let long = Sentence::from_tokens(&words);
    // The tenth word is two subwords, and there is room for ten.
    let mut cut = words[..9].to_vec();
    let mut wide = words.clone();
    wide[9] = "w14x".to_owned();
    for pooling in BOTH {
        let encoder = encoder("bert", pooling, 12);
        let found = vectors(
            &encoder,
            &[
                long.clone(),
                Sentence::from_tokens(&words[..10]),
                Sentence::from_tokens(&wide),
                Sentence::from_tokens(&cut),
            ],
        );
        assert_eq!(found[0], found[1]);
        assert_eq!(found[2], found[3]);
        assert_ne!(found[0], found[2]);
    }
    cut.clear();
    let specials = vectors(&encoder("bert", Pooling::Cls, 12), &[Sentence::from_tokens(&cut)]);
    assert!(specials[0].iter().all(|x| x.is_finite()));
    let fault = SentenceEncoder::<Flex>::open(&golden("bert"), Pooling::Cls, 2, &FlexDevice).unwrap_err();
    assert!(fault.to_string().contains("length"), "{fault}");
}

#[test]
fn every_sentence_is_told_of() {
    let told = AtomicUsize::new(0);
    let count = |n| {
        told.fetch_add(n, Ordering::Relaxed);
    };
    encoder("bert", Pooling::Cls, 128).vectors(&many(70), &count).unwrap();
    assert_eq!(told.into_inner(), 70);
}

#[test]
fn every_file_of_an_encoder_is_part_of_its_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
        fs::copy(golden("xlm-roberta").join(name), folder.path().join(name)).unwrap();
    }
    let first = fingerprint(folder.path()).unwrap();
    assert_eq!(first, fingerprint(&golden("xlm-roberta")).unwrap());
    assert_ne!(first, fingerprint(&golden("bert")).unwrap());
    for name in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
        let path = folder.path().join(name);
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        fs::write(&path, changed).unwrap();
        assert_ne!(fingerprint(folder.path()).unwrap(), first, "{name}");
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(fingerprint(folder.path()).unwrap(), first);
    fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    assert!(fingerprint(folder.path()).unwrap_err().to_string().contains("has no weights"));
}
