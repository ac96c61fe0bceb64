//! Linear algebra against its definitions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::linalg::{Matrix, apply, cross, gram, scatter, svd};
use xner_embed::{Error, Rows};

fn random(rows: usize, cols: usize, seed: u64) -> Matrix {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Matrix::from_fn(rows, cols, |_, _| rng.random_range(-1.0..1.0))
}

fn single(len: usize, seed: u64) -> Vec<f32> {
    random(1, len, seed).to_f32()
}

/// The product by its definition.
fn product(a: &Matrix, b: &Matrix) -> Matrix {
    Matrix::from_fn(a.rows(), b.cols(), |i, j| a.row(i).iter().zip(b.column(j)).map(|(x, y)| x * y).sum())
}

fn assert_svd(a: &Matrix) {
    let found = svd(a).unwrap();
    let size = a.rows().min(a.cols());
    assert_eq!(found.s.len(), size);
    assert_eq!(
        (found.u.rows(), found.u.cols(), found.v.rows(), found.v.cols()),
        (a.rows(), size, a.cols(), size)
    );
    assert!(found.s.windows(2).all(|pair| pair[0] >= pair[1]), "{:?}", found.s);
    assert!(found.s.iter().all(|&s| s >= 0.0));
    let scale = found.s.first().copied().unwrap_or(0.0).max(1.0);
    assert!(found.rebuilt().distance(a) < 1e-12 * scale * (size + 1) as f64);
    for side in [&found.u, &found.v] {
        assert!(
            side.transposed().product(side).distance(&Matrix::identity(size)) < 1e-12 * (size + 1) as f64
        );
    }
    for j in 0..size {
        let column = found.u.column(j);
        let largest = column.iter().map(|x| x.abs()).fold(0.0, f64::max);
        assert!(column.iter().any(|&x| x > 0.0 && x >= largest * (1.0 - 2e-9)));
    }
    assert_eq!(svd(a).unwrap(), found, "the same input gives the same bytes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn singular_values_of_any_matrix(rows in 0usize..40, cols in 0usize..40, rank in 0usize..40, seed in any::<u64>()) {
        assert_svd(&random(rows, cols, seed));
        // Rank-deficient, zero included.
        assert_svd(&random(rows, rank, seed).product(&random(rank, cols, seed ^ 5)));
    }

    #[test]
    fn products_equal_the_definition(m in 0usize..12, k in 0usize..12, n in 0usize..12, seed in any::<u64>()) {
        let (a, b) = (random(m, k, seed), random(k, n, seed ^ 3));
        prop_assert!(a.product(&b).distance(&product(&a, &b)) < 1e-13);
        prop_assert_eq!(a.transposed().transposed(), a);
    }

    #[test]
    fn sums_over_pairs_equal_the_definition(
        n in 1usize..30, dims in (1usize..9, 1usize..9), count in 0usize..1500, seed in any::<u64>(), threads in 1usize..4,
    ) {
        let (x, z) = (single(n * dims.0, seed), single(n * dims.1, seed ^ 1));
        let (x, z) = (Rows::new(&x, dims.0), Rows::new(&z, dims.1));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let pairs: Vec<(u32, u32)> =
            (0..count).map(|_| (rng.random_range(0..n as u32), rng.random_range(0..n as u32))).collect();
        let mut sum = Matrix::zeros(dims.0, dims.1);
        for &(i, j) in &pairs {
            let (x, z) = (x.row(i as usize), z.row(j as usize));
            for (at, entry) in sum.data_mut().iter_mut().enumerate() {
                *entry += f64::from(x[at / dims.1]) * f64::from(z[at % dims.1]);
            }
        }
        let found = cross(x, z, &pairs);
        // A block's sum in single precision is off by one part in 10^5 at worst: the same addend again and again.
        prop_assert!(found.distance(&sum) < 1e-5 * (count + 1) as f64);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        prop_assert_eq!(pool.install(|| cross(x, z, &pairs)), found);
        let every: Vec<(u32, u32)> = (0..n as u32).map(|i| (i, i)).collect();
        prop_assert_eq!(gram(x), cross(x, x, &every));
        let w = random(dims.0, dims.1, seed);
        let mapped = Matrix::from_f32(n, dims.1, &apply(x, &w));
        let exact = Matrix::from_f32(n, dims.0, x.data()).product(&w);
        prop_assert!(mapped.distance(&exact) < 1e-5);
    }
}

#[test]
fn large_and_special_matrices() {
    assert_svd(&random(128, 128, 1));
    assert_svd(&random(300, 200, 1));
    assert_svd(&Matrix::identity(50));
    assert_svd(&Matrix::zeros(20, 20));
    assert_svd(&Matrix::diagonal(&[3.0, 0.0, -2.0, 1e-300, 0.0]));
    assert_svd(&Matrix::from_fn(30, 30, |_, _| 1.0));
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let a = random(200, 200, 7);
    let once = svd(&a).unwrap();
    for threads in [1, 2, 4] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| svd(&a)).unwrap(), once);
    }
}

#[test]
fn known_singular_values() {
    // [[3, 0], [4, 5]]: singular values 3 sqrt 5 and sqrt 5.
    let found = svd(&Matrix::new(2, 2, vec![3.0, 0.0, 4.0, 5.0])).unwrap();
    assert!((found.s[0] - 45f64.sqrt()).abs() < 1e-13 && (found.s[1] - 5f64.sqrt()).abs() < 1e-13);
    let (u, v) = ([1.0, 3.0], [1.0, 1.0]);
    for i in 0..2 {
        assert!((found.u.at(i, 0) - u[i] / 10f64.sqrt()).abs() < 1e-13);
        assert!((found.v.at(i, 0) - v[i] / 2f64.sqrt()).abs() < 1e-13);
    }
}

#[test]
fn a_known_rotation_is_found() {
    let rotation = svd(&random(20, 20, 11)).unwrap().rotation();
    assert!(rotation.product(&rotation.transposed()).distance(&Matrix::identity(20)) < 1e-12);
    let x = single(500 * 20, 5);
    let z = apply(Rows::new(&x, 20), &rotation);
    let pairs: Vec<(u32, u32)> = (0..500).map(|i| (i, i)).collect();
    let found = svd(&cross(Rows::new(&x, 20), Rows::new(&z, 20), &pairs)).unwrap().rotation();
    assert!(found.distance(&rotation) < 1e-6);
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    for bad in [f64::NAN, f64::INFINITY] {
        let mut a = random(4, 3, 1);
        a.data_mut()[7] = bad;
        assert!(matches!(svd(&a), Err(Error::NotFinite { row: 2, .. })));
    }
}

#[test]
fn scatter_is_around_the_mean() {
    let x = [1001.0, 1.0, 1003.0, 2.0, 1005.0, 6.0];
    let found = scatter(Rows::new(&x, 2), &[1003.0, 3.0]);
    assert_eq!(found.data(), [8.0, 10.0, 10.0, 14.0]);
}
