//! The two domains against each other, and which one is chosen when.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

/// A CRF with its constraints, if any, and the emissions of a sentence.
fn case(tags: usize, len: usize, scale: f32, constrained: bool, seed: u64) -> (Crf, Vec<f32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut scores = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-scale..scale)).collect() };
    let parameters = Parameters::new(scores(tags * tags), scores(tags), scores(tags)).unwrap();
    let values = scores(tags * len);
    let follow: Vec<bool> = (0..tags * tags).map(|at| at % tags == 0 || rng.random_bool(0.6)).collect();
    let constraints = Constraints::new(tags, |i| i != 1, |i| i != 2, |i, j| follow[i * tags + j]);
    let crf =
        if constrained { Crf::constrained(&parameters, &constraints) } else { Ok(Crf::new(&parameters)) };
    (crf.unwrap(), values)
}

fn passes(crf: &Crf, values: &[f32]) -> (Trellis, Vec<f64>) {
    let emissions = Emissions::new(values, crf.tags).unwrap();
    let mut trellis = Trellis::default();
    crf.forward(&emissions, &mut trellis).unwrap();
    crf.backward(&mut trellis);
    let mut expected = vec![0.0; crf.tags * crf.width()];
    crf.expected(&trellis, 1.0, &mut expected);
    (trellis, expected)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_domains_agree(
        tags in 1usize..40,
        len in 1usize..60,
        scale in prop_oneof![Just(0.1f32), Just(3.0), Just(20.0), Just(50.0)],
        constrained in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let (mut crf, values) = case(tags, len, scale, constrained, seed);
        let (linear, expected) = passes(&crf, &values);
        prop_assume!(linear.domain == Domain::Linear);
        crf.linear = None;
        let (log, log_expected) = passes(&crf, &values);
        prop_assert_eq!(log.domain, Domain::Log);
        let gap = (linear.log_partition - log.log_partition).abs();
        prop_assert!(gap < 1e-10 * (1.0 + log.log_partition.abs()), "{}", gap);
        for step in 0..len {
            for tag in 0..tags {
                let at = step * crf.width() + tag;
                prop_assert!((linear.marginal(at) - log.marginal(at)).abs() < 1e-10);
            }
        }
        for from in 0..tags {
            for to in 0..tags {
                let at = from * crf.width() + to;
                prop_assert!((expected[at] - log_expected[at]).abs() < 1e-9);
            }
        }
    }
}

/// Moderate scores take the fast way, also when all of them are large; others do not.
#[test]
fn the_range_decides() {
    let domain = |parameter: f32, values: &[f32]| {
        let parameters = Parameters::new([0.0, parameter, 0.0, 0.0], [0.0; 2], [0.0; 2]).unwrap();
        passes(&Crf::new(&parameters), values).0.domain
    };
    assert_eq!(domain(1.0, &[0.5; 8]), Domain::Linear);
    assert_eq!(domain(1.0, &[1e4; 8]), Domain::Linear);
    assert_eq!(domain(1.0, &[1e4, 1e4 - 199.0, 1e4, 1e4]), Domain::Linear);
    assert_eq!(domain(1.0, &[1e4, 1e4 - 201.0, 1e4, 1e4]), Domain::Log);
    assert_eq!(domain(199.0, &[0.0; 4]), Domain::Linear);
    assert_eq!(domain(201.0, &[0.0; 4]), Domain::Log);
    // Each within its range, and yet too much together: a forward value below the floor.
    assert_eq!(domain(150.0, &[0.0, 0.0, 0.0, 70.0, 0.0, 0.0]), Domain::Linear);
    assert_eq!(domain(150.0, &[0.0, 0.0, 0.0, 90.0, 0.0, 0.0]), Domain::Log);
}

#[test]
fn exponentials_are_exact() {
    for at in -7_000..=7_000 {
        let x = f64::from(at) * 0.1;
        let (found, expected) = (crate::simd::exp(x), x.exp());
        assert!((found / expected - 1.0).abs() < 2e-15, "e^{x}: {found} for {expected}");
    }
    assert_eq!(crate::simd::exp(0.0), 1.0);
}
