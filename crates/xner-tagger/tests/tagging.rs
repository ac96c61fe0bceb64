//! What tagging promises: order, independence of the batch, many threads, probabilities.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use std::sync::OnceLock;

use common::{config, corpus};
use proptest::prelude::*;
use xner_corpus::{Scheme, Sentence, entities};
use xner_tagger::{Tagger, Tagging, open};
use xner_train::Device;

/// Schemes, and whether there is self-attention.
const VARIANTS: [(Scheme, bool); 4] =
    [(Scheme::Iobes, false), (Scheme::Iob2, false), (Scheme::Iob1, false), (Scheme::Iobes, true)];

/// A half-trained tagger of each variant: unsure, so that probabilities lie between 0 and 1.
fn tagger(scheme: Scheme, attention: bool) -> &'static dyn Tagger {
    static TAGGERS: [OnceLock<Box<dyn Tagger>>; VARIANTS.len()] = [const { OnceLock::new() }; VARIANTS.len()];
    let at = VARIANTS.iter().position(|&variant| variant == (scheme, attention)).unwrap();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = config();
        settings.model.scheme = scheme;
        settings.model.attention = attention;
        settings.training.epochs = 4;
        common::train(&settings, folder.path());
        open(folder.path(), &Device::Cpu).unwrap()
    };
    TAGGERS[at].get_or_init(make).as_ref()
}

fn sentences() -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = corpus().into_iter().map(|labelled| labelled.sentence).collect();
    sentences.insert(3, Sentence::default());
    sentences.push(Sentence::from_tokens(["Oslo"]));
    sentences.push(Sentence::from_tokens(["", "漢字", "e\u{301}", "a\nb", "\u{0}"]));
    let long: Vec<String> = (0..3000).map(|at| format!("word{}", at % 700)).collect();
    sentences.push(Sentence::from_tokens(&long));
    sentences.push(Sentence::from_tokens(["x".repeat(20_000)]));
    sentences.push(Sentence::default());
    sentences
}

fn assert_close(a: &Tagging, b: &Tagging) {
    assert_eq!(a.tags, b.tags);
    assert_eq!(a.probabilities.len(), b.probabilities.len());
    for (a, b) in a.probabilities.iter().zip(&b.probabilities) {
        assert!((a - b).abs() < 1e-4, "{a} {b}");
    }
    for (a, b) in a.entities.iter().zip(&b.entities) {
        assert!(a.entity == b.entity && (a.probability - b.probability).abs() < 1e-4, "{a:?} {b:?}");
    }
}

#[test]
fn a_tagger_is_shared_between_threads() {
    fn shared<T: Send + Sync + ?Sized>() {}
    shared::<dyn Tagger>();
    shared::<Box<dyn Tagger>>();
}

#[test]
fn shapes_and_order_are_those_of_the_input() {
    for (scheme, attention) in VARIANTS {
        let (tagger, sentences) = (tagger(scheme, attention), sentences());
        let tagged = tagger.tag(&sentences).unwrap();
        assert_eq!(tagged.len(), sentences.len());
        let tags = tagger.tag_set();
        for (sentence, tagging) in sentences.iter().zip(&tagged) {
            assert_eq!(tagging.tags.len(), sentence.len());
            assert_eq!(tagging.probabilities.len(), sentence.len() * tags.len());
            let found: Vec<_> = tagging.entities.iter().map(|scored| scored.entity.clone()).collect();
            assert_eq!(found, entities(&tagging.tags));
            assert_eq!(scheme.tags(&found, sentence.len()), tagging.tags, "{scheme} is kept to");
            for row in tagging.probabilities.chunks(tags.len()) {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{row:?}");
            }
            for scored in &tagging.entities {
                // An entity is at most as probable as any of its tags, in a scheme where they are its alone.
                assert!((0.0..=1.0).contains(&scored.probability));
                for at in scored.entity.tokens.clone().filter(|_| scheme != Scheme::Iob1) {
                    let tag = tags.id(&tagging.tags[at]).unwrap();
                    let marginal = tagging.probabilities[at * tags.len() + tag as usize];
                    assert!(scored.probability <= marginal + 1e-4, "{scored:?} {marginal}");
                }
            }
        }
        assert!(tagger.tag(&[]).unwrap().is_empty());
        let best = tagger.best(&sentences).unwrap();
        assert!(best.iter().zip(&tagged).all(|(best, tagging)| *best == tagging.tags));
    }
}

#[test]
fn neighbours_in_the_batch_change_nothing() {
    for attention in [false, true] {
        let (tagger, sentences) = (tagger(Scheme::Iobes, attention), sentences());
        let together = tagger.tag(&sentences).unwrap();
        for (sentence, tagging) in sentences.iter().zip(&together) {
            let alone = tagger.tag(std::slice::from_ref(sentence)).unwrap();
            assert_close(&alone[0], tagging);
        }
    }
}

#[test]
fn many_threads_get_what_one_gets() {
    let (tagger, sentences) = (tagger(Scheme::Iobes, false), sentences());
    let expected = tagger.tag(&sentences).unwrap();
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..8).map(|_| scope.spawn(|| tagger.tag(&sentences).unwrap())).collect();
        for handle in handles {
            assert_eq!(handle.join().unwrap(), expected);
        }
    });
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| tagger.tag(&sentences).unwrap()), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is asked together, in whatever order, each sentence gets the tags it gets alone.
    #[test]
    fn any_batch_gives_the_same_tags(
        words in prop::collection::vec(prop::collection::vec("[A-Za-z]{1,6}|Lund|Ida|Acme|,", 0..12), 1..20)
    ) {
        let sentences: Vec<Sentence> = words.iter().map(Sentence::from_tokens).collect();
        let tagger = tagger(Scheme::Iobes, false);
        let together = tagger.tag(&sentences).unwrap();
        for (sentence, tagging) in sentences.iter().zip(&together) {
            let alone = tagger.tag(std::slice::from_ref(sentence)).unwrap();
            assert_close(&alone[0], tagging);
        }
    }
}
