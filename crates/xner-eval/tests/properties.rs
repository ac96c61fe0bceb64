//! What holds of every input, against plain reckoning.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use xner_corpus::{Entity, EntityType, Scheme, Tag, entities};
use xner_eval::{Calibrator, Confusion, Counts, Mode, Score, Scorer, Summary};

const TYPES: [&str; 3] = ["PER", "LOC", "ORG"];

fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        Just(Tag::Outside),
        (prop::sample::select(Scheme::Iobes.prefixes()), prop::sample::select(&TYPES))
            .prop_map(|(prefix, kind)| Tag::Part(prefix, kind.into())),
    ]
}

/// Gold and predicted tags of a few sentences.
fn corpus() -> impl Strategy<Value = Vec<Vec<(Tag, Tag)>>> {
    let predicted = (tag(), tag(), any::<bool>())
        .prop_map(|(gold, other, right)| if right { (gold.clone(), gold) } else { (gold, other) });
    vec(vec(predicted, 0..12), 1..6)
}

fn split(sentence: &[(Tag, Tag)]) -> (Vec<Tag>, Vec<Tag>) {
    sentence.iter().cloned().unzip()
}

fn overlap(a: &Entity, b: &Entity) -> bool {
    a.tokens.start < b.tokens.end && b.tokens.start < a.tokens.end
}

proptest! {
    /// `Mode::Seqeval` on parsed tags is set intersection over `entities()`, and each sentence's counts are
    /// its own.
    #[test]
    fn seqeval_counts_the_entities_of_the_corpus_crate(corpus in corpus()) {
        let mut scorer = Scorer::new(Mode::Seqeval);
        let mut total = Counts::default();
        for sentence in &corpus {
            let (gold, predicted) = split(sentence);
            let counts = scorer.add(&gold, &predicted).unwrap();
            let (gold, predicted) = (entities(&gold), entities(&predicted));
            let correct = predicted.iter().filter(|entity| gold.contains(entity)).count() as u64;
            prop_assert_eq!(counts, Counts { correct, found: predicted.len() as u64, gold: gold.len() as u64 });
            total += counts;
        }
        let scores = scorer.finish();
        prop_assert_eq!(scores.overall.counts(), total);
        prop_assert_eq!(scores.types.values().map(Score::counts).sum::<Counts>(), total);
    }

    /// On well-formed IOB2 all modes agree; entities score as their tags do.
    #[test]
    fn modes_agree_on_well_formed_tags(corpus in corpus()) {
        let mut readings = [Mode::Conll, Mode::Seqeval, Mode::Strict(Scheme::Iob2)].map(Scorer::new);
        let mut by_entities = Scorer::new(Mode::Conll);
        let mut iobes = Scorer::new(Mode::Strict(Scheme::Iobes));
        for sentence in &corpus {
            let (gold, predicted) = split(sentence);
            let (gold, predicted) = (entities(&gold), entities(&predicted));
            let tokens = sentence.len();
            let tags = [&gold, &predicted].map(|found| Scheme::Iob2.tags(found, tokens));
            for reading in &mut readings {
                reading.add(&tags[0], &tags[1]).unwrap();
            }
            by_entities.add_entities(&gold, &predicted, tokens).unwrap();
            iobes.add_entities(&gold, &predicted, tokens).unwrap();
        }
        let [conll, seqeval, strict] = readings.map(Scorer::finish);
        prop_assert_eq!(&conll, &seqeval);
        prop_assert_eq!(&conll, &strict);
        prop_assert_eq!(&conll, &by_entities.finish());
        prop_assert_eq!(&conll.types, &iobes.finish().types);
    }

    /// The confusion counts every entity once, in the cell where pairwise comparison puts it.
    #[test]
    fn confusion_is_pairwise_comparison(corpus in corpus()) {
        let mut confusion = Confusion::default();
        let mut cells = [[0; 3]; 3];
        let mut boundaries = [[0; 4]; 3];
        let number = |entity: &Entity| TYPES.iter().position(|name| *name == entity.kind.as_str()).unwrap();
        for sentence in &corpus {
            let (gold, predicted) = split(sentence);
            let (gold, predicted) = (entities(&gold), entities(&predicted));
            confusion.add(&gold, &predicted).unwrap();
            for (side, (these, those)) in [(&gold, &predicted), (&predicted, &gold)].into_iter().enumerate() {
                for this in these {
                    if let Some(that) = those.iter().find(|that| that.tokens == this.tokens) {
                        cells[number(this)][number(that)] += u64::from(side == 0);
                    } else {
                        let apart = !those.iter().any(|that| overlap(this, that));
                        boundaries[number(this)][2 * side + usize::from(apart)] += 1;
                    }
                }
            }
        }
        for (gold, row) in TYPES.iter().zip(cells) {
            for (predicted, count) in TYPES.iter().zip(row) {
                prop_assert_eq!(confusion.count(gold, predicted), count);
            }
        }
        for (name, expected) in TYPES.iter().zip(boundaries) {
            let errors = confusion.boundaries().get(*name).copied().unwrap_or_default();
            let ours =
                [errors.gold_overlapping, errors.missed, errors.predicted_overlapping, errors.spurious];
            prop_assert_eq!(ours, expected);
        }
        let names: BTreeSet<&str> = confusion.names().into_iter().map(EntityType::as_str).collect();
        prop_assert_eq!(names.len(), confusion.names().len());
    }

    /// Every probability lies within the bounds of its bin, and the error is the definition's.
    #[test]
    fn calibration_is_its_definition(
        pairs in vec((prop_oneof![0.0..=1.0, (0..=60_u32).prop_map(|n| f64::from(n) / 60.0)], any::<bool>()), 0..80),
        bins in 1..31_usize,
    ) {
        let mut calibrator = Calibrator::new(bins).unwrap();
        for &(probability, correct) in &pairs {
            calibrator.add(probability, correct).unwrap();
        }
        let calibration = calibrator.finish();
        let mut error = 0.0;
        for (at, bin) in calibration.table.iter().enumerate() {
            let inside = |p: f64| (p > bin.lower || (at == 0 && p == 0.0)) && p <= bin.upper;
            let members: Vec<_> = pairs.iter().filter(|pair| inside(pair.0)).collect();
            prop_assert_eq!(bin.count, members.len() as u64);
            let confidence: f64 = members.iter().map(|pair| pair.0).sum();
            let right = members.iter().filter(|pair| pair.1).count() as f64;
            error += (confidence - right).abs() / pairs.len().max(1) as f64;
        }
        prop_assert!((calibration.error - error).abs() < 1e-12);
        prop_assert!(calibration.maximum_error >= calibration.error - 1e-12);
        prop_assert_eq!(calibration.table.iter().map(|bin| bin.count).sum::<u64>(), pairs.len() as u64);
    }

    /// The variance is the mean of the pairwise squared differences, halved: no mean needed.
    #[test]
    fn summaries_are_their_definitions(values in vec(0.0..1.0_f64, 2..20)) {
        let summary = Summary::of(&values).unwrap();
        let n = values.len() as f64;
        let squares: f64 = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).powi(2))).sum();
        let deviation = (squares / (2.0 * n * (n - 1.0))).sqrt();
        prop_assert!((summary.deviation.unwrap() - deviation).abs() < 1e-9);
        prop_assert!((summary.mean * n - values.iter().sum::<f64>()).abs() < 1e-9);
        prop_assert!(values.contains(&summary.maximum) && values.iter().all(|&v| v <= summary.maximum));
        prop_assert!(values.contains(&summary.minimum) && values.iter().all(|&v| v >= summary.minimum));
    }
}
