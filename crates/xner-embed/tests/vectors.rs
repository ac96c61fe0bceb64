//! Words and their vectors in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use xner_embed::{Vectors, Vocabulary};

fn two() -> Vectors {
    Vectors::from_rows(["a", "b"], 2, &[1.0, 2.0, 3.0, 4.0]).unwrap()
}

#[test]
fn other_numbers_share_the_words() {
    let vectors = two();
    let other = vectors.with_data(1, vec![5.0, 6.0]).unwrap();
    assert!(Arc::ptr_eq(vectors.vocabulary(), other.vocabulary()));
    assert_eq!((other.get("b"), other.dim(), other.len()), (Some([6.0].as_slice()), 1, 2));
    assert_ne!(vectors, other);
    assert_eq!(vectors.with_data(2, vectors.data().to_vec()).unwrap(), vectors);
}

#[test]
fn numbers_are_handed_over_without_a_copy() {
    let vectors = two();
    let place = vectors.data().as_ptr();
    let shared = vectors.clone();
    assert_eq!(shared.data().as_ptr(), place);
    let copied = shared.into_data();
    assert_ne!(copied.as_ptr(), place);
    let data = vectors.into_data();
    assert_eq!((data.as_ptr(), data.as_slice()), (place, [1.0, 2.0, 3.0, 4.0].as_slice()));
}

#[test]
fn numbers_must_fit_the_words() {
    let fault = |dim, data| two().with_data(dim, data).unwrap_err().to_string();
    assert!(fault(0, vec![]).contains("vectors of no numbers"));
    assert_eq!(fault(2, vec![1.0; 3]), "vector of `b` (row 1): 1 numbers, expected 2");
    assert_eq!(fault(2, vec![]), "vector of `a` (row 0): 0 numbers, expected 2");
    assert!(fault(2, vec![1.0; 5]).contains("more rows than words"));
    assert!(fault(2, vec![1.0; 6]).contains("more rows than words"));
    assert!(fault(usize::MAX, vec![1.0; 6]).contains("6 numbers, expected"));
    assert_eq!(fault(2, vec![1.0, 1.0, 1.0, f32::NEG_INFINITY]), "vector of `b` (row 1): -inf is not finite");
    let none: [&str; 0] = [];
    assert!(Vectors::from_rows(none, 0, &[]).unwrap_err().to_string().contains("at least 1"));
    let empty = Vectors::from_rows(none, 3, &[]).unwrap();
    assert_eq!((empty.len(), empty.rows().len(), empty.zeros(), empty.rank("a")), (0, 0, 0, None));
    empty.verify().unwrap();
}

#[test]
fn the_first_words() {
    let vectors = two();
    let one = vectors.head(1);
    assert_eq!((one.len(), one.get("a"), one.get("b")), (1, Some([1.0, 2.0].as_slice()), None));
    assert_eq!((vectors.head(2), vectors.head(usize::MAX)), (vectors.clone(), vectors.clone()));
    assert_eq!(vectors.head(0).len(), 0);
}

#[test]
fn words_alone() {
    let words = Vocabulary::new(["x", "y", "x"]).unwrap();
    assert_eq!((words.len(), words.duplicates(), words.rank("y")), (2, 1, Some(1)));
    assert_eq!((words.words().len(), words.words().collect::<Vec<_>>()), (2, vec!["x", "y"]));
    for word in ["", "a b", "a\tb", "a\nb", "a\r"] {
        let error = Vocabulary::new(["x", word]).unwrap_err().to_string();
        assert!(error.contains("(row 1): a word may not be empty or hold blanks"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ranks_are_those_of_a_map(words in prop::collection::vec("[a-cé]{1,4}", 0..300), asked in prop::collection::vec("[a-cé]{0,4}", 50)) {
        let vocabulary = Vocabulary::new(&words).unwrap();
        let mut ranks = HashMap::new();
        for word in &words {
            let next = ranks.len();
            ranks.entry(word.clone()).or_insert(next);
        }
        prop_assert_eq!(vocabulary.len(), ranks.len());
        prop_assert_eq!(vocabulary.duplicates(), words.len() - ranks.len());
        for word in words.iter().chain(&asked) {
            prop_assert_eq!(vocabulary.rank(word), ranks.get(word).copied());
        }
        for (word, &rank) in &ranks {
            prop_assert_eq!(vocabulary.word(rank), word);
        }
    }
}
