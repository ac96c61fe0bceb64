//! How fast products in 8 bits are on one thread, by each kind of instructions that the processor has, in thousand
//! million operations a second of wall clock: `cargo run --release -p xner-gemm --example eight_speed`.

use std::time::Instant;

use xner_gemm::{Columns8, Level, Rows8};

/// Rows, inputs and outputs: a sentence, a batch, and both layers of a feed-forward block.
const SHAPES: [[usize; 3]; 5] =
    [[1, 384, 1152], [32, 384, 1152], [32, 384, 1536], [32, 1536, 384], [2048, 384, 1536]];

fn values(count: usize, by: usize) -> Vec<f32> {
    (0..count).map(|at| (at * by % 2001) as f32 / 1000.0 - 1.0).collect()
}

fn main() {
    for [rows, inputs, outputs] in SHAPES {
        let x = Rows8::new(&values(rows * inputs, 7919), inputs);
        let weights = Columns8::quantise(&values(inputs * outputs, 104_729), outputs);
        let (bias, mut out) = (vec![0.0; outputs], vec![0.0; rows * outputs]);
        let operations = (2 * rows * inputs * outputs) as f64;
        let turns = (4e9 / operations).ceil();
        for level in Level::here() {
            let mut best = f64::INFINITY;
            for _ in 0..3 {
                let begun = Instant::now();
                for _ in 0..turns as usize / if level == Level::Plain { 10 } else { 1 } {
                    let mut parts: Vec<&mut [f32]> = out.chunks_exact_mut(outputs).collect();
                    weights.product_at(level, &mut parts, 0, &x, 0, &bias);
                }
                best = best.min(begun.elapsed().as_secs_f64());
            }
            let turns = (turns as usize / if level == Level::Plain { 10 } else { 1 }) as f64;
            println!("{rows} x {inputs} x {outputs}, {level:?}: {:.0}", turns * operations / best / 1e9);
        }
    }
}
