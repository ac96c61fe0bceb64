//! Bilingual induction: MUSE's own figures, small vocabularies, counts; dictionaries induced from vectors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::collections::HashMap;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use xner_embed::dictionary::{Dictionary, InduceConfig, Induced, induce, induced};
use xner_embed::judge::{Precision, induction};
use xner_embed::{Error, Vectors};

#[derive(Deserialize)]
struct Case {
    dim: usize,
    csls_k: usize,
    source: Vec<Vec<f32>>,
    target: Vec<Vec<f32>>,
    dictionary: String,
    percent: HashMap<String, Precision>,
}

fn vectors(letter: char, dim: usize, rows: &[Vec<f32>]) -> Vectors {
    Vectors::from_rows((0..rows.len()).map(|row| format!("{letter}{row}")), dim, &rows.concat()).unwrap()
}

#[test]
fn figures_are_those_of_muse() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("golden/induction.json")).unwrap();
    assert!(cases.len() >= 4);
    for case in cases {
        let (source, target) = (vectors('s', case.dim, &case.source), vectors('t', case.dim, &case.target));
        let dictionary = Dictionary::read_from(case.dictionary.as_bytes(), "golden").unwrap();
        let found = induction(&source, &target, &dictionary, case.csls_k).unwrap();
        for (name, precision) in [("nn", found.nn), ("csls", found.csls)] {
            let want = case.percent[name];
            let pairs = [(precision.p1, want.p1), (precision.p5, want.p5), (precision.p10, want.p10)];
            for (found, want) in pairs {
                assert!((found - want / 100.0).abs() < 1e-9, "{name}: {found}, MUSE has {want} %");
            }
        }
        assert_eq!(found.words as f64 / found.dictionary_words as f64, found.coverage);
        assert_eq!(found.pairs + found.unknown_pairs, dictionary.pairs());
        assert!(found.coverage > 0.5 && found.coverage < 1.0 && found.unknown_pairs > 0);
    }
}

#[test]
fn small_vocabularies_do() {
    let source = Vectors::from_rows(["a", "b"], 2, &[1.0, 0.0, 0.0, 5.0]).unwrap();
    let target = Vectors::from_rows(["x", "o", "y"], 2, &[0.1, 1.0, 0.0, 0.0, 2.0, 0.1]).unwrap();
    let dictionary = Dictionary::from_pairs([("b", "q"), ("a", "x"), ("b", "x"), ("c", "y")]).unwrap();
    let found = induction(&source, &target, &dictionary, 10).unwrap();
    assert_eq!((found.nn.p1, found.nn.p5, found.nn.p10), (0.5, 1.0, 1.0));
    assert_eq!((found.csls.p1, found.csls.p5), (0.5, 1.0));
    assert_eq!((found.words, found.dictionary_words, found.pairs, found.unknown_pairs), (2, 3, 2, 2));
    let json = serde_json::to_value(found).unwrap();
    assert_eq!(json["csls"], serde_json::json!({"p@1": 0.5, "p@5": 1.0, "p@10": 1.0}));
    assert_eq!(json["coverage"], 2.0 / 3.0);
}

#[test]
fn nothing_in_common_is_said() {
    let source = Vectors::from_rows(["a"], 2, &[1.0, 0.0]).unwrap();
    let dictionary = Dictionary::read_from("A a\nb a\n".as_bytes(), "some/en-fr.txt").unwrap();
    let error = induction(&source, &source, &dictionary, 10).unwrap_err();
    assert!(matches!(&error, Error::NoOverlap { sources: 0, targets: 1, .. }), "{error}");
    assert!(error.to_string().starts_with("some/en-fr.txt: none of its 2 pairs"), "{error}");
    let other = Vectors::from_rows(["a"], 3, &[1.0, 0.0, 0.0]).unwrap();
    let dictionary = Dictionary::from_pairs([("a", "a")]).unwrap();
    let error = induction(&source, &other, &dictionary, 10).unwrap_err();
    assert!(matches!(error, Error::Incompatible { .. }), "{error}");
}

fn random(words: usize, letter: char, dim: usize, seed: u64) -> Vectors {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let rows: Vec<Vec<f32>> =
        (0..words).map(|_| (0..dim).map(|_| random.random::<f32>() - 0.5).collect()).collect();
    vectors(letter, dim, &rows)
}

/// All CSLS scores as the definition has them, in double precision.
fn scores(source: &Vectors, target: &Vectors, k: usize) -> Vec<Vec<f64>> {
    let cosine = |x: &[f32], y: &[f32]| {
        let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(&x, &y)| x as f64 * y as f64).sum::<f64>();
        dot(x, y) / dot(x, x).sqrt() / dot(y, y).sqrt()
    };
    let mean = |mut cosines: Vec<f64>| {
        cosines.sort_by(|a, b| b.total_cmp(a));
        cosines.truncate(k);
        cosines.iter().sum::<f64>() / cosines.len() as f64
    };
    let table: Vec<Vec<f64>> = (0..source.len())
        .map(|s| (0..target.len()).map(|t| cosine(source.row(s), target.row(t))).collect())
        .collect();
    let of_source: Vec<f64> = table.iter().map(|row| mean(row.clone())).collect();
    let of_target: Vec<f64> =
        (0..target.len()).map(|t| mean(table.iter().map(|row| row[t]).collect())).collect();
    let score = |s: usize, t: usize| 2.0 * table[s][t] - of_source[s] - of_target[t];
    (0..source.len()).map(|s| (0..target.len()).map(|t| score(s, t)).collect()).collect()
}

fn best(row: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| row[b].total_cmp(&row[a]));
    order
}

/// What `config` asks for, from all scores.
fn wanted(table: &[Vec<f64>], config: &InduceConfig) -> Vec<(String, String, f64)> {
    let mut pairs = Vec::new();
    for (s, row) in table.iter().enumerate().take(config.source_limit.unwrap_or(usize::MAX)) {
        let order = best(row);
        if config.min_margin.is_some_and(|margin| row[order[0]] - row[order[1]] < margin as f64) {
            continue;
        }
        for &t in order.iter().take(config.k) {
            let column: Vec<f64> = table.iter().map(|row| row[t]).collect();
            let mutual = !config.mutual || best(&column)[0] == s;
            let near = t < config.target_limit.unwrap_or(usize::MAX);
            if mutual && near && config.min_score.is_none_or(|least| row[t] >= least as f64) {
                pairs.push((format!("s{s}"), format!("t{t}"), row[t]));
            }
        }
    }
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn induced_pairs_are_those_of_the_definition(
        (words, others, dim, seed) in (2_usize..40, 2_usize..40, 2_usize..6, any::<u64>()),
        (k, csls_k, mutual) in (1_usize..5, 1_usize..12, any::<bool>()),
        min_score in prop::option::of(-0.3_f32..0.5),
        min_margin in prop::option::of(0.0_f32..0.3),
        (source_limit, target_limit) in (prop::option::of(1_usize..50), prop::option::of(1_usize..50)),
    ) {
        let (source, target) = (random(words, 's', dim, seed), random(others, 't', dim, !seed));
        let config = InduceConfig { k, csls_k, mutual, min_score, min_margin, source_limit, target_limit };
        let table = scores(&source, &target, csls_k);
        let want = wanted(&table, &config);
        let mut found = Vec::new();
        let counts = induce(&source, &target, &config, &mut |s, t, score| {
            found.push((s.to_owned(), t.to_owned(), score));
            Ok(())
        }).unwrap();
        prop_assert_eq!(found.len(), want.len());
        for (found, want) in found.iter().zip(&want) {
            prop_assert_eq!((&found.0, &found.1), (&want.0, &want.1));
            prop_assert!((found.2 as f64 - want.2).abs() < 1e-5);
        }
        let mut sources: Vec<&String> = want.iter().map(|pair| &pair.0).collect();
        sources.dedup();
        let asked = words.min(source_limit.unwrap_or(words));
        prop_assert_eq!(counts, Induced { pairs: want.len(), words: sources.len(), asked });
        let dictionary = induced(&source, &target, &config).unwrap();
        let listed: Vec<_> = dictionary.iter().map(|(s, t)| (s.to_owned(), t.word.to_owned(), t.score.unwrap())).collect();
        prop_assert_eq!(listed, found);
    }
}

#[test]
fn the_sinks_fault_ends_the_work() {
    let vectors = random(30, 'w', 3, 1);
    let mut calls = 0;
    let error = induce(&vectors, &vectors, &InduceConfig::default(), &mut |source, _, _| {
        calls += 1;
        Err(Error::UnknownWords { words: vec![source.to_owned()] })
    });
    assert_eq!((error.unwrap_err().to_string(), calls), ("not among the vectors: `w0`".to_owned(), 1));
}

#[test]
fn configs_are_checked() {
    let fault = |json: &str| {
        let config: InduceConfig = serde_json::from_str(json).unwrap();
        config.check().unwrap_err().to_string()
    };
    assert_eq!(fault(r#"{"k": 0}"#), "`k` is 0, expected at least 1");
    assert_eq!(fault(r#"{"source_limit": 0}"#), "`source_limit` is 0, expected at least 1");
    assert_eq!(fault(r#"{"min_margin": -1.0}"#), "`min_margin` is -1, expected a finite number from 0 on");
    assert!(InduceConfig { min_score: Some(f32::NAN), ..InduceConfig::default() }.check().is_err());
    assert!(serde_json::from_str::<InduceConfig>(r#"{"kk": 1}"#).is_err());
}
