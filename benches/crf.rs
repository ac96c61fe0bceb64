//! The CRF kernels: what a training step and a tagged batch ask of them.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_crf::{Constraints, Crf, Layout, Parameters};

const TAGS: usize = 17;

/// A batch of equally long sentences; with `scale` 2 in the linear domain, with 1e4 in the logarithmic.
struct Batch {
    parameters: Parameters,
    layout: Layout,
    values: Vec<f32>,
    gold: Vec<u16>,
}

impl Batch {
    fn new(sentences: usize, steps: usize, scale: f32) -> xner_crf::Result<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut scores = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-scale..scale)).collect() };
        let parameters = Parameters::new(scores(TAGS * TAGS), scores(TAGS), scores(TAGS))?;
        let values = scores(sentences * steps * TAGS);
        let gold = (0..sentences * steps).map(|_| rng.random_range(0..TAGS as u16)).collect();
        Ok(Self { parameters, layout: Layout::consecutive(&vec![steps; sentences]), values, gold })
    }
}

fn crf(c: &mut Criterion) {
    let shapes =
        [("batch 16 x 25", 16, 25, 2.0), ("batch 16 x 50", 16, 50, 2.0), ("batch 1 x 25", 1, 25, 2.0)];
    let extreme = [("batch 16 x 25, scores to 1e4", 16, 25, 1e4)];
    for (name, sentences, steps, scale) in shapes.into_iter().chain(extreme) {
        let Ok(batch) = Batch::new(sentences, steps, scale) else { continue };
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements((sentences * steps) as u64));
        let mut by_emissions = vec![0.0; batch.values.len()];
        group.bench_function("loss and gradient", |b| {
            b.iter(|| {
                let crf = Crf::new(&batch.parameters);
                crf.gradient(&batch.values, &batch.layout, &batch.gold, None, black_box(&mut by_emissions))
            });
        });
        let free = Crf::new(&batch.parameters);
        // The shape of IOBES: after O, B-, I-, E-, S- of one type follow those of the next.
        let unfinished = |tag: usize| tag % 4 == 1 || (tag % 4 == 2 && tag > 0);
        let continues = |tag: usize| tag > 0 && (tag % 4 == 2 || tag % 4 == 3);
        let follows = |from: usize, to: usize| {
            if unfinished(from) { continues(to) && (from - 1) / 4 == (to - 1) / 4 } else { !continues(to) }
        };
        let iobes = Constraints::new(TAGS, |i| follows(0, i), |i| follows(i, 0), follows);
        let Ok(constrained) = Crf::constrained(&batch.parameters, &iobes) else { continue };
        for (kind, crf) in [("free", &free), ("constrained", &constrained)] {
            group.bench_function(BenchmarkId::new("viterbi", kind), |b| {
                b.iter(|| crf.viterbi_batch(black_box(&batch.values), &batch.layout));
            });
            group.bench_function(BenchmarkId::new("posterior", kind), |b| {
                b.iter(|| crf.posterior_batch(black_box(&batch.values), &batch.layout).map(|p| p.len()));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, crf);
criterion_main!(benches);
