//! Bad input: typed, with its place, and leaving nothing half-counted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use xner_corpus::{Entity, Scheme};
use xner_eval::{
    Calibrator, Confusion, Counts, Error, Mode, Runs, Scorer, Summary, approximate_randomisation,
    paired_bootstrap, score,
};

const RIGHT: Counts = Counts { correct: 1, found: 1, gold: 1 };

#[test]
fn a_refused_sentence_counts_nothing() {
    let mut scorer = Scorer::new(Mode::Strict(Scheme::Iob2));
    scorer.add(&["B-PER", "O"], &["B-PER", "O"]).unwrap();
    let alone = scorer.clone().finish();

    let error = scorer.add(&["B-PER", "O"], &["B-PER"]).unwrap_err();
    assert_eq!(error, Error::LengthDiffers { sentence: 2, gold: 2, predicted: 1 });
    assert_eq!(error.to_string(), "sentence 2: 2 gold tags but 1 predicted");

    let error = scorer.add(&["B-PER", "O"], &["B-PER", "S-PER"]).unwrap_err();
    assert_eq!(error.to_string(), "sentence 2, token 2: tag `S-PER` is not of scheme iob2");

    let error = scorer.add(&["B-PER", ""], &["B-PER", "O"]).unwrap_err();
    assert_eq!(error, Error::EmptyTag { sentence: 2, token: 2 });

    assert_eq!(scorer.finish(), alone);
}

#[test]
fn every_mode_refuses_the_empty_tag() {
    for mode in [Mode::Conll, Mode::Seqeval, Mode::Strict(Scheme::Iobes)] {
        let error = Scorer::new(mode).add(&[""], &["O"]).unwrap_err();
        assert_eq!(error, Error::EmptyTag { sentence: 1, token: 1 }, "{mode}");
    }
}

#[test]
fn corpora_of_unequal_length_are_refused() {
    let error = score(Mode::Conll, &[["O"], ["O"]], &[["O"]]).unwrap_err();
    assert_eq!(error, Error::SentencesDiffer { gold: 2, predicted: 1 });
}

#[test]
fn misplaced_entities_are_refused() {
    let entity = |tokens| Entity::new(tokens, "PER");
    let misplaced = [
        vec![entity(1..1)],
        vec![entity(0..2), entity(1..3)],
        vec![entity(2..3), entity(0..1)],
        vec![entity(0..9)],
    ];
    for entities in misplaced {
        let mut scorer = Scorer::new(Mode::Conll);
        let error = scorer.add_entities(&entities, &[], 5).unwrap_err();
        assert!(matches!(error, Error::EntityMisplaced { sentence: 1, .. }), "{error}");
        let error = scorer.add_entities(&[], &entities, 5).unwrap_err();
        assert!(matches!(error, Error::EntityMisplaced { sentence: 1, .. }), "{error}");
        assert_eq!(scorer.finish().sentences, 0);
    }
    let mut confusion = Confusion::default();
    let error = confusion.add(&[entity(0..2)], &[entity(0..2), entity(1..3)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sentence 1, entity 2: tokens 1..3 are empty, out of order or out of range"
    );
    assert_eq!(confusion, Confusion::default());
}

#[test]
fn probabilities_are_checked_before_any_is_added() {
    assert_eq!(Calibrator::new(0).unwrap_err(), Error::NoBins);
    let mut calibrator = Calibrator::new(4).unwrap();
    calibrator.add(0.5, true).unwrap();
    for value in [-0.1, 1.1, f64::INFINITY] {
        assert_eq!(calibrator.add(value, true).unwrap_err(), Error::Probability { at: 2, value });
    }
    assert!(matches!(calibrator.add(f64::NAN, true), Err(Error::Probability { at: 2, .. })));
    let predicted = [Entity::new(0..1, "PER"), Entity::new(1..2, "PER")];
    let error = calibrator.add_entities(&[], &predicted, &[0.5, 2.0]).unwrap_err();
    assert_eq!(error, Error::Probability { at: 3, value: 2.0 });
    let error = calibrator.add_entities(&[], &predicted, &[0.5]).unwrap_err();
    assert_eq!(error, Error::ProbabilitiesDiffer { entities: 2, probabilities: 1 });
    assert_eq!(calibrator.finish().count, 1);
}

#[test]
fn summaries_need_finite_values() {
    assert_eq!(Summary::of(&[]).unwrap_err(), Error::NoRuns);
    assert_eq!(Runs::of(&[]).unwrap_err(), Error::NoRuns);
    assert!(matches!(Summary::of(&[1.0, f64::NAN]), Err(Error::NotFinite { run: 2, .. })));
}

#[test]
fn systems_must_be_comparable() {
    for test in [approximate_randomisation, paired_bootstrap] {
        assert_eq!(test(&[RIGHT], &[], 9, 1).unwrap_err(), Error::SystemsDiffer { a: 1, b: 0 });
        assert_eq!(test(&[], &[], 9, 1).unwrap_err(), Error::NoSentences);
        assert_eq!(test(&[RIGHT], &[RIGHT], 0, 1).unwrap_err(), Error::NoRounds);
        let more = Counts { gold: 2, ..RIGHT };
        assert_eq!(
            test(&[RIGHT, RIGHT], &[RIGHT, more], 9, 1).unwrap_err(),
            Error::GoldDiffers { sentence: 2, a: 1, b: 2 }
        );
        let impossible = Counts { correct: 2, ..RIGHT };
        assert_eq!(
            test(&[RIGHT], &[impossible], 9, 1).unwrap_err(),
            Error::CountsImpossible { sentence: 1, correct: 2, found: 1, gold: 1 }
        );
    }
}
