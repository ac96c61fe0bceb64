//! Tagging with the char-BiLSTM-CRF: the sample's sentences, one at a time and 32 at a time.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use xner::prelude::*;
use xner::sample::{Language, Sample, Split};

fn tagging(criterion: &mut Criterion) {
    let sample = Sample::new(1).unwrap();
    let vectors = sample.vectors(Language::English);
    let data = TrainData {
        train: sample.labelled(Language::English, Split::Train, 200),
        vectors: Some(Vectors::from_rows(&vectors.words, vectors.dim, &vectors.data).unwrap()),
        ..TrainData::default()
    };
    let mut config = TrainConfig::default();
    config.training.epochs = 1;
    let folder = tempfile::tempdir().unwrap();
    train(&config, data, folder.path(), &Device::Cpu, &mut ()).unwrap();
    let tagger = open(folder.path(), &Device::Cpu).unwrap();
    let test = sample.labelled(Language::English, Split::Test, 32);
    let sentences: Vec<Sentence> = test.into_iter().map(|labelled| labelled.sentence).collect();

    let mut group = criterion.benchmark_group("tag");
    for batch in [1, 32] {
        let sentences = &sentences[..batch];
        group.throughput(Throughput::Elements(sentences.iter().map(Sentence::len).sum::<usize>() as u64));
        group.bench_function(batch.to_string(), |bencher| {
            bencher.iter(|| tagger.tag(black_box(sentences)).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, tagging);
criterion_main!(benches);
