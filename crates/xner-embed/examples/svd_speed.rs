//! How long a singular value decomposition takes:
//! `cargo run --release -p xner-embed --example svd_speed [--features lapack]`

#![allow(clippy::print_stdout)]

use std::time::Instant;

use xner_embed::linalg::{Matrix, svd};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let backend = if cfg!(feature = "lapack") { "OpenBLAS" } else { "faer" };
    for size in [100, 300, 512] {
        let mut state = 1_u64;
        let a = Matrix::from_fn(size, size, |_, _| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / f64::from(1 << 23) - 1.0
        });
        let mut times = Vec::new();
        for _ in 0..11 {
            let begun = Instant::now();
            let found = svd(&a)?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            std::hint::black_box(found);
        }
        times.sort_by(f64::total_cmp);
        println!("{backend}: {size} x {size} in {:.1} ms (best {:.1})", times[5], times[0]);
    }
    Ok(())
}
