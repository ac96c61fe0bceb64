//! Searches against brute force.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    clippy::decimal_bitwise_operands
)]

use proptest::prelude::*;
use xner_embed::knn::{Csls, Dropout, Match, Neighbours, nearest};
use xner_embed::{Error, Rows};

/// Vectors of small whole numbers: inner products are exact in any order, and many are equal.
fn whole(count: usize, dim: usize, seed: u64, range: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..count * dim).map(|_| (next() % (2 * range + 1)) as f32 - range as f32).collect()
}

/// All inner products, `[x.len, y.len]`.
fn similarities(x: Rows<'_>, y: Rows<'_>) -> Vec<Vec<f32>> {
    x.iter().map(|x| y.iter().map(|y| x.iter().zip(y).map(|(a, b)| a * b).sum()).collect()).collect()
}

fn transposed(values: &[Vec<f32>], cols: usize) -> Vec<Vec<f32>> {
    (0..cols).map(|j| values.iter().map(|row| row[j]).collect()).collect()
}

/// The best `k`: higher first, then lower id.
fn sorted(values: &[f32], k: usize) -> Vec<(u32, f32)> {
    let mut all: Vec<(u32, f32)> = values.iter().enumerate().map(|(j, &x)| (j as u32, x)).collect();
    all.sort_by(|a, b| b.1.partial_cmp(&a.1).unwrap().then(a.0.cmp(&b.0)));
    all.truncate(k);
    all
}

fn mean(values: &[f32], k: usize) -> f32 {
    let best = sorted(values, k);
    (best.iter().map(|entry| f64::from(entry.1)).sum::<f64>() / best.len().max(1) as f64) as f32
}

fn lists(found: &Neighbours) -> Vec<Vec<(u32, f32)>> {
    (0..found.len()).map(|at| found.of(at).collect()).collect()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn searches_equal_brute_force(
        n in 0usize..150, m in 0usize..150, dim in 1usize..40, k in 0usize..20, range in 0u64..5, seed in any::<u64>(),
        threads in 1usize..4,
    ) {
        let (x, y) = (whole(n, dim, seed, range), whole(m, dim, seed ^ 77, range));
        let (x, y) = (Rows::new(&x, dim), Rows::new(&y, dim));
        let all = similarities(x, y);
        let found = on_threads(threads, || nearest(x, y, k)).unwrap();
        prop_assert_eq!((found.len(), found.k()), (n, k.min(m)));
        let expected: Vec<_> = all.iter().map(|row| sorted(row, k)).collect();
        prop_assert_eq!(lists(&found), expected);

        let csls = on_threads(threads, || Csls::new(x, y, k)).unwrap();
        let back = transposed(&all, m);
        let forward_means: Vec<_> = all.iter().map(|row| mean(row, k)).collect();
        let backward_means: Vec<_> = back.iter().map(|row| mean(row, k)).collect();
        prop_assert_eq!(csls.source_means(), &forward_means[..]);
        prop_assert_eq!(csls.target_means(), &backward_means[..]);
        let largest: Vec<f32> = all.iter().map(|row| sorted(row, 1).first().map_or(0.0, |best| best.1)).collect();
        prop_assert_eq!(csls.source_largest(), &largest[..]);
        let largest: Vec<f32> = back.iter().map(|row| sorted(row, 1).first().map_or(0.0, |best| best.1)).collect();
        prop_assert_eq!(csls.target_largest(), &largest[..]);

        let half = |row: &[f32], means: &[f32]| -> Vec<f32> {
            row.iter().zip(means).map(|(x, r)| x - r / 2.0).collect()
        };
        let expected: Vec<Vec<_>> = all
            .iter()
            .zip(&forward_means)
            .map(|(row, mean)| {
                let best = sorted(&half(row, &backward_means), k);
                best.into_iter().map(|(j, score)| (j, 2.0 * score - mean)).collect()
            })
            .collect();
        let found = on_threads(threads, || csls.nearest(0..n, k));
        prop_assert_eq!(lists(&found), expected.clone());
        let some: Vec<u32> = (0..n as u32).rev().step_by(3).collect();
        let picked: Vec<_> = some.iter().map(|&i| expected[i as usize].clone()).collect();
        prop_assert_eq!(lists(&csls.nearest_of(&some, k)), picked);
        for (i, list) in expected.iter().enumerate() {
            for &(j, score) in list {
                prop_assert_eq!(csls.score(i as u32, j), score);
            }
        }

        let best = on_threads(threads, || csls.best_both(None));
        let forward: Vec<_> = all.iter().filter_map(|row| sorted(&half(row, &backward_means), 1).pop()).collect();
        let backward: Vec<_> = back.iter().filter_map(|row| sorted(&half(row, &forward_means), 1).pop()).collect();
        prop_assert_eq!(&best.forward, &forward);
        prop_assert_eq!(&best.backward, &backward);
        let mutual: Vec<Match> = forward
            .iter()
            .enumerate()
            .filter(|&(i, best)| backward[best.0 as usize].0 as usize == i)
            .map(|(i, &(target, score))| Match { source: i as u32, target, score: 2.0 * score - forward_means[i] })
            .collect();
        prop_assert_eq!(csls.mutual(), mutual);
    }

    #[test]
    fn dropped_similarities_do_not_depend_on_threads(
        n in 1usize..200, m in 1usize..200, range in 0u64..3, keep in 0.0f64..1.1, seed in any::<u64>(),
    ) {
        let (x, y) = (whole(n, 5, seed, range), whole(m, 5, seed ^ 77, range));
        let csls = Csls::new(Rows::new(&x, 5), Rows::new(&y, 5), 3).unwrap();
        let best = |threads| on_threads(threads, || csls.best_both(Some(Dropout { keep, seed })));
        prop_assert_eq!(best(1), best(3));
    }
}

#[test]
fn many_rows_equal_brute_force() {
    let (n, m, dim, k) = (1500, 2700, 9, 7);
    let (x, y) = (whole(n, dim, 1, 30), whole(m, dim, 2, 30));
    let (x, y) = (Rows::new(&x, dim), Rows::new(&y, dim));
    let all = similarities(x, y);
    let expected: Vec<_> = all.iter().map(|row| sorted(row, k)).collect();
    for threads in [1, 2, 5] {
        assert_eq!(lists(&on_threads(threads, || nearest(x, y, k)).unwrap()), expected);
        assert_eq!(lists(&on_threads(threads, || nearest(x.head(3), y, k)).unwrap()), expected[..3]);
        let csls = on_threads(threads, || Csls::new(x, y, k)).unwrap();
        assert!(csls.source_means().iter().zip(&all).all(|(&found, row)| found == mean(row, k)));
        assert!(
            csls.target_means().iter().zip(&transposed(&all, m)).all(|(&found, row)| found == mean(row, k))
        );
    }
}

#[test]
fn what_is_dropped_counts_as_zero() {
    // One source and one target row that fit, and many that fit worse.
    let (n, dim) = (300, 8);
    let x = whole(n, dim, 3, 4);
    let rows = Rows::new(&x, dim);
    let csls = Csls::new(rows, rows, 5).unwrap();
    let all = csls.best_both(None);
    assert_eq!(csls.best_both(Some(Dropout { keep: 1.0, seed: 9 })), all);
    let none = csls.best_both(Some(Dropout { keep: 0.0, seed: 9 }));
    assert!(none.forward.iter().chain(&none.backward).all(|&best| best == (0, 0.0)));
    let draw = |keep, seed| csls.best_both(Some(Dropout { keep, seed }));
    // A row keeps its best partner about as often as a similarity is kept.
    let mut kept = 0;
    for seed in 0..20 {
        let drawn = draw(0.3, seed);
        kept += drawn.forward.iter().zip(&all.forward).filter(|(drawn, best)| drawn == best).count();
        assert!(drawn.forward.iter().zip(&all.forward).all(|(drawn, best)| drawn.1 <= best.1));
        assert_ne!(drawn, draw(0.3, seed + 1));
    }
    let share = kept as f64 / (20 * n) as f64;
    assert!((share - 0.3).abs() < 0.03, "{share}");
    // Forward and backward draw apart.
    let drawn = draw(0.5, 1);
    assert_ne!(drawn.forward, drawn.backward);
}

#[test]
fn a_zero_beats_negative_scores() {
    let (x, y) = ([1.0, 0.0], [-1.0, 0.0, -1.0, 0.0, -1.0, 0.0]);
    let csls = Csls::new(Rows::new(&x, 2), Rows::new(&y, 2), 0).unwrap();
    assert_eq!(csls.best_both(None).forward, [(0, -1.0)]);
    for seed in 0..20 {
        let best = csls.best_both(Some(Dropout { keep: 0.5, seed })).forward[0];
        assert!(best.1 == 0.0 || best == (0, -1.0), "{best:?}");
    }
}

#[test]
fn blocks_are_the_whole() {
    let x = whole(16_384 + 70, 1, 1, 50);
    let y = whole(40, 1, 2, 50);
    let csls = Csls::new(Rows::new(&x, 1), Rows::new(&y, 1), 5).unwrap();
    let (mut starts, mut all) = (Vec::new(), Vec::new());
    let done: Result<(), ()> = csls.for_each_block(3..x.len(), 4, |start, found| {
        starts.push(start);
        all.extend(lists(&found));
        Ok(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(starts, [3, 16_387]);
    assert_eq!(all, lists(&csls.nearest(3..x.len(), 4)));
    let ended = csls.for_each_block(0..10, 4, |start, _| Err(start));
    assert_eq!(ended, Err(0));
}

#[test]
fn the_other_way_round() {
    let (x, y) = (whole(30, 4, 1, 9), whole(50, 4, 2, 9));
    let (x, y) = (Rows::new(&x, 4), Rows::new(&y, 4));
    let (there, back) = (Csls::new(x, y, 6).unwrap(), Csls::new(y, x, 6).unwrap());
    assert_eq!(lists(&there.reversed().nearest(0..50, 3)), lists(&back.nearest(0..50, 3)));
    assert_eq!(there.best_both(None).forward, back.best_both(None).backward);
}

#[test]
fn bad_input_is_refused() {
    let (x, nan, long) = ([1.0, 2.0, 3.0], [1.0, f32::NAN, 3.0], [1e30, 0.0, 0.0]);
    let rows = |data| Rows::new(data, 3);
    assert!(matches!(
        nearest(rows(&x), Rows::new(&x[..2], 2), 1),
        Err(Error::Incompatible { left: 3, right: 2, .. })
    ));
    assert!(matches!(nearest(rows(&x), rows(&nan), 1), Err(Error::NotFinite { row: 0, .. })));
    assert!(matches!(Csls::new(rows(&nan), rows(&x), 1), Err(Error::NotFinite { row: 0, .. })));
    assert!(matches!(Csls::new(rows(&long), rows(&long), 1), Err(Error::TooLong { .. })));
    assert!(nearest(rows(&long), rows(&x), 1).is_ok());
}
