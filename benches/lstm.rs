//! The bi-LSTM of `xner-nn` at the sizes of the first paper's tagger.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use burn::tensor::Tensor;
use criterion::{Criterion, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner::nn::{BiLstm, BiLstmConfig, Packing, init};

type B = Autodiff<Flex>;

fn lstm(criterion: &mut Criterion) {
    let device = FlexDevice;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut group = criterion.benchmark_group("lstm");
    // Words: 16 sentences of 25 tokens. Characters: 400 words of 4 to 12 letters of 80 kinds.
    let words = Packing::new(&[25; 16]);
    let lengths: Vec<usize> = (0..400).map(|_| rng.random_range(4..13)).collect();
    let letters = Packing::new(&lengths);
    let ids: Vec<u32> = (0..letters.rows()).map(|_| rng.random_range(0..80)).collect();
    for (name, input, hidden, rows, packing, ids) in
        [("words", 350, 100, 400, &words, None), ("characters", 25, 25, 80, &letters, Some(ids.as_slice()))]
    {
        let layer: BiLstm<B> = BiLstmConfig { input, hidden, tied: false }.init(&device, &mut rng);
        let x: Tensor<B, 2> = init::uniform([rows, input], 0.5, &device, &mut rng);
        let plain = burn::module::AutodiffModule::valid(&layer);
        group.bench_function(format!("{name}/inference"), |bencher| {
            bencher.iter(|| plain.forward(black_box(x.clone().inner()), ids, packing));
        });
        let x = x.require_grad();
        group.bench_function(format!("{name}/gradient"), |bencher| {
            bencher.iter(|| layer.forward(black_box(x.clone()), ids, packing).sum().backward());
        });
    }
    group.finish();
}

criterion_group!(benches, lstm);
criterion_main!(benches);
