//! Mapping's kernels: CSLS, the singular value decomposition, and the sums that it is taken of.
//!
//! The comparison with other libraries at full size is `tools/bench/csls.py`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::Rows;
use xner_embed::knn::{Csls, Dropout, nearest};
use xner_embed::linalg::{apply, cross, svd};
use xner_embed::normalise::{Fitted, Step};

const WORDS: usize = 4000;
const K: usize = 10;

/// Words in clusters, of unit length.
fn words(dim: usize, seed: u64) -> Vec<f32> {
    let mut centres = ChaCha8Rng::seed_from_u64(1);
    let centres: Vec<f32> = (0..dim * WORDS / 50).map(|_| centres.random_range(-1.0..1.0)).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut data = Vec::with_capacity(WORDS * dim);
    for _ in 0..WORDS {
        let centre = rng.random_range(0..centres.len() / dim) * dim;
        data.extend(centres[centre..centre + dim].iter().map(|x| x + rng.random_range(-1.0..1.0)));
    }
    // Finite numbers can be normalised.
    let _ = Fitted::fit(&mut data, dim, &[Step::Unit]);
    data
}

fn search(c: &mut Criterion) {
    for dim in [100, 300] {
        let (source, target) = (words(dim, 2), words(dim, 3));
        let (source, target) = (Rows::new(&source, dim), Rows::new(&target, dim));
        let Ok(csls) = Csls::new(source, target, K) else { continue };
        let mut group = c.benchmark_group(format!("{WORDS} x {WORDS} x {dim}"));
        group.throughput(Throughput::ElementsAndBytes {
            elements: 2 * (WORDS * WORDS * dim) as u64,
            bytes: 2 * (WORDS * dim * size_of::<f32>()) as u64,
        });
        group.sample_size(10);
        group.bench_function("nearest", |b| b.iter(|| nearest(black_box(source), target, K)));
        group.bench_function("CSLS means of both sides", |b| {
            b.iter(|| Csls::new(black_box(source), target, K));
        });
        group.bench_function("CSLS nearest", |b| b.iter(|| black_box(&csls).nearest(0..WORDS, K)));
        for dropout in [None, Some(Dropout { keep: 0.1, seed: 1 })] {
            let name = if dropout.is_some() { "one in ten kept" } else { "all kept" };
            group.bench_function(BenchmarkId::new("best both ways", name), |b| {
                b.iter(|| black_box(&csls).best_both(dropout));
            });
        }
        group.finish();
    }
}

fn decomposition(c: &mut Criterion) {
    for dim in [100, 300] {
        let (source, target) = (words(dim, 2), words(dim, 3));
        let (source, target) = (Rows::new(&source, dim), Rows::new(&target, dim));
        let pairs: Vec<(u32, u32)> =
            (0..15_000).map(|i| (i % WORDS as u32, (i * 7) % WORDS as u32)).collect();
        let sum = cross(source, target, &pairs);
        let Ok(found) = svd(&sum) else { continue };
        let rotation = found.rotation();
        let mut group = c.benchmark_group(format!("{dim} dimensions"));
        group.sample_size(20);
        group
            .bench_function("sum over 15,000 pairs", |b| b.iter(|| cross(source, target, black_box(&pairs))));
        group.bench_function("singular values", |b| b.iter(|| svd(black_box(&sum))));
        group.bench_function(format!("{WORDS} words mapped"), |b| {
            b.iter(|| apply(source, black_box(&rotation)));
        });
        group.finish();
    }
}

criterion_group!(benches, search, decomposition);
criterion_main!(benches);
