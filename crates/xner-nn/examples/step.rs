//! CPU time of the parts of a tagger's training step: character and word bi-LSTMs and the CRF loss (Linux).
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use burn::backend::Autodiff;
use burn::tensor::Tensor;
use burn_flex::Flex;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_nn::{BiLstm, BiLstmConfig, Crf, Packing, Reduction, init};

type B = Autodiff<Flex>;

/// Seconds of CPU time that all threads of the process have used.
fn cpu() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let times = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap());
    times.map(|t| t.split(' ').next().unwrap().parse::<f64>().unwrap()).sum::<f64>() * 1e-9
}

fn main() {
    let device = Default::default();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (batch, words, chars) = (16, 25, 8);
    let word_packing = Packing::new(&vec![words; batch]);
    let lengths: Vec<usize> = (0..batch * words).map(|_| chars - 4 + rng.random_range(0..9)).collect();
    let char_packing = Packing::new(&lengths);
    let char_ids: Vec<u32> = (0..char_packing.rows()).map(|_| rng.random_range(0..80)).collect();
    let gold: Vec<u16> = (0..batch * words).map(|_| rng.random_range(0..17)).collect();
    let table: Tensor<B, 2> = init::uniform([80, 25], 0.1, &device, &mut rng).require_grad();
    let vectors: Tensor<B, 2> = init::uniform([batch * words, 300], 0.1, &device, &mut rng);
    let chars: BiLstm<B> = BiLstmConfig { input: 25, hidden: 25, tied: false }.init(&device, &mut rng);
    let word: BiLstm<B> = BiLstmConfig { input: 350, hidden: 100, tied: false }.init(&device, &mut rng);
    let dense = init::linear::<B>(200, 100, &device, &mut rng);
    let tags = init::linear::<B>(100, 17, &device, &mut rng);
    let crf: Crf<B> = Crf::new(17, &device, &mut rng);
    let n: usize = std::env::args().nth(1).map_or(200, |n| n.parse().unwrap());
    let mut t = [0.0f64; 7];
    for i in 0..n + 20 {
        if i == 20 {
            t = [0.0; 7];
        }
        let mut mark = cpu();
        let mut lap = |k: usize| {
            t[k] += cpu() - mark;
            mark = cpu();
        };
        let c = chars.ends(table.clone(), Some(&char_ids), &char_packing);
        lap(0);
        let x = Tensor::cat(vec![vectors.clone(), c], 1);
        let mask = init::dropout_mask(x.dims(), 0.5, &device, &mut rng);
        let x = x * mask;
        lap(1);
        let h = word.forward(x, None, &word_packing);
        lap(2);
        let mask = init::dropout_mask(h.dims(), 0.5, &device, &mut rng);
        let e = tags.forward(burn::tensor::activation::tanh(dense.forward(h * mask)));
        lap(3);
        let loss = crf.loss(e, &gold, &word_packing, Reduction::Mean);
        lap(4);
        let grads = loss.backward();
        lap(5);
        drop(grads);
        lap(6);
    }
    let names = ["char forward", "cat, dropout", "word forward", "dense", "crf", "backward", "drop"];
    for (name, t) in names.iter().zip(t) {
        println!("{name:14} {:8.3} ms", t / n as f64 * 1e3);
    }
    println!("total          {:8.3} ms", t.iter().sum::<f64>() / n as f64 * 1e3);
}
