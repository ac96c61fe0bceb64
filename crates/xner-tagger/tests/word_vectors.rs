//! Word vectors of an encoder's states, on the tiny encoders whose states `python3 tools/golden/bert.py` wrote.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn_flex::{Flex, FlexDevice};
use serde_json::Value;
use xner_corpus::Sentence;
use xner_tagger::bert::{BertEncoder, Tokeniser, WordStates, word_vectors};
use xner_train::Device;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/bert").join(name)
}

/// The sentences of the golden batch, those without words left out, and one that repeats a word.
fn batch(name: &str) -> Vec<Sentence> {
    let text = std::fs::read_to_string(golden(name).join("batch.json")).unwrap();
    let batch: Value = serde_json::from_str(&text).unwrap();
    let words: Vec<Vec<String>> = serde_json::from_value(batch["words"].clone()).unwrap();
    let mut words: Vec<Vec<String>> = words.into_iter().filter(|words| !words.is_empty()).collect();
    let again = words[0][0].clone();
    words.push(vec![again.clone(), "w7".to_owned(), again]);
    words.iter().map(Sentence::from_tokens).collect()
}

/// What [`word_vectors`] is to find: the mean states of a layer, of each sentence by itself.
fn wanted(name: &str, layer: usize, prefix: &str, texts: &[Vec<String>]) -> BTreeMap<String, Vec<f64>> {
    let folder = golden(name);
    let encoder = BertEncoder::<Flex>::open(&folder, &FlexDevice).unwrap();
    let tokeniser = Tokeniser::open(&folder, &encoder.config).unwrap();
    let width = encoder.config.hidden_size;
    let mut found: BTreeMap<String, (Vec<f64>, f64)> = BTreeMap::new();
    for text in texts {
        // The prefix as a word of the sentence.
        let words: Vec<&str> = prefix.split_whitespace().chain(text.iter().map(String::as_str)).collect();
        let before = words.len() - text.len();
        let subwords = tokeniser.encode(words.iter().copied()).unwrap();
        let ids = [tokeniser.before(), &subwords.ids, tokeniser.behind()].concat();
        let states = encoder.hidden_states(&[ids]).remove(0).swap_remove(layer);
        for (word, first) in subwords.first.iter().enumerate().skip(before) {
            let Some(first) = first else { continue };
            let end = subwords.first[word + 1..].iter().flatten().next().copied();
            let rows = *first..end.unwrap_or(subwords.ids.len());
            let (sum, count) = found.entry(words[word].to_owned()).or_insert_with(|| (vec![0.0; width], 0.0));
            *count += 1.0;
            for row in rows.clone() {
                let state = &states[(row + tokeniser.before().len()) * width..][..width];
                sum.iter_mut().zip(state).for_each(|(s, &x)| *s += f64::from(x) / rows.len() as f64);
            }
        }
    }
    found.into_iter().map(|(word, (sum, count))| (word, sum.iter().map(|x| x / count).collect())).collect()
}

#[test]
fn a_words_vector_is_the_mean_of_its_states() {
    for name in ["bert", "xlm-roberta"] {
        let sentences = batch(name);
        for (layer, contextual, prefix) in [
            (None, true, ""),
            (Some(1), true, ""),
            (Some(0), false, ""),
            (Some(2), true, "w9 w3"),
            (None, false, "w9"),
        ] {
            let settings =
                WordStates { layer, contextual, prefix: prefix.to_owned(), ..WordStates::default() };
            let mut told = 0;
            let mut done = |count, _| told += count;
            let found = word_vectors(&golden(name), &settings, &sentences, &Device::Cpu, &mut done).unwrap();
            let of = |sentence: &Sentence| sentence.tokens().map(str::to_owned).collect::<Vec<_>>();
            let mut texts: Vec<Vec<String>> = sentences.iter().map(of).collect();
            if !contextual {
                let mut words: Vec<String> = texts.concat();
                words.sort();
                words.dedup();
                texts = words.into_iter().map(|word| vec![word]).collect();
            }
            assert_eq!(told, texts.len());
            let wanted = wanted(name, layer.unwrap_or(3), prefix, &texts);
            assert_eq!(found.len(), wanted.len());
            for (word, want) in wanted {
                for (x, want) in found.get(&word).unwrap().iter().zip(want) {
                    assert!((f64::from(*x) - want).abs() < 1e-5, "{name} {layer:?} {contextual} {word}");
                }
            }
        }
    }
}

#[test]
fn words_come_by_how_often_they_occur() {
    let sentences =
        [Sentence::from_tokens(["w7", "w5", "w6", "w5"]), Sentence::from_tokens(["w6", "w5", "w8"])];
    let of = |settings: WordStates| {
        let found =
            word_vectors(&golden("bert"), &settings, &sentences, &Device::Cpu, &mut |_, _| {}).unwrap();
        found.words().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of(WordStates::default()), ["w5", "w6", "w7", "w8"]);
    assert_eq!(of(WordStates { limit: Some(1), ..WordStates::default() }), ["w5"]);
    assert_eq!(of(WordStates { least: 2, ..WordStates::default() }), ["w5", "w6"]);
    let refused = |settings: WordStates| {
        let found = word_vectors(&golden("bert"), &settings, &sentences, &Device::Cpu, &mut |_, _| {});
        found.unwrap_err().to_string()
    };
    assert!(refused(WordStates { layer: Some(9), ..WordStates::default() }).contains("has 3 of them"));
    assert!(refused(WordStates { least: 9, ..WordStates::default() }).contains("no word that is kept"));
    assert!(refused(WordStates { length: 2, ..WordStates::default() }).contains("length"));
}
