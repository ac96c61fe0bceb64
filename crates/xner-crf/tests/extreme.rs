//! Scores of up to 1e4, sentences of up to 10,000 tokens, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use common::Case;
use xner_crf::{Constraints, Crf, Emissions, Error, Layout, Parameters};

/// IOB2 over two types: O, B-x, I-x, B-y, I-y.
fn iob2() -> Constraints {
    Constraints::new(
        5,
        |i| i != 2 && i != 4,
        |_| true,
        |i, j| match j {
            2 | 4 => i == j || i + 1 == j,
            _ => true,
        },
    )
}

#[test]
fn long_sentences_of_any_scores() {
    for constrained in [false, true] {
        for (seed, scale) in [0.1, 3.0, 40.0, 99.0, 150.0, 1e3, 1e4].into_iter().enumerate() {
            let mut case = Case::new(5, 10_000, scale, false, None, seed as u64);
            case.constraints = constrained.then(iob2);
            let (crf, emissions) = (case.crf(), case.emissions());
            let best = crf.viterbi(&emissions).unwrap();
            assert_eq!(best.score, crf.score(&emissions, &best.tags).unwrap());
            assert!(case.constraints.as_ref().is_none_or(|c| c.allows(&best.tags)));
            let posterior = crf.posterior(&emissions).unwrap();
            let log_partition = posterior.log_partition();
            // All paths together are better than the best, but not by more than their number.
            let slack = 1e-9 * log_partition.abs();
            assert!(log_partition.is_finite() && log_partition >= best.score - slack);
            assert!(log_partition <= best.score + 10_000.0 * 5f64.ln() + slack);
            for row in posterior.marginals().chunks(5) {
                assert!(row.iter().all(|p| (0.0..=1.0 + 1e-6).contains(p)), "{row:?}");
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{row:?}");
            }
            assert!(posterior.path_probability(0, &best.tags[..500]).unwrap().is_finite());

            let mut by_emissions = vec![0.0; case.values.len()];
            let layout = Layout::consecutive(&[10_000]);
            let gradient = crf.gradient(&case.values, &layout, &best.tags, None, &mut by_emissions).unwrap();
            assert!((gradient.loss - (log_partition - best.score)).abs() <= slack + 1e-9);
            assert!(by_emissions.iter().all(|x| x.abs() <= 1.0 + 1e-6));
            assert!(gradient.transitions.iter().all(|x| x.is_finite() && x.abs() < 1e4));
            // One transition fewer than tokens, expected and gold alike.
            assert!(gradient.transitions.iter().map(|&x| f64::from(x)).sum::<f64>().abs() < 1e-2);
            let two = crf.k_best(&emissions, 2).unwrap();
            assert!(two[0] == best && two[1].score <= best.score && two[1].tags != best.tags);
        }
    }
}

/// A path that is hopeless at first and best in the end: what a pass in plain probabilities loses.
#[test]
fn what_underflows_may_still_win() {
    let banned = -1e4;
    let parameters = Parameters::new([0.0, banned, banned, 0.0], [0.0; 2], [0.0; 2]).unwrap();
    let crf = Crf::new(&parameters);
    for (early, late) in [(-300.0, 301.0), (-4_000.0, 4_001.0), (-150.0, 151.0), (-60.0, 61.0)] {
        let values = [0.0, early, 0.0, early, 0.0, late, 0.0, late];
        let emissions = Emissions::new(&values, 2).unwrap();
        assert_eq!(crf.viterbi(&emissions).unwrap().tags, [1; 4]);
        let posterior = crf.posterior(&emissions).unwrap();
        let expected = 1.0 / (1.0 + (-2.0f64).exp());
        assert!((posterior.path_probability(0, &[1; 4]).unwrap() - expected).abs() < 1e-9);
        assert!((posterior.log_partition() - (2.0 + (-2.0f64).exp().ln_1p())).abs() < 1e-9);
    }
}

/// The same, kept apart by constraints, drifting a little further at every step.
#[test]
fn a_slow_drift_is_noticed() {
    let apart = Constraints::new(2, |_| true, |_| true, |i, j| i == j);
    let crf = Crf::constrained(&Parameters::zeros(2).unwrap(), &apart).unwrap();
    let half = 400;
    let rows = |sign: f32| std::iter::repeat_n([0.0, sign * 5.0], half);
    let values: Vec<f32> = rows(-1.0).chain(rows(1.0)).flatten().collect();
    let posterior = crf.posterior(&Emissions::new(&values, 2).unwrap()).map(|p| p.marginals()).unwrap();
    assert!(posterior.iter().all(|p| (p - 0.5).abs() < 1e-6));
}

/// A tag that no path reaches, with scores that would overflow what lies ahead of it.
#[test]
fn unreachable_tags_have_no_say() {
    let constraints = Constraints::new(2, |i| i == 0, |_| true, |i, j| i == j);
    let crf = Crf::constrained(&Parameters::zeros(2).unwrap(), &constraints).unwrap();
    let values: Vec<f32> = std::iter::repeat_n([0.0, 150.0], 1_000).flatten().collect();
    let emissions = Emissions::new(&values, 2).unwrap();
    let posterior = crf.posterior(&emissions).unwrap();
    assert!(posterior.marginals().chunks(2).all(|row| row == [1.0, 0.0]));
    assert_eq!(posterior.path_probability(3, &[1, 1]).unwrap(), 0.0);
    assert_eq!(posterior.path_probability(3, &[0, 1]).unwrap(), 0.0);
    assert!(posterior.log_partition().abs() < 1e-9);
    assert_eq!(crf.viterbi(&emissions).unwrap().tags, [0; 1_000]);
}

#[test]
fn even_the_largest_floats() {
    let case = Case::new(3, 50, 1e30, false, None, 4);
    let (crf, emissions) = (case.crf(), case.emissions());
    let best = crf.viterbi(&emissions).unwrap();
    let posterior = crf.posterior(&emissions).unwrap();
    assert!((posterior.log_partition() / best.score - 1.0).abs() < 1e-9);
    assert!(posterior.marginals().iter().all(|p| p.is_finite()));
}

#[test]
fn nothing_comes_of_nothing() {
    for crf in [
        Crf::new(&Parameters::zeros(3).unwrap()),
        Crf::constrained(
            &Parameters::zeros(3).unwrap(),
            &Constraints::new(3, |_| false, |_| false, |_, _| false),
        )
        .unwrap(),
    ] {
        let empty = Emissions::new(&[], 3).unwrap();
        assert_eq!(crf.log_partition(&empty).unwrap(), 0.0);
        assert_eq!(crf.loss(&empty, &[]).unwrap(), 0.0);
        assert!(crf.viterbi(&empty).unwrap().tags.is_empty());
        assert_eq!(crf.k_best(&empty, 3).unwrap().len(), 1);
        assert!(crf.posterior(&empty).unwrap().marginals().is_empty());
        for layout in [Layout::consecutive(&[]), Layout::consecutive(&[0, 0])] {
            let gradient = crf.gradient(&[], &layout, &[], None, &mut []).unwrap();
            assert_eq!((gradient.loss, gradient.transitions), (0.0, vec![0.0; 9]));
            assert_eq!(crf.viterbi_batch(&[], &layout).unwrap().len(), layout.sentences());
        }
    }
}

#[test]
fn faults_name_their_place() {
    assert_eq!(Parameters::zeros(0).unwrap_err(), Error::Tags { found: 0 });
    assert!(matches!(
        Parameters::new([0.0; 3], [0.0; 2], [0.0; 2]).unwrap_err(),
        Error::Shape { expected: 4, found: 3, .. }
    ));
    assert!(matches!(Parameters::new([0.0; 4], [0.0; 2], [0.0; 3]).unwrap_err(), Error::Shape { .. }));
    let fault = Parameters::new([0.0, 0.0, f32::NEG_INFINITY, 0.0], [0.0; 2], [0.0; 2]).unwrap_err();
    assert_eq!(fault.to_string(), "transitions[2] is -inf: scores must be finite");

    let crf = Crf::new(&Parameters::zeros(2).unwrap());
    assert!(matches!(Emissions::new(&[0.0; 3], 2).unwrap_err(), Error::Shape { expected: 2, found: 3, .. }));
    assert!(matches!(crf.viterbi(&Emissions::new(&[0.0; 3], 3).unwrap()), Err(Error::Shape { .. })));
    let rows = [0, 5];
    assert_eq!(
        Emissions::with_rows(&[0.0; 4], 2, &rows).unwrap_err(),
        Error::RowOutside { sentence: 0, step: 1, row: 5, rows: 2 }
    );
    for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let values = [0.0, 0.0, 0.0, odd];
        let emissions = Emissions::new(&values, 2).unwrap();
        let faults = [
            crf.log_partition(&emissions).unwrap_err(),
            crf.posterior(&emissions).unwrap_err(),
            crf.viterbi(&emissions).unwrap_err(),
            crf.k_best(&emissions, 2).unwrap_err(),
            crf.score(&emissions, &[0, 0]).unwrap_err(),
        ];
        for fault in faults {
            assert!(matches!(fault, Error::Emission { row: 1, tag: 1, .. }), "{fault}");
        }
    }
    let emissions = Emissions::new(&[0.0; 4], 2).unwrap();
    assert!(matches!(crf.score(&emissions, &[0]), Err(Error::Shape { expected: 2, found: 1, .. })));
    let posterior = crf.posterior(&emissions).unwrap();
    assert_eq!(
        posterior.path_probability(1, &[0, 0]).unwrap_err(),
        Error::Span { start: 1, tags: 2, len: 2 }
    );
    assert!(posterior.path_probability(usize::MAX, &[0, 0]).is_err());
    assert_eq!(
        posterior.path_probability(1, &[2]).unwrap_err(),
        Error::UnknownTag { sentence: 0, step: 1, tag: 2, tags: 2 }
    );
    assert!(Crf::constrained(&Parameters::zeros(2).unwrap(), &iob2()).is_err());

    assert_eq!(
        Layout::padded(&[4], 3).unwrap_err(),
        Error::RowOutside { sentence: 0, step: 3, row: 3, rows: 3 }
    );
    assert_eq!(Layout::padded(&[4, 1], 3).unwrap_err(), Error::RowTwice { sentence: 1, step: 0, row: 3 });
    let layout = Layout::consecutive(&[1, 3]);
    let dead_end = Constraints::new(2, |i| i == 0, |i| i == 0, |_, j| j == 1);
    let crf = Crf::constrained(&Parameters::zeros(2).unwrap(), &dead_end).unwrap();
    assert_eq!(
        crf.viterbi_batch(&[0.0; 8], &layout).unwrap_err(),
        Error::Unsatisfiable { sentence: 1, len: 3 }
    );
    assert!(crf.viterbi_batch(&[0.0; 6], &layout).is_err());
}
