//! A token classifier over a random encoder of 12 layers of 384: tagging sentences of 30 subwords, one at a
//! time and 32 at a time; a step of fine-tuning on 32 of them, frozen as by default.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner::prelude::*;
use xner::tagger::bert::train::{BertLearner, BertSettings, BertTrainConfig};
use xner::train::{Learner, Moment, Tensors};

const WIDTH: usize = 384;
const INNER: usize = 4 * WIDTH;
const LAYERS: usize = 12;
const WORDS: usize = 4000;
const TAGS: [&str; 3] = ["O", "B-PER", "I-PER"];

/// A model directory: the head is wanted where it is to tag.
fn write(folder: &Path, head: bool, rng: &mut ChaCha8Rng) {
    let mut tensors = Tensors::default();
    let mut add = |name: &str, shape: &[usize]| {
        let count = shape.iter().product();
        let values = (0..count).map(|_| 0.07 * (rng.random::<f32>() - 0.5));
        let values = if name.ends_with("Norm.weight") { vec![1.0; count] } else { values.collect() };
        tensors.insert(name, shape, values);
    };
    for (table, rows) in [("word", WORDS), ("position", 512), ("token_type", 2)] {
        add(&format!("bert.embeddings.{table}_embeddings.weight"), &[rows, WIDTH]);
    }
    let mut names = vec!["bert.embeddings.LayerNorm".to_owned()];
    for layer in 0..LAYERS {
        for (name, shape) in [
            ("attention.self.query", [WIDTH, WIDTH]),
            ("attention.self.key", [WIDTH, WIDTH]),
            ("attention.self.value", [WIDTH, WIDTH]),
            ("attention.output.dense", [WIDTH, WIDTH]),
            ("intermediate.dense", [INNER, WIDTH]),
            ("output.dense", [WIDTH, INNER]),
        ] {
            add(&format!("bert.encoder.layer.{layer}.{name}.weight"), &shape);
            add(&format!("bert.encoder.layer.{layer}.{name}.bias"), &shape[..1]);
        }
        names.push(format!("bert.encoder.layer.{layer}.attention.output.LayerNorm"));
        names.push(format!("bert.encoder.layer.{layer}.output.LayerNorm"));
    }
    for name in names {
        add(&format!("{name}.weight"), &[WIDTH]);
        add(&format!("{name}.bias"), &[WIDTH]);
    }
    let mut labels = String::new();
    if head {
        add("classifier.weight", &[TAGS.len(), WIDTH]);
        add("classifier.bias", &[TAGS.len()]);
        let names = TAGS.iter().enumerate().map(|(at, tag)| format!("\"{at}\": \"{tag}\""));
        labels = format!(", \"id2label\": {{{}}}", names.collect::<Vec<_>>().join(", "));
    }
    tensors.write(&folder.join("model.safetensors"), "").unwrap();
    let config = format!(
        "{{\"model_type\": \"bert\", \"vocab_size\": {WORDS}, \"hidden_size\": {WIDTH}, \"num_hidden_layers\": {LAYERS}, \
         \"num_attention_heads\": 12, \"intermediate_size\": {INNER}, \"max_position_embeddings\": 512{labels}}}"
    );
    fs::write(folder.join("config.json"), config).unwrap();
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(str::to_owned);
    let words = special.into_iter().chain((5..WORDS).map(|at| format!("w{at}")));
    fs::write(folder.join("vocab.txt"), words.collect::<Vec<_>>().join("\n")).unwrap();
}

fn sentences(rng: &mut ChaCha8Rng) -> Vec<Labelled> {
    let sentence = |_| {
        let words = (0..28).map(|_| format!("w{}", rng.random_range(5..WORDS)));
        let entities = vec![Entity { tokens: 2..4, kind: "PER".into() }];
        Labelled { sentence: Sentence::from_tokens(words), entities }
    };
    (0..32).map(sentence).collect()
}

fn bert(criterion: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let folder = tempfile::tempdir().unwrap();
    let labelled = sentences(&mut rng);
    let plain: Vec<Sentence> = labelled.iter().map(|labelled| labelled.sentence.clone()).collect();
    write(folder.path(), true, &mut rng);
    let tagger = open(folder.path(), &Device::Cpu).unwrap();
    let mut group = criterion.benchmark_group("bert");
    group.sample_size(10);
    for batch in [1, 32] {
        let sentences = &plain[..batch];
        group.throughput(Throughput::Elements(28 * batch as u64));
        group.bench_function(format!("tag/{batch}"), |bencher| {
            bencher.iter(|| tagger.tag(black_box(sentences)).unwrap());
        });
    }

    write(folder.path(), false, &mut rng);
    let bert = BertSettings { encoder: Some(folder.path().to_owned()), ..BertSettings::default() };
    let config = BertTrainConfig { bert, ..BertTrainConfig::default() };
    let data = TrainData { train: labelled, ..TrainData::default() };
    let (mut learner, _) =
        BertLearner::<Autodiff<Flex>>::new(&config.checked().unwrap(), &data.train, &data.dev, &FlexDevice)
            .unwrap();
    let batch: Vec<usize> = (0..32).collect();
    let mut step = 0;
    group.throughput(Throughput::Elements(28 * 32));
    group.bench_function("train/32", |bencher| {
        bencher.iter(|| {
            step += 1;
            learner.step(&batch, &Moment { epoch: 0, step, rate: 1e-5 }).unwrap()
        });
    });
    group.finish();
}

criterion_group!(benches, bert);
criterion_main!(benches);
