//! The same vectors through MUSE's own code give the same mapping and the same dictionary
//! (`tools/golden/muse/make.py`); the printed equation 5 reads as a known rotation says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hidden;

use std::str::FromStr;

use hidden::rotation;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::Rows;
use xner_embed::knn::Csls;
use xner_embed::linalg::{Matrix, apply, cross, svd};
use xner_embed::map::{
    CriterionConfig, Induction, Pair, ProcrustesConfig, criterion, induced_pairs, procrustes,
};
use xner_embed::normalise::unit;

const GOLDEN: &str = include_str!("golden/muse.txt");

fn numbers<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> Vec<T> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

fn units(data: &[f32], dim: usize) -> Vec<f32> {
    let mut data = data.to_vec();
    data.chunks_exact_mut(dim).for_each(unit);
    data
}

/// The vectors of a name, and their dimension.
fn vectors(name: &str) -> (Vec<f32>, usize) {
    let mut lines = GOLDEN.lines().skip_while(|line| !line.starts_with(&format!("vectors {name} ")));
    let shape: Vec<usize> = numbers(lines.next().unwrap().rsplit_once(name).unwrap().1);
    let data: Vec<f32> = lines.take(shape[0]).flat_map(numbers::<f32>).collect();
    assert_eq!(data.len(), shape[0] * shape[1]);
    (data, shape[1])
}

/// The line of a case that begins with `key`.
fn line<'a>(case: &str, key: &str) -> &'a str {
    let mut lines = GOLDEN.lines().skip_while(|line| !line.starts_with(&format!("case {case} ")));
    lines.find_map(|line| line.strip_prefix(key)).unwrap()
}

#[test]
fn muse_gives_the_same_dictionary_and_mapping() {
    let ((source, dim), (target, _)) = (vectors("source"), vectors("target"));
    let (x, z) = (Rows::new(&source, dim), Rows::new(&target, dim));
    // Every case begins with the same dictionary of true pairs.
    let seeds: Vec<Pair> =
        numbers::<u32>(GOLDEN.lines().find_map(|line| line.strip_prefix("seeds")).unwrap())
            .into_iter()
            .enumerate()
            .map(|(i, j)| (i as u32, j))
            .collect();
    let defaults = ProcrustesConfig { rank_limit: 0, ..ProcrustesConfig::default() };
    let cases = [
        ("forward", defaults),
        ("backward", ProcrustesConfig { induction: Induction::Backward, ..defaults }),
        ("union", ProcrustesConfig { induction: Induction::Union, rank_limit: 90, ..defaults }),
        ("intersection", ProcrustesConfig { induction: Induction::Intersection, rank_limit: 90, ..defaults }),
        ("ranked", ProcrustesConfig { rank_limit: 60, ..defaults }),
        ("sized", ProcrustesConfig { rank_limit: 100, max_size: 40, ..defaults }),
        ("sure", ProcrustesConfig { rank_limit: 100, min_size: 10, threshold: 0.1, ..defaults }),
        (
            "sure-both",
            ProcrustesConfig {
                induction: Induction::Intersection,
                rank_limit: 100,
                min_size: 10,
                max_size: 80,
                threshold: 0.02,
                ..defaults
            },
        ),
    ];
    let fixed = units(&target, dim);
    let mut sizes = Vec::new();
    for (name, config) in cases {
        let first = procrustes(x, z, &seeds).unwrap();
        let moved = units(&apply(x, &first), dim);
        let csls = Csls::new(Rows::new(&moved, dim), Rows::new(&fixed, dim), config.neighbours).unwrap();
        let pairs = induced_pairs(&csls, &config);
        let want: Vec<Pair> = line(name, "pairs ")
            .split(' ')
            .map(|pair| pair.split_once(':').map(|(i, j)| (i.parse().unwrap(), j.parse().unwrap())).unwrap())
            .collect();
        assert_eq!(pairs, want, "{name}");
        sizes.push(pairs.len());
        let w = procrustes(x, z, &pairs).unwrap();
        let want = Matrix::new(dim, dim, numbers(line(name, "mapping ")));
        assert!(w.distance(&want) < 1e-4, "{name}: {}", w.distance(&want));
        let moved = apply(x, &w);
        let found = criterion(Rows::new(&moved, dim), z, &CriterionConfig::default()).unwrap();
        let want: f64 = line(name, "criterion ").parse().unwrap();
        assert!((found - want).abs() < 1e-5, "{name}: {found} {want}");
    }
    sizes.sort_unstable();
    sizes.dedup();
    assert!(sizes.len() > 5, "the cases differ: {sizes:?}");
}

/// Equation 5: with `U Σ Vᵀ = SVD(Xᵀ Y)` for rows `x` and `y`, `W = V Uᵀ` maps `y W` onto `x`; read for columns it maps
/// the other way.
#[test]
fn the_printed_equation_reads_for_rows() {
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    let dim = 7;
    let (mut turns, mut mirrors) = (0, 0);
    for _ in 0..12 {
        let data: Vec<f32> = (0..30 * dim).map(|_| rng.random::<f32>() - 0.5).collect();
        let y = Rows::new(&data, dim);
        let hidden = rotation(dim, &mut rng);
        let turned = apply(y, &hidden);
        let x = Rows::new(&turned, dim);
        let pairs: Vec<Pair> = (0..30).map(|at| (at, at)).collect();
        let parts = svd(&cross(x, y, &pairs)).unwrap();
        let printed = parts.v.product(&parts.u.transposed());
        assert!(printed.distance(&hidden) < 1e-5);
        // The wrong reading is the rotation back.
        let other = parts.u.product(&parts.v.transposed());
        assert!(other.distance(&hidden.transposed()) < 1e-5 && other.distance(&hidden) > 0.1);
        // Ours, both ways.
        assert!(procrustes(y, x, &pairs).unwrap().distance(&hidden) < 1e-5);
        assert!(procrustes(x, y, &pairs).unwrap().distance(&hidden.transposed()) < 1e-5);
        // The orthogonal group has both.
        if determinant(&hidden) > 0.0 { turns += 1 } else { mirrors += 1 }
    }
    assert!(turns > 0 && mirrors > 0, "{turns} rotations, {mirrors} reflections");
}

#[test]
fn few_pairs_still_give_an_orthogonal_mapping() {
    let mut rng = ChaCha8Rng::seed_from_u64(32);
    let data: Vec<f32> = (0..60).map(|_| rng.random::<f32>() - 0.5).collect();
    let (x, z) = (Rows::new(&data[..30], 6), Rows::new(&data[30..], 6));
    for count in 1..5 {
        let pairs: Vec<Pair> = (0..count).map(|at| (at, at)).collect();
        let w = procrustes(x, z, &pairs).unwrap();
        assert!(w.product(&w.transposed()).distance(&Matrix::identity(6)) < 1e-9, "{count} pairs");
    }
    assert!(procrustes(x, z, &[]).unwrap_err().to_string().contains("no pair"));
    assert!(procrustes(x, Rows::new(&data[..30], 5), &[(0, 0)]).is_err());
    let mut broken = data[..30].to_vec();
    broken[8] = f32::NAN;
    let pairs: Vec<Pair> = (0..5).map(|at| (at, at)).collect();
    assert!(procrustes(Rows::new(&broken, 6), z, &pairs).is_err());
}

/// By elimination, of a well-conditioned matrix.
fn determinant(a: &Matrix) -> f64 {
    let n = a.rows();
    let mut rows: Vec<Vec<f64>> = (0..n).map(|i| a.row(i).to_vec()).collect();
    let mut product = 1.0;
    for column in 0..n {
        let pivot =
            (column..n).max_by(|&i, &j| rows[i][column].abs().total_cmp(&rows[j][column].abs())).unwrap();
        if pivot != column {
            rows.swap(pivot, column);
            product = -product;
        }
        product *= rows[column][column];
        let top = rows[column].clone();
        for row in &mut rows[column + 1..] {
            let factor = row[column] / top[column];
            row.iter_mut().zip(&top).for_each(|(x, t)| *x -= factor * t);
        }
    }
    product
}
