//! Vocabularies, and how sentences become batches.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use common::{corpus, labelled};
use proptest::prelude::*;
use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_tagger::bilstm::{Alphabet, Batch, Forms, Lexicon, LexiconSources, UNKNOWN, Words, by_length};
use xner_tagger::config::{CharactersConfig, Keep, VectorsConfig};

fn vectors() -> Vectors {
    let words = ["the", "lund", "Oslo", "oslo", "unseen", "Rare"];
    let data: Vec<f32> = (0..12).map(|x| x as f32).collect();
    Vectors::from_rows(words, 2, &data).unwrap()
}

fn lexicon(train: bool, keep: Keep, others: &[&str]) -> Lexicon {
    let sentences = [labelled("the Lund Oslo OSLO the neverseen"), labelled("the Lund")];
    let vectors = vectors();
    let sources = LexiconSources { train: &sentences, vectors: Some(&vectors), others };
    let config = VectorsConfig { train, keep, ..VectorsConfig::default() };
    Lexicon::new(&sources, &config, &CharactersConfig::default(), 1)
}

#[test]
fn a_word_falls_back_to_lower_case_and_then_to_unknown() {
    let lexicon = lexicon(false, Keep::All, &[]);
    let vector = |word: &str| lexicon.row(lexicon.words.number(word)).to_vec();
    assert_eq!(vector("the"), [0.0, 1.0]);
    assert_eq!(vector("THE"), [0.0, 1.0]);
    assert_eq!(vector("Lund"), [2.0, 3.0]);
    assert_eq!(vector("Oslo"), [4.0, 5.0], "exact goes first");
    assert_eq!(vector("OSLO"), [6.0, 7.0]);
    assert_eq!(vector("unseen"), [8.0, 9.0], "words that training never saw have vectors");
    assert_eq!(vector("rare"), [0.0, 0.0], "upper case is no fallback");
    assert_eq!(lexicon.words.number("neverseen"), UNKNOWN);
    assert_eq!(lexicon.words.number(""), UNKNOWN);
}

#[test]
fn the_head_holds_what_training_uses_most_frequent_first() {
    let frozen = lexicon(false, Keep::All, &[]);
    assert_eq!(frozen.words.iter().collect::<Vec<_>>(), ["the", "lund", "Oslo", "oslo", "unseen", "Rare"]);
    assert_eq!(frozen.head, 5);
    let trained = lexicon(true, Keep::All, &[]);
    assert_eq!(trained.head, 6);
    assert_ne!(trained.words.number("neverseen"), UNKNOWN, "it gets a vector of its own");
    assert!(trained.row(trained.words.number("neverseen")).iter().any(|&x| x != 0.0));
}

#[test]
fn only_the_words_of_given_corpora_may_be_kept() {
    let small = lexicon(false, Keep::Corpora, &["RARE", "Unseen"]);
    assert_eq!(small.words.iter().collect::<Vec<_>>(), ["the", "lund", "Oslo", "oslo", "unseen"]);
}

#[test]
fn without_vectors_training_words_get_random_ones_by_the_seed() {
    let sentences = corpus();
    let sources = LexiconSources { train: &sentences, vectors: None, others: &[] };
    let make = |seed| Lexicon::new(&sources, &VectorsConfig::default(), &CharactersConfig::default(), seed);
    let (first, second, other) = (make(1), make(1), make(2));
    assert_eq!((first.dim, first.head), (100, first.words.len()));
    assert_eq!(first.vectors, second.vectors);
    assert_ne!(first.vectors, other.vectors);
    let variance = first.vectors.iter().map(|x| x * x).sum::<f32>() / first.vectors.len() as f32;
    assert!((variance * 100.0 - 1.0).abs() < 0.1, "{variance}");
}

#[test]
fn rare_characters_are_unknown_and_long_words_are_cut_in_the_middle() {
    let alphabet = Alphabet::of_tokens(["abcab", "c"], 2);
    assert_eq!(alphabet.len(), 4);
    let encode = |word: &str, longest| {
        let mut numbers = vec![];
        alphabet.encode(word, longest, &mut numbers);
        numbers
    };
    assert_eq!(encode("abcz", 10), [1, 2, 3, 0]);
    assert_eq!(encode("abbbbbc", 3), [1, 2, 3]);
    assert_eq!(encode("abbbbbc", 1), [1]);
    assert_eq!(encode("", 3), [] as [u32; 0]);
    assert_eq!(Alphabet::of_tokens(["az", "a"], 2).number('z'), 0);
}

proptest! {
    #[test]
    fn words_are_what_a_map_says(words in prop::collection::vec("[a-cA-C]{0,3}|.{0,4}", 0..60)) {
        let mut known = Words::new();
        let mut order: Vec<&str> = vec![];
        for word in &words {
            let number = known.add(word);
            if word.is_empty() || word.contains('\n') {
                prop_assert_eq!(number, UNKNOWN);
                continue;
            }
            if !order.contains(&word.as_str()) {
                order.push(word);
            }
            prop_assert_eq!(number as usize, 1 + order.iter().position(|w| w == word).unwrap());
        }
        prop_assert_eq!(known.iter().collect::<Vec<_>>(), order.clone());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        known.write(&path).unwrap();
        let read = Words::read(&path).unwrap();
        prop_assert_eq!(read.as_text(), known.as_text());
        for word in &words {
            let lower = word.to_lowercase();
            let at = |w: &str| order.iter().position(|o| *o == w).map(|at| at as u32 + 1);
            let expected = at(word).or_else(|| at(&lower)).unwrap_or(UNKNOWN);
            prop_assert_eq!(read.number(word), expected);
        }
    }

    #[test]
    fn a_batch_says_what_its_sentences_say(
        texts in prop::collection::vec(prop::collection::vec("[a-c]{0,3}|Lund|oslo", 0..9), 0..8)
    ) {
        let lexicon = lexicon(false, Keep::All, &[]);
        let sentences: Vec<Sentence> = texts.iter().map(Sentence::from_tokens).collect();
        let forms = Forms::collect(&sentences, &lexicon);
        let all: Vec<usize> = (0..sentences.len()).collect();
        let batch = Batch::new(&forms, &all);
        let characters = batch.characters.as_ref().unwrap();
        let vectors = batch.vectors(&lexicon);
        let mut used = vec![false; batch.rows.len()];
        for (at, text) in texts.iter().enumerate() {
            for (step, row) in batch.packing.rows_of(at).enumerate() {
                let word = batch.ids[row] as usize;
                used[word] = true;
                let number = lexicon.words.number(&text[step]);
                prop_assert_eq!(batch.rows[word], number);
                prop_assert_eq!(&vectors[word * lexicon.dim..][..lexicon.dim], lexicon.row(number));
                let mut expected = vec![];
                lexicon.characters.as_ref().unwrap().0.encode(&text[step], 100, &mut expected);
                let found: Vec<u32> = characters.packing.rows_of(word).map(|row| characters.ids[row]).collect();
                prop_assert_eq!(found, expected);
            }
        }
        prop_assert!(used.iter().all(|&used| used), "each distinct word is somewhere");
        let distinct: std::collections::HashSet<&String> = texts.iter().flatten().collect();
        prop_assert_eq!(distinct.len(), batch.rows.len(), "and there once");
    }

    #[test]
    fn batches_by_length_hold_each_sentence_once(
        lengths in prop::collection::vec(0usize..300, 0..100), budget in 1usize..2000
    ) {
        let batches = by_length(&lengths, budget);
        let mut seen: Vec<usize> = batches.concat();
        seen.sort_unstable();
        let expected: Vec<usize> = (0..lengths.len()).filter(|&at| lengths[at] > 0).collect();
        prop_assert_eq!(seen, expected);
        for batch in batches {
            let longest = batch.iter().map(|&at| lengths[at]).max().unwrap();
            prop_assert!(batch.len() == 1 || batch.len() * longest <= budget);
        }
    }
}
