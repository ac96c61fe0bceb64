//! The tagger's side of `tools/bench/tagger.py`: time per training step, or per batch tagged.
//!
//! `tagger_speed train|tag BATCH ROUNDS STEPS` works on made-up data of the benchmark's shapes (sentences of 25 words
//! of 4 to 12 characters, vectors of 300 dimensions, 17 tags) and prints a JSON line a round: milliseconds of process
//! CPU time and of wall clock a step. `RAYON_NUM_THREADS` says how many threads it may use.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use cpu_time::ProcessTime;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_corpus::{Entity, Labelled, Sentence};
use xner_embed::Vectors;
use xner_tagger::bilstm::BiLstmLearner;
use xner_tagger::{TrainConfig, TrainData, open, train};
use xner_train::{Device, Learner, Moment, Settings};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WORDS: usize = 25;
const BATCHES: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, batch, rounds, steps] = arguments.as_slice() else {
        return Err("usage: tagger_speed train|tag BATCH ROUNDS STEPS".into());
    };
    let (batch, rounds, steps) = (batch.parse()?, rounds.parse()?, steps.parse()?);
    let data = data(batch * BATCHES)?;
    if mode == "train" {
        let config = TrainConfig::default().checked()?;
        let (mut learner, _) = BiLstmLearner::<Autodiff<Flex>>::new(&config, data, &FlexDevice)?;
        report(rounds, steps, |n| {
            let first = n % BATCHES * batch;
            let sentences: Vec<usize> = (first..first + batch).collect();
            learner.step(&sentences, &Moment { epoch: 0, step: n, rate: 0.1 }).map(drop)
        })?;
    } else {
        let sentences: Vec<Sentence> = data.train.iter().map(|labelled| labelled.sentence.clone()).collect();
        let mut config = TrainConfig::default();
        config.training.epochs = 1;
        let folder = tempfile::tempdir()?;
        train(&config, data, folder.path(), &Device::Cpu, &mut ())?;
        let tagger = open(folder.path(), &Device::Cpu)?;
        report(rounds, steps, |n| tagger.tag(&sentences[n % BATCHES * batch..][..batch]).map(drop))?;
    }
    Ok(())
}

fn report<E: Error + 'static>(
    rounds: usize,
    steps: usize,
    mut step: impl FnMut(usize) -> Result<(), E>,
) -> Result<(), E> {
    for n in 0..steps / 2 {
        step(n)?;
    }
    for _ in 0..rounds {
        let (cpu, wall) = (ProcessTime::now(), Instant::now());
        for n in 0..steps {
            step(n)?;
        }
        let each = |seconds: f64| seconds / steps as f64 * 1e3;
        let (cpu, wall) = (each(cpu.elapsed().as_secs_f64()), each(wall.elapsed().as_secs_f64()));
        println!("{{\"cpu_ms\": {cpu}, \"wall_ms\": {wall}}}");
    }
    Ok(())
}

/// Random words, vectors and entities.
fn data(sentences: usize) -> Result<TrainData, Box<dyn Error>> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let word = |rng: &mut ChaCha8Rng| -> String {
        let len = rng.random_range(4..13);
        (0..len).map(|_| char::from(rng.random_range(b'!'..b'!' + 80))).collect()
    };
    let words: Vec<String> = (0..5000).map(|_| word(&mut rng)).collect();
    let values: Vec<f32> = (0..5000 * 300).map(|_| rng.random::<f32>() - 0.5).collect();
    let labelled = |rng: &mut ChaCha8Rng| {
        let tokens: Vec<&str> =
            (0..WORDS).map(|_| words[rng.random_range(0..words.len())].as_str()).collect();
        let entities = (0..8).map(|at| {
            let kind = ["PER", "LOC", "ORG", "MISC"][rng.random_range(0..4)];
            Entity::new(at * 3..at * 3 + rng.random_range(1..4), kind)
        });
        Labelled { entities: entities.collect(), sentence: Sentence::from_tokens(tokens) }
    };
    let train = (0..sentences).map(|_| labelled(&mut rng)).collect();
    let mut distinct = std::collections::BTreeSet::new();
    let rows: Vec<usize> = (0..words.len()).filter(|&at| distinct.insert(&words[at])).collect();
    let values: Vec<f32> = rows.iter().flat_map(|&at| &values[at * 300..(at + 1) * 300]).copied().collect();
    let words = rows.iter().map(|&at| words[at].as_str());
    let vectors = Vectors::from_rows(words, 300, &values)?;
    Ok(TrainData { train, dev: Vec::new(), vectors: Some(vectors), extra_words: Vec::new() })
}
