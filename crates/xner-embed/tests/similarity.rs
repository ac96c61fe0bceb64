//! Word similarity against scipy; look-up of words; neighbours and analogies against sorting everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use proptest::prelude::*;
use serde::Deserialize;
use xner_embed::judge::{SimilarityPairs, analogy, nearest_words, neighbours, pearson, similarity, spearman};
use xner_embed::{Error, Vectors};

#[derive(Deserialize)]
struct Case {
    dim: usize,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
    lines: String,
    pearson: f64,
    spearman: f64,
    known: usize,
    pairs: usize,
}

fn vectors(dim: usize, rows: &[Vec<f32>]) -> Vectors {
    Vectors::from_rows((0..rows.len()).map(|row| format!("w{row}")), dim, &rows.concat()).unwrap()
}

#[test]
fn correlations_are_those_of_scipy() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("golden/similarity.json")).unwrap();
    assert!(cases.len() >= 3);
    for case in cases {
        let (first, second) = (vectors(case.dim, &case.first), vectors(case.dim, &case.second));
        let pairs = SimilarityPairs::read_from(case.lines.as_bytes(), "golden").unwrap();
        let found = similarity(&first, &second, &pairs).unwrap();
        assert!((found.pearson - case.pearson).abs() < 1e-9, "{found:?}, scipy has {}", case.pearson);
        assert!((found.spearman - case.spearman).abs() < 1e-9, "{found:?}, scipy has {}", case.spearman);
        assert_eq!((found.known, found.pairs), (case.known, case.pairs));
        assert_eq!(found.coverage, case.known as f64 / case.pairs as f64);
    }
}

fn read(text: impl AsRef<[u8]>) -> Result<SimilarityPairs, String> {
    SimilarityPairs::read_from(text.as_ref(), "f").map_err(|error| error.to_string())
}

#[test]
fn layouts_and_faults() {
    let want = read("a b 1\nc d 2.5\n").unwrap();
    assert_eq!(want.iter().collect::<Vec<_>>(), [("a", "b", 1.0), ("c", "d", 2.5)]);
    for text in ["\u{feff}a\tb\t1\r\n\r\nc d 2.5", "word1\tword2\tscore\na\tb\t1\nc  d  2.5\n"] {
        assert_eq!(read(text).unwrap(), want, "{text:?}");
    }
    for (text, fault) in [
        ("a b 1\nc d\n", "f:2: expected two words and a score, found 2 columns"),
        ("a b c d 1\n", "f:1: expected two words and a score, found 5 columns"),
        ("a\t\t1\n", "f:1: a word is empty"),
        ("a b 1\nc d x\n", "f:2: the score `x` is no finite number"),
        ("a b nan\n", "f:1: the score `nan` is no finite number"),
        ("one two score\n", "f: no word pairs"),
        ("", "f: no word pairs"),
    ] {
        assert_eq!(read(text).unwrap_err(), fault, "{text:?}");
    }
    assert!(SimilarityPairs::read("/no/such").is_err());
}

#[test]
fn words_are_found_in_other_case() {
    let vectors = Vectors::from_rows(["London", "rain", "Él"], 2, &[1.0, 0.0, 0.8, 0.6, 0.0, 1.0]).unwrap();
    let pairs = read("london RAIN 3\nLondon él 1\nrain Él 2\nlondon LONDONS 4\n").unwrap();
    let found = similarity(&vectors, &vectors, &pairs).unwrap();
    assert_eq!((found.known, found.pairs, found.spearman), (3, 4, 1.0));
}

#[test]
fn no_correlation_is_said() {
    let vectors = Vectors::from_rows(["a", "b", "o"], 2, &[1.0, 0.0, 0.8, 0.6, 0.0, 0.0]).unwrap();
    let fault = |text: &str| similarity(&vectors, &vectors, &read(text).unwrap()).unwrap_err().to_string();
    assert_eq!(fault("a b 1\na x 2\n"), "f: 1 of its 2 pairs have vectors, a correlation needs two");
    assert!(fault("a b 1\nb o 1\n").contains("all scores or all cosines are the same"));
    assert!(fault("a o 1\nb o 2\n").contains("all scores or all cosines are the same"));
    let other = Vectors::from_rows(["a"], 1, &[1.0]).unwrap();
    let error = similarity(&vectors, &other, &read("a a 1\n").unwrap()).unwrap_err();
    assert!(matches!(error, Error::Incompatible { .. }), "{error}");
}

#[test]
fn unknown_words_are_named() {
    let vectors = Vectors::from_rows(["a", "b"], 1, &[1.0, 2.0]).unwrap();
    assert_eq!(
        analogy(&vectors, "x", "a", "y", 1).unwrap_err().to_string(),
        "not among the vectors: `x`, `y`"
    );
    assert!(matches!(neighbours(&vectors, "A", 3), Err(Error::UnknownWords { .. })));
    assert_eq!(
        nearest_words(&vectors, &[1.0, 2.0], 3).unwrap_err().to_string(),
        "the dimension of the query is 2, that of the vectors 1; they must agree"
    );
    assert!(matches!(nearest_words(&vectors, &[f32::NAN], 3), Err(Error::NotFinite { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neighbours_are_the_first_of_all(
        numbers in prop::collection::vec(-3_i8..4, 3 * 3..3 * 20),
        (a, b, c) in (0_usize..3, 0_usize..3, 0_usize..3),
        k in 0_usize..25,
    ) {
        let words = numbers.len() / 3;
        let data: Vec<f32> = numbers[..words * 3].iter().map(|&n| f32::from(n)).collect();
        let vectors = Vectors::from_rows((0..words).map(|n| n.to_string()), 3, &data).unwrap();
        let unit = |at: usize| -> Vec<f64> {
            let row = vectors.row(at);
            let length = row.iter().map(|&x| x as f64 * x as f64).sum::<f64>().sqrt();
            row.iter().map(|&x| if length > 0.0 { x as f64 / length } else { 0.0 }).collect()
        };
        let sorted = |query: &[f64], left_out: &[usize]| {
            let length = query.iter().map(|x| x * x).sum::<f64>().sqrt();
            let mut all: Vec<(usize, f64)> = (0..words).filter(|at| !left_out.contains(at)).map(|at| {
                let dot: f64 = unit(at).iter().zip(query).map(|(x, y)| x * y).sum();
                (at, if length > 1e-6 { dot / length } else { 0.0 })
            }).collect();
            all.sort_by(|x, y| y.1.total_cmp(&x.1));
            all.truncate(k);
            all
        };
        let plain = neighbours(&vectors, &a.to_string(), k).unwrap();
        let by_three = analogy(&vectors, &a.to_string(), &b.to_string(), &c.to_string(), k).unwrap();
        let sum: Vec<f64> = (0..3).map(|d| unit(b)[d] - unit(a)[d] + unit(c)[d]).collect();
        // Where nothing is left of the three, the directions are noise.
        let clear = sum.iter().map(|x| x * x).sum::<f64>() > 1e-6;
        let wants = [(plain, sorted(&unit(a), &[a])), (by_three, sorted(&sum, &[a, b, c]))];
        for (found, want) in wants.into_iter().take(if clear { 2 } else { 1 }) {
            prop_assert_eq!(found.len(), want.len());
            for (found, want) in found.iter().zip(&want) {
                prop_assert!((f64::from(found.cosine) - want.1).abs() < 1e-5);
                prop_assert_eq!(found.word, vectors.word(found.rank));
            }
            let ranks: std::collections::BTreeSet<usize> = found.iter().map(|one| one.rank).collect();
            prop_assert_eq!(ranks.len(), found.len());
            let key = |at: usize| (-found[at].cosine, found[at].rank);
            prop_assert!((1..found.len()).all(|at| key(at - 1) < key(at)), "not in order");
        }
    }

    #[test]
    fn correlations_do_not_see_shift_and_scale(
        list in prop::collection::vec((-100_i32..100, -100_i32..100), 2..20), scale in 1_i32..9, shift in -50_i32..50,
    ) {
        let x: Vec<f64> = list.iter().map(|pair| f64::from(pair.0)).collect();
        let y: Vec<f64> = list.iter().map(|pair| f64::from(pair.1)).collect();
        let moved: Vec<f64> = x.iter().map(|x| x * f64::from(scale) + f64::from(shift)).collect();
        let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            (a, b) => a == b,
        };
        prop_assert!(close(pearson(&x, &y), pearson(&moved, &y)));
        prop_assert_eq!(spearman(&x, &y), spearman(&moved, &y));
        prop_assert!(close(spearman(&x, &y), spearman(&y, &x)));
        prop_assert!(pearson(&x, &x).is_none_or(|one| (one - 1.0).abs() < 1e-12));
    }
}
