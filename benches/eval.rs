//! Scoring a million tokens in each mode, and testing the significance of a difference over 10,000 rounds.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use xner_corpus::{Scheme, Tag};
use xner_eval::{Counts, Label, Mode, Scorer, approximate_randomisation, paired_bootstrap, score};

const TOKENS: usize = 1_000_000;
const SENTENCE: usize = 20;
const ROUNDS: u32 = 10_000;

/// Sentences of 20 tokens in IOB2, a fifth of the tokens in entities; `wrong` in a hundred tags another.
fn sentences(wrong: u64) -> Vec<Vec<String>> {
    let types = ["PER", "LOC", "ORG", "MISC"];
    let (mut gold, mut noise) = (1_u64, wrong);
    let below = |state: &mut u64, n: u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % n
    };
    let mut kind = None;
    let mut tag = || {
        let inside = kind.filter(|_| below(&mut gold, 2) == 0);
        let begins = below(&mut gold, 100) < 13;
        kind = inside.or_else(|| begins.then(|| types[below(&mut gold, 4) as usize]));
        let gold = match (inside, kind) {
            (Some(kind), _) => format!("I-{kind}"),
            (None, Some(kind)) => format!("B-{kind}"),
            (None, None) => "O".to_owned(),
        };
        if below(&mut noise, 100) < wrong {
            ["O", "B-PER", "I-LOC"][(below(&mut noise, 3)) as usize].into()
        } else {
            gold
        }
    };
    (0..TOKENS / SENTENCE).map(|_| (0..SENTENCE).map(|_| tag()).collect()).collect()
}

fn parse(sentences: &[Vec<String>]) -> Vec<Vec<Tag>> {
    sentences.iter().map(|tags| tags.iter().map(|tag| tag.parse().unwrap()).collect()).collect()
}

fn counts<L: Label>(gold: &[Vec<L>], predicted: &[Vec<L>]) -> Vec<Counts> {
    let mut scorer = Scorer::new(Mode::Conll);
    gold.iter().zip(predicted).map(|(gold, predicted)| scorer.add(gold, predicted).unwrap()).collect()
}

fn eval(criterion: &mut Criterion) {
    let [gold, predicted, other] = [0, 5, 6].map(sentences);
    let mut group = criterion.benchmark_group("score");
    group.throughput(Throughput::Elements(TOKENS as u64));
    for mode in [Mode::Conll, Mode::Seqeval, Mode::Strict(Scheme::Iob2)] {
        group.bench_function(format!("{mode} strings"), |bencher| {
            bencher.iter(|| score(mode, black_box(&gold), black_box(&predicted)).unwrap());
        });
    }
    let tags = [parse(&gold), parse(&predicted)];
    group.bench_function("conll tags", |bencher| {
        bencher.iter(|| score(Mode::Conll, black_box(&tags[0]), black_box(&tags[1])).unwrap());
    });
    group.finish();

    // As many sentences as the test part of a common corpus has.
    let [a, b] = [predicted, other].map(|system| counts(&gold[..3500], &system[..3500]));
    let mut group = criterion.benchmark_group("significance");
    group.throughput(Throughput::Elements(u64::from(ROUNDS)));
    group.bench_function("approximate randomisation", |bencher| {
        bencher.iter(|| approximate_randomisation(black_box(&a), black_box(&b), ROUNDS, 1).unwrap());
    });
    group.bench_function("paired bootstrap", |bencher| {
        bencher.iter(|| paired_bootstrap(black_box(&a), black_box(&b), ROUNDS, 1).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = eval
}
criterion_main!(benches);
