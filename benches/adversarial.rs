//! The discriminator's and the mapping's steps at MUSE's shapes: 32 words of each language of 300 dimensions, two
//! hidden layers of 2048; and the discriminator's in plain tensor operations.
#![allow(missing_docs, clippy::unwrap_used)]

use burn::backend::Flex;
use burn::backend::flex::FlexDevice;
use burn::tensor::{Tensor, TensorData};
use criterion::{Criterion, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner::embed::map::adversarial::{Batch, Dense, FlexNetwork, Network, TensorNetwork};

const DIM: usize = 300;
const HIDDEN: usize = 2048;
const BATCH: usize = 32;

fn values(count: usize, bound: f32, rng: &mut ChaCha8Rng) -> Vec<f32> {
    (0..count).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect()
}

fn tensor(rows: usize, columns: usize, rng: &mut ChaCha8Rng) -> Tensor<Flex, 2> {
    Tensor::from_data(TensorData::new(values(rows * columns, 0.5, rng), [rows, columns]), &FlexDevice)
}

fn adversarial(criterion: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let layers: Vec<Dense> = [(DIM, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 1)]
        .into_iter()
        .map(|(inputs, outputs)| {
            let bound = 1.0 / (inputs as f32).sqrt();
            let weight = values(inputs * outputs, bound, &mut rng);
            Dense { inputs, outputs, weight, bias: values(outputs, bound, &mut rng) }
        })
        .collect();
    let inputs = tensor(2 * BATCH, DIM, &mut rng);
    let source = tensor(BATCH, DIM, &mut rng);
    let targets: Vec<f32> = (0..2 * BATCH).map(|row| if row < BATCH { 0.1 } else { 0.9 }).collect();

    let mut group = criterion.benchmark_group("adversarial");
    let batch = || Batch { inputs: inputs.clone(), masks: Vec::new() };
    let mut native = FlexNetwork::new(&layers, 0.2, &FlexDevice);
    group.bench_function("discriminator", |bencher| {
        bencher.iter(|| native.discriminator_step(batch(), &targets, 1e-6));
    });
    let mut plain = TensorNetwork::<Flex>::new(&layers, 0.2, &FlexDevice);
    group.bench_function("discriminator/tensors", |bencher| {
        bencher.iter(|| plain.discriminator_step(batch(), &targets, 1e-6));
    });
    group.bench_function("mapping", |bencher| {
        bencher.iter(|| native.mapping_gradient(source.clone(), 0.9, 1.0 / 64.0));
    });
    let w = tensor(DIM, DIM, &mut rng);
    group.bench_function("orthogonality", |bencher| {
        bencher.iter(|| FlexNetwork::mapping_step(w.clone(), source.clone(), source.clone(), 1e-6, 0.001));
    });
    group.finish();
}

criterion_group!(benches, adversarial);
criterion_main!(benches);
