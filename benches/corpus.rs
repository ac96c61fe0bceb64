//! Reading: a column file shaped like CoNLL-2003 train, JSON lines and plain text.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use xner_corpus::read::text::Reader as TextReader;
use xner_corpus::read::{ConllOptions, JsonlOptions, conll, jsonl};
use xner_corpus::split::TextOptions;
use xner_corpus::write::write_jsonl;
use xner_corpus::{Labelled, Stats};

const SENTENCES: usize = 14_000;

/// Numbers below `n`, always the same.
fn below(state: &mut u64, n: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % n
}

/// Four columns in IOB1, 3 to 26 tokens of 1 to 9 letters a sentence, a sixth of them in entities.
fn columns() -> String {
    let mut state = 7;
    let mut text = String::new();
    for _ in 0..SENTENCES {
        for _ in 0..3 + below(&mut state, 24) {
            for _ in 0..=below(&mut state, 8) {
                text.push((b'a' + below(&mut state, 26) as u8) as char);
            }
            let tag =
                ["I-PER", "I-LOC", "I-ORG", "I-MISC"].get(below(&mut state, 24) as usize).unwrap_or(&"O");
            writeln!(text, " NNP I-NP {tag}").unwrap();
        }
        text.push('\n');
    }
    text
}

fn labelled(text: &str) -> Vec<Labelled> {
    conll::Reader::new(text.as_bytes(), "bench", ConllOptions::default()).map(Result::unwrap).collect()
}

fn reading(criterion: &mut Criterion) {
    let text = columns();
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("conll", |bencher| bencher.iter(|| labelled(black_box(&text))));
    group.bench_function("conll/statistics", |bencher| {
        bencher.iter(|| {
            let mut stats = Stats::default();
            let mut reader = conll::Reader::new(text.as_bytes(), "bench", ConllOptions::default());
            while let Some(labelled) = reader.next() {
                stats.add(&labelled.unwrap(), reader.tags());
            }
            stats
        });
    });
    group.bench_function("conll/blocks", |bencher| {
        bencher.iter(|| conll::Blocks::new(text.as_bytes(), "bench", ConllOptions::unlabelled()).count());
    });

    let corpus = labelled(&text);
    let mut lines = Vec::new();
    for labelled in &corpus {
        write_jsonl(labelled, &mut lines).unwrap();
    }
    group.throughput(Throughput::Bytes(lines.len() as u64));
    group.bench_function("jsonl", |bencher| {
        bencher.iter(|| jsonl::Reader::new(lines.as_slice(), "bench", JsonlOptions::default()).count());
    });

    let mut plain = String::new();
    for labelled in &corpus {
        write!(plain, "The {}. ", labelled.sentence.text()).unwrap();
    }
    let plain = plain.as_bytes().chunks(2000).collect::<Vec<_>>().join(b"\n\n".as_slice());
    group.throughput(Throughput::Bytes(plain.len() as u64));
    group.bench_function("text", |bencher| {
        bencher.iter(|| TextReader::new(plain.as_slice(), "bench", TextOptions::default()).count());
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
