//! Significance against enumeration, known distributions and any number of threads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_eval::{Counts, approximate_randomisation, paired_bootstrap};

/// Two systems' counts on `n` sentences; A is better where `edge` is greater.
fn systems(n: usize, seed: u64, edge: usize) -> [Vec<Counts>; 2] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |gold: usize, more: usize| {
        let correct = (0..gold).filter(|_| random.random_range(0..100) < 60 + more).count();
        Counts {
            correct: correct as u64,
            found: (correct + random.random_range(0..2)) as u64,
            gold: gold as u64,
        }
    };
    (0..n).map(|at| (draw(at % 4, edge), draw(at % 4, 0))).unzip::<_, _, Vec<_>, Vec<_>>().into()
}

fn f1(counts: impl Iterator<Item = Counts>) -> f64 {
    let total: Counts = counts.sum();
    2.0 * total.correct as f64 / (total.found + total.gold).max(1) as f64
}

#[test]
fn randomisation_is_near_the_exact_distribution() {
    for seed in 0..5 {
        let [a, b] = systems(12, seed, 15);
        let difference = |swaps: u32| {
            let swapped = |at: usize| swaps >> at & 1 == 1;
            let side = |first: &[Counts], second: &[Counts]| {
                f1((0..12).map(|at| if swapped(at) { second[at] } else { first[at] }))
            };
            (side(&a, &b) - side(&b, &a)).abs()
        };
        let extreme = (0..1 << 12).filter(|&swaps| difference(swaps) >= difference(0) - 1e-12).count();
        let exact = extreme as f64 / f64::from(1 << 12);
        let test = approximate_randomisation(&a, &b, 40_000, 3).unwrap();
        // Four standard errors of a proportion from 40,000 draws.
        assert!((test.p_value - exact).abs() < 0.011, "seed {seed}: {} but exactly {exact}", test.p_value);
        assert!((test.difference - (f1(a.into_iter()) - f1(b.into_iter()))).abs() < 1e-12);
    }
}

#[test]
fn bootstrap_is_near_the_exact_distribution() {
    for seed in 0..5 {
        let [a, b] = systems(6, seed, 15);
        let difference =
            |drawn: &[usize]| f1(drawn.iter().map(|&at| a[at])) - f1(drawn.iter().map(|&at| b[at]));
        let observed = difference(&[0, 1, 2, 3, 4, 5]);
        let all = 6_usize.pow(6);
        let extreme = (0..all).filter(|number| {
            let drawn: Vec<usize> = (0..6).map(|place| number / 6_usize.pow(place) % 6).collect();
            (difference(&drawn) - observed).abs() >= observed.abs() - 1e-12
        });
        let exact = extreme.count() as f64 / all as f64;
        let test = paired_bootstrap(&a, &b, 40_000, 3).unwrap();
        assert!((test.p_value - exact).abs() < 0.011, "seed {seed}: {} but exactly {exact}", test.p_value);
    }
}

#[test]
fn equal_systems_do_not_differ_and_unequal_ones_do() {
    for test in [approximate_randomisation, paired_bootstrap] {
        let [a, _] = systems(200, 1, 0);
        assert!((test(&a, &a, 500, 1).unwrap().p_value - 1.0).abs() < 1e-12);
        let [a, b] = systems(400, 1, 35);
        assert!((test(&a, &b, 999, 1).unwrap().p_value - 0.001).abs() < 1e-12);
        // Which system is called A turns the sign and nothing else.
        let [there, back] = [test(&a, &b, 99, 1).unwrap(), test(&b, &a, 99, 1).unwrap()];
        assert!((there.difference + back.difference).abs() < 1e-12);
        assert!((there.p_value - back.p_value).abs() < 1e-12);
    }
    let [a, b] = systems(400, 1, 35);
    let [low, high] = paired_bootstrap(&a, &b, 999, 1).unwrap().interval.unwrap();
    assert!(0.0 < low && low < high);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let [a, b] = systems(300, 2, 3);
    for test in [approximate_randomisation, paired_bootstrap] {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| test(&a, &b, 500, 11).unwrap())
        };
        assert_eq!(with(1), with(2));
        assert_eq!(with(1), with(7));
        assert_ne!(with(1), test(&a, &b, 500, 12).unwrap(), "another seed, other rounds");
    }
}
