//! The word vectors and the truth behind them.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashMap, HashSet};

use xner_sample::{Language, Sample, SampleConfig, SampleVectors, Split};

fn index(vectors: &SampleVectors) -> HashMap<&str, usize> {
    vectors.words.iter().map(String::as_str).zip(0..).collect()
}

/// `rotation · x`, or its transpose's product.
fn turn(rotation: &[f32], x: &[f32], back: bool) -> Vec<f32> {
    let dim = x.len();
    let at = |row: usize, column: usize| rotation[if back { column * dim + row } else { row * dim + column }];
    (0..dim).map(|row| (0..dim).map(|column| at(row, column) * x[column]).sum()).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn the_same_seed_gives_the_same_vectors() {
    let (one, two) = (Sample::new(5).unwrap(), Sample::new(5).unwrap());
    assert_eq!(one.vectors(Language::Spanish), two.vectors(Language::Spanish));
    assert_ne!(one.vectors(Language::Spanish), Sample::new(6).unwrap().vectors(Language::Spanish));
}

#[test]
fn rotations_are_orthogonal_and_differ() {
    let sample = Sample::new(5).unwrap();
    for language in Language::ALL {
        let rotation = sample.rotation(language);
        for i in 0..50 {
            let unit: Vec<f32> = (0..50).map(|j| f32::from(u8::from(i == j))).collect();
            let there_and_back = turn(&rotation, &turn(&rotation, &unit, false), true);
            for (x, y) in unit.iter().zip(&there_and_back) {
                assert!((x - y).abs() < 1e-5);
            }
        }
    }
    assert_ne!(sample.rotation(Language::English), sample.rotation(Language::German));
}

#[test]
fn vectors_map_onto_each_other_by_the_hidden_rotation_and_not_without_it() {
    let sample = Sample::new(5).unwrap();
    let english = sample.vectors(Language::English);
    let here = index(&english);
    for target in [Language::Spanish, Language::German] {
        let other = sample.vectors(target);
        let there = index(&other);
        let (from, to) = (sample.rotation(Language::English), sample.rotation(target));
        let pairs = sample.dictionary(Language::English, target);
        let (mut mapped, mut unmapped) = (0.0, 0.0);
        for (source, translation) in &pairs {
            let x = english.vector(here[source.as_str()]);
            let y = other.vector(there[translation.as_str()]);
            mapped += cosine(&turn(&to, &turn(&from, x, true), false), y) / pairs.len() as f32;
            unmapped += cosine(x, y) / pairs.len() as f32;
        }
        assert!((0.7..0.95).contains(&mapped), "{target}: mean cosine {mapped}");
        assert!(unmapped.abs() < 0.1, "{target}: mean cosine {unmapped} unmapped");
    }
}

#[test]
fn without_noise_and_own_forms_the_residual_is_that_of_shared_words_alone() {
    let config = SampleConfig { noise: 0.0, form: 0.0, ..SampleConfig::default() };
    let sample = Sample::with_config(5, config).unwrap();
    let (english, german) = (sample.vectors(Language::English), sample.vectors(Language::German));
    let (here, there) = (index(&english), index(&german));
    let (from, to) = (sample.rotation(Language::English), sample.rotation(Language::German));
    // Words of one meaning: the image is exact.
    for (source, translation) in [("hospital", "Krankenhaus"), ("yesterday", "gestern"), ("Monday", "Montag")]
    {
        let image = turn(&to, &turn(&from, english.vector(here[source]), true), false);
        let found = cosine(&image, german.vector(there[translation]));
        assert!(found > 0.9999, "{source}: {found}");
    }
}

#[test]
fn vocabularies_are_of_the_right_size_and_by_frequency() {
    let sample = Sample::new(5).unwrap();
    for language in Language::ALL {
        let vectors = sample.vectors(language);
        assert!((1500..2800).contains(&vectors.words.len()), "{language}: {}", vectors.words.len());
        assert_eq!(vectors.data.len(), vectors.words.len() * vectors.dim);
        assert!(vectors.data.iter().all(|x| x.is_finite()));
        assert_eq!(vectors.words.iter().collect::<HashSet<_>>().len(), vectors.words.len());
        // Frequent words come first: the first tenth covers most of a text.
        let frequent: BTreeSet<&str> =
            vectors.words[..vectors.words.len() / 10].iter().map(String::as_str).collect();
        let known: BTreeSet<&str> = vectors.words.iter().map(String::as_str).collect();
        let (mut all, mut first, mut missing) = (0, 0, 0);
        for labelled in sample.labelled(language, Split::Test, 1000) {
            for token in labelled.sentence.tokens() {
                let lower = token.to_lowercase();
                let among = |words: &BTreeSet<&str>| words.contains(token) || words.contains(lower.as_str());
                all += 1;
                first += usize::from(among(&frequent));
                missing += usize::from(!among(&known));
            }
        }
        let (first, missing) = (f64::from(first as u32) / f64::from(all), missing as f64 / f64::from(all));
        assert!(first > 0.6, "{language}: {first} covered by the first tenth");
        assert!((0.003..0.1).contains(&missing), "{language}: {missing} of the tokens have no vector");
    }
}

#[test]
fn dictionaries_are_of_known_words() {
    let sample = Sample::new(5).unwrap();
    let vectors = Language::ALL.map(|language| sample.vectors(language));
    for (source, target) in [(0, 1), (0, 2), (2, 1)] {
        let pairs = sample.dictionary(Language::ALL[source], Language::ALL[target]);
        assert!(pairs.len() > 1000, "{}", pairs.len());
        let (here, there) = (index(&vectors[source]), index(&vectors[target]));
        assert!(pairs.iter().all(|(a, b)| here.contains_key(a.as_str()) && there.contains_key(b.as_str())));
        assert!(pairs.windows(2).all(|two| here[two[0].0.as_str()] <= here[two[1].0.as_str()]));
        assert_eq!(pairs.iter().collect::<BTreeSet<_>>().len(), pairs.len());
    }
    let pairs = sample.dictionary(Language::English, Language::German);
    let has = |a: &str, b: &str| pairs.iter().any(|(x, y)| x == a && y == b);
    assert!(has("hospital", "Krankenhaus") && has("in", "in") && has("Monday", "Montag"));
    assert!(!has("hospital", "Schule") && !has("House", "Haus"));
    let same = pairs.iter().filter(|(a, b)| a == b).count();
    assert!((200..1000).contains(&same), "{same} identical strings");
}

#[test]
fn text_of_vectors_has_head_and_lines() {
    let sample = Sample::with_config(1, SampleConfig { dim: 4, ..SampleConfig::default() }).unwrap();
    let vectors = sample.vectors(Language::English);
    let text = vectors.to_text();
    assert_eq!(text.lines().next().unwrap(), format!("{} 4", vectors.words.len()));
    assert_eq!(text.lines().count(), vectors.words.len() + 1);
    let fields: Vec<&str> = text.lines().nth(3).unwrap().split(' ').collect();
    assert_eq!((fields[0], fields.len()), (vectors.words[2].as_str(), 5));
    assert!((fields[1].parse::<f32>().unwrap() - vectors.vector(2)[0]).abs() < 1e-4);
}
