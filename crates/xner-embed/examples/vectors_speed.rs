//! How fast word vectors are read: `cargo run --release -p xner-embed --example vectors_speed -- FILE…`

#![allow(clippy::print_stdout)]

use std::time::Instant;

use xner_embed::read::{self, ReadOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        for _ in 0..3 {
            let begun = Instant::now();
            let vectors = read::open(&path, &ReadOptions::default())?;
            let seconds = begun.elapsed().as_secs_f64();
            println!("{path}: {} words of {} dimensions in {seconds:.2} s", vectors.len(), vectors.dim());
        }
    }
    Ok(())
}
