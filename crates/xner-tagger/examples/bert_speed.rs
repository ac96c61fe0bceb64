//! The encoder's side of `tools/bench/bert.py`: time per training step, or per batch tagged.
//!
//! `bert_speed train|tag|tag8 ENCODER BATCH LENGTH ROUNDS STEPS` works on sentences of LENGTH subwords, special ones
//! included, and prints a JSON line a round: milliseconds of process CPU time and of wall clock a step, and the
//! process's peak memory in MiB; `tag8` has the layers in 8 bits. `bert_speed gemm - BATCH LENGTH ROUNDS STEPS` prints
//! the same of the general matrix product that a layer of 384 columns is made of, BATCH x LENGTH rows by 384 by 1536:
//! what the rest is to be measured by. ENCODER is of any kind; its vocabulary must have the words `w100` to `w4099`.
//! `RAYON_NUM_THREADS` says how many threads it may use.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use burn::backend::flex::FlexDevice;
use burn::backend::{Autodiff, Flex};
use cpu_time::ProcessTime;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_corpus::{Entity, Labelled, Sentence};
use xner_gemm::{Matrix, Update, product_into};
use xner_nn::{Hold, Precision};
use xner_tagger::TrainData;
use xner_tagger::bert::train::{BertLearner, BertSettings, BertTrainConfig};
use xner_tagger::bert::{BertConfig, BertEncoder, Checkpoint, Piece, SubwordBatch};
use xner_train::{Learner, Moment, Settings, weights};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCHES: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, encoder, batch, length, rounds, steps] = arguments.as_slice() else {
        return Err("usage: bert_speed train|tag|tag8|gemm ENCODER BATCH LENGTH ROUNDS STEPS".into());
    };
    let encoder = Path::new(encoder);
    let (batch, length): (usize, usize) = (batch.parse()?, length.parse()?);
    let (rounds, steps) = (rounds.parse()?, steps.parse()?);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    if mode == "gemm" {
        let rows = batch * length;
        let mut values = |count: usize| -> Vec<f32> { (0..count).map(|_| rng.random()).collect() };
        let (x, weights, mut out) = (values(rows * 384), values(384 * 1536), values(rows * 1536));
        let update = Update { threads: true, ..Update::default() };
        report(rounds, steps, |_| -> Result<(), std::convert::Infallible> {
            product_into(
                &mut out,
                1536,
                Matrix::new(&x, rows, 384),
                Matrix::new(&weights, 384, 1536),
                update,
            );
            std::hint::black_box(&out);
            Ok(())
        })?;
    } else if mode == "train" {
        let labelled = (0..batch * BATCHES).map(|_| {
            let words = (0..length - 2).map(|_| format!("w{}", rng.random_range(100..4100)));
            let entities = vec![Entity { tokens: 2..4, kind: "PER".into() }];
            Labelled { sentence: Sentence::from_tokens(words), entities }
        });
        let data = TrainData { train: labelled.collect(), ..TrainData::default() };
        let bert = BertSettings {
            encoder: Some(encoder.to_owned()),
            length,
            overlap: 0,
            freeze_layers: 0,
            ..BertSettings::default()
        };
        let config = BertTrainConfig { bert, ..BertTrainConfig::default() }.checked()?;
        let (mut learner, _) = BertLearner::<Autodiff<Flex>>::new(&config, &data.train, &[], &FlexDevice)?;
        report(rounds, steps, |n| {
            let first = n % BATCHES * batch;
            let sentences: Vec<usize> = (first..first + batch).collect();
            learner.step(&sentences, &Moment { epoch: 0, step: n, rate: 1e-5 }).map(drop)
        })?;
    } else {
        let precision = if mode == "tag8" { Precision::Eight } else { Precision::Full };
        let config = BertConfig::read(&encoder.join("config.json"))?;
        let mut checkpoint = Checkpoint::open(encoder)?;
        let once = Hold::Once(precision);
        let encoder = BertEncoder::<Flex>::read(&mut checkpoint, config, &FlexDevice, once)?;
        let mut piece =
            || Piece { ids: (0..length).map(|_| rng.random_range(100..4100)).collect(), words: Vec::new() };
        let batches: Vec<SubwordBatch> = (0..BATCHES)
            .map(|_| SubwordBatch::new(&(0..batch).map(|_| piece()).collect::<Vec<_>>(), &encoder.config))
            .collect();
        report(rounds, steps, |n| -> Result<(), std::convert::Infallible> {
            std::hint::black_box(weights::host(encoder.last(&batches[n % BATCHES])));
            Ok(())
        })?;
    }
    Ok(())
}

fn report<E: Error + 'static>(
    rounds: usize,
    steps: usize,
    mut step: impl FnMut(usize) -> Result<(), E>,
) -> Result<(), E> {
    for n in 0..steps.div_ceil(4) {
        step(n)?;
    }
    for _ in 0..rounds {
        let (cpu, wall) = (ProcessTime::now(), Instant::now());
        for n in 0..steps {
            step(n)?;
        }
        let each = |seconds: f64| 1e3 * seconds / steps as f64;
        let (cpu, wall) = (each(cpu.elapsed().as_secs_f64()), each(wall.elapsed().as_secs_f64()));
        println!("{{\"cpu_ms\": {cpu:.3}, \"wall_ms\": {wall:.3}, \"peak_mib\": {:.0}}}", peak());
    }
    Ok(())
}

/// The process's peak memory in MiB, where the system tells it.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
