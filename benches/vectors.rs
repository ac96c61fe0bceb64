//! Word vectors: text read and written, the native file opened, words looked up.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use xner_embed::Vectors;
use xner_embed::read::{self, ReadOptions, read_text};
use xner_embed::write::save;

const WORDS: usize = 20_000;
const DIM: usize = 300;

/// Numbers of six digits, as files have them.
fn example() -> Vectors {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let words: Vec<String> = (0..WORDS).map(|word| format!("word{word}")).collect();
    let data: Vec<f32> =
        (0..WORDS * DIM).map(|_| rng.random_range(-1_000_000..1_000_000) as f32 / 1e6).collect();
    Vectors::from_rows(&words, DIM, &data).unwrap()
}

fn vectors(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let (text, native) = (folder.path().join("a.vec"), folder.path().join("a.safetensors"));
    let vectors = example();
    save(&text, &vectors).unwrap();
    save(&native, &vectors).unwrap();
    let bytes = fs::read(&text).unwrap();
    let options = ReadOptions::default();
    let mut group = criterion.benchmark_group("vectors");
    group.sample_size(20).throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("text/memory", |bencher| {
        bencher.iter_with_large_drop(|| read_text(bytes.as_slice(), "bench", &options).unwrap());
    });
    group.bench_function("text/file", |bencher| {
        bencher.iter_with_large_drop(|| read::open(&text, &options).unwrap());
    });
    let out = folder.path().join("b.vec");
    group.bench_function("text/write", |bencher| bencher.iter(|| save(&out, &vectors).unwrap()));
    group.throughput(Throughput::Elements(WORDS as u64));
    group.bench_function("native/open", |bencher| bencher.iter(|| read::open(&native, &options).unwrap()));
    let words: Vec<&str> = vectors.words().collect();
    group.bench_function("rank", |bencher| {
        bencher.iter_batched(
            || &words,
            |words| words.iter().filter_map(|word| vectors.rank(word)).sum::<usize>(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, vectors);
criterion_main!(benches);
