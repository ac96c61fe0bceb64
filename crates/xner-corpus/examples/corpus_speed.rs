//! How fast a column file is read: `cargo run --release -p xner-corpus --example corpus_speed -- FILE…`

#![allow(clippy::print_stdout)]

use std::time::Instant;

use xner_corpus::read::{ReadOptions, read_corpus};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::metadata(&path)?.len() as f64;
        let mut best = f64::INFINITY;
        let mut sentences = 0;
        for _ in 0..20 {
            let begun = Instant::now();
            sentences = read_corpus(&path, &ReadOptions::default())?.len();
            best = best.min(begun.elapsed().as_secs_f64());
        }
        println!("{path}: {sentences} sentences, {:.1} ms, {:.0} MB/s", best * 1e3, bytes / best / 1e6);
    }
    Ok(())
}
