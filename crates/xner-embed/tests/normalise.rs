//! Normalisation and principal directions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::linalg::{Matrix, scatter};
use xner_embed::normalise::{Fitted, Step, mean};
use xner_embed::pca::pca;
use xner_embed::{Error, Rows, Vectors};

fn random(len: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..len).map(|_| rng.random_range(-1.0..1.5)).collect()
}

fn length(row: &[f32]) -> f64 {
    row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn steps_do_what_they_say(
        n in 0usize..3000, dim in 1usize..7, steps in prop::collection::vec(0u8..2, 0..4), seed in any::<u64>(),
    ) {
        let steps: Vec<Step> = steps.iter().map(|&s| if s == 0 { Step::Unit } else { Step::Centre }).collect();
        let before = random(n * dim, seed);
        let mut after = before.clone();
        let fitted = Fitted::fit(&mut after, dim, &steps).unwrap();
        prop_assert_eq!(fitted.steps().collect::<Vec<_>>(), steps.clone());
        match steps.last() {
            None => prop_assert_eq!(&after, &before),
            Some(Step::Unit) => {
                let mut rows = Rows::new(&after, dim).iter();
                prop_assert!(rows.all(|row| (length(row) - 1.0).abs() < 1e-6 || length(row) == 0.0));
            }
            Some(Step::Centre) => prop_assert!(mean(Rows::new(&after, dim)).iter().all(|m| m.abs() < 1e-6)),
        }
        let mut again = before.clone();
        fitted.apply(&mut again);
        prop_assert_eq!(&again, &after);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let mut apart = before;
        prop_assert_eq!(&pool.install(|| Fitted::fit(&mut apart, dim, &steps)).unwrap(), &fitted);
        prop_assert_eq!(apart, after);
        let json = serde_json::to_string(&fitted).unwrap();
        prop_assert_eq!(serde_json::from_str::<Fitted>(&json).unwrap(), fitted);
    }
}

#[test]
fn zero_stays_zero_and_nan_is_refused() {
    let mut vectors = [0.0, 0.0, 3.0, 4.0];
    Fitted::fit(&mut vectors, 2, &[Step::Unit]).unwrap();
    assert_eq!(vectors, [0.0, 0.0, 0.6, 0.8]);
    let mut tiny = [1e-30, 0.0];
    Fitted::fit(&mut tiny, 2, &[Step::Unit]).unwrap();
    assert_eq!(tiny, [1.0, 0.0]);
    for bad in [f32::NAN, f32::INFINITY] {
        let mut vectors = [1.0, 2.0, bad, 4.0];
        assert!(matches!(Fitted::fit(&mut vectors, 2, &[Step::Unit]), Err(Error::NotFinite { row: 1, .. })));
        assert_eq!(vectors[..2], [1.0, 2.0]);
    }
}

#[test]
fn names_of_steps() {
    for (name, step) in [("unit", Step::Unit), ("centre", Step::Centre)] {
        assert_eq!(name.parse::<Step>().unwrap(), step);
        assert_eq!(step.to_string(), name);
        assert_eq!(serde_json::to_string(&step).unwrap(), format!("\"{name}\""));
    }
    assert_eq!("center".parse::<Step>().unwrap(), Step::Centre);
    assert_eq!(serde_json::from_str::<Step>("\"center\"").unwrap(), Step::Centre);
    let expected = "`whiten` is no step of normalisation: expected unit or centre";
    assert_eq!("whiten".parse::<Step>().unwrap_err(), expected);
}

#[test]
fn principal_directions() {
    // Points along (3, 4) with a little spread across it, far from the origin.
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut data = Vec::new();
    for _ in 0..400 {
        let (along, across): (f32, f32) = (rng.random_range(-10.0..10.0), rng.random_range(-0.1..0.1));
        data.extend([5.0 + 0.6 * along - 0.8 * across, -7.0 + 0.8 * along + 0.6 * across]);
    }
    let words: Vec<String> = (0..400).map(|i| format!("w{i}")).collect();
    let vectors = Vectors::from_rows(&words, 2, &data).unwrap();
    let one = pca(&vectors, 1).unwrap();
    let centre = mean(vectors.rows());
    for (found, row) in one.rows().iter().zip(vectors.rows().iter()) {
        let expected = 0.6 * (row[0] - centre[0]) + 0.8 * (row[1] - centre[1]);
        assert!((found[0] - expected).abs() < 0.01, "{} {expected}", found[0]);
    }
    // All directions: a rotation around the mean, with uncorrelated columns, strongest first.
    let both = pca(&vectors, 2).unwrap();
    let spread = scatter(both.rows(), &[0.0, 0.0]);
    assert!(spread.at(0, 0) > spread.at(1, 1) && spread.at(0, 1).abs() < 1e-2);
    let sum = |m: &Matrix| m.at(0, 0) + m.at(1, 1);
    assert!((sum(&spread) - sum(&scatter(vectors.rows(), &centre))).abs() < 1e-2);
    assert_eq!(pca(&vectors, 2).unwrap(), both);
    for dim in [0, 3] {
        assert!(matches!(pca(&vectors, dim), Err(Error::PcaDimension { of: 2, .. })));
    }
}
