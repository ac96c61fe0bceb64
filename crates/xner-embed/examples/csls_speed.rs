//! How long CSLS takes, as JSON: `csls_speed SOURCE TARGET DIM K RUNS [OUT]`, where SOURCE and TARGET are files of
//! 32-bit floats, row by row; OUT gets the found ids as 32-bit numbers. `csls_speed gemm DIM RUNS` measures the
//! plain product of the `gemm` crate.
//!
//! One run is what a dictionary takes: the means of both sides, then the `K` best targets of every source row.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use cpu_time::ProcessTime;
use serde_json::json;
use xner_embed::Rows;
use xner_embed::knn::Csls;
use xner_gemm::{Matrix, Update, product_into};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [mode, dim, runs] if mode == "gemm" => {
            gemm(dim.parse()?, runs.parse()?);
            Ok(())
        }
        [source, target, dim, k, runs, out @ ..] => {
            csls(&numbers(source)?, &numbers(target)?, [dim.parse()?, k.parse()?, runs.parse()?], out.first())
        }
        _ => Err("usage: csls_speed SOURCE TARGET DIM K RUNS [OUT] | csls_speed gemm DIM RUNS".into()),
    }
}

fn csls(source: &[f32], target: &[f32], [dim, k, runs]: [usize; 3], out: Option<&String>) -> Result<()> {
    let (source, target) = (Rows::new(source, dim), Rows::new(target, dim));
    let flops = 4.0 * source.len() as f64 * target.len() as f64 * dim as f64;
    for run in 0..runs {
        let (begun, cpu) = (Instant::now(), ProcessTime::now());
        let csls = Csls::new(source, target, k)?;
        let means = begun.elapsed().as_secs_f64();
        let found = csls.nearest(0..source.len(), k);
        let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
        let report = json!({
            "rows": [source.len(), target.len()], "dim": dim, "k": k,
            "seconds": seconds, "seconds_means": means, "seconds_nearest": seconds - means, "cpu_seconds": cpu,
            "gflops": flops / seconds / 1e9, "gflops_by_cpu": flops / cpu / 1e9,
            "peak_kib": peak()?, "matrices_kib": (source.data().len() + target.data().len()) * 4 / 1024,
            "threads": rayon::current_num_threads(),
        });
        println!("{report}");
        if let Some(out) = out
            && run == 0
        {
            let ids: Vec<u32> = (0..found.len()).flat_map(|query| found.ids(query)).copied().collect();
            std::fs::write(out, bytemuck::cast_slice(&ids))?;
        }
    }
    Ok(())
}

fn gemm(dim: usize, runs: usize) {
    const SIZE: usize = 4096;
    let values =
        |seed: usize| -> Vec<f32> { (0..SIZE * dim).map(|i| ((i * seed) % 1001) as f32 / 1001.0).collect() };
    let (a, b) = (values(7919), values(104_729));
    let mut out = vec![0.0; SIZE * SIZE];
    for _ in 0..runs {
        let (begun, cpu) = (Instant::now(), ProcessTime::now());
        let right = Matrix::new(&b, SIZE, dim).transposed();
        product_into(
            &mut out,
            SIZE,
            Matrix::new(&a, SIZE, dim),
            right,
            Update { threads: true, ..Update::default() },
        );
        let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64());
        let flops = 2.0 * (SIZE * SIZE * dim) as f64 / 1e9;
        println!("{}", json!({ "gflops": flops / seconds, "gflops_by_cpu": flops / cpu }));
    }
}

fn numbers(path: &str) -> Result<Vec<f32>> {
    let mut numbers = vec![0.0_f32; usize::try_from(std::fs::metadata(path)?.len())? / 4];
    let mut file = std::fs::File::open(path)?;
    std::io::Read::read_exact(&mut file, bytemuck::cast_slice_mut(&mut numbers))?;
    Ok(numbers)
}

/// The most memory that the process ever held, in KiB.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
