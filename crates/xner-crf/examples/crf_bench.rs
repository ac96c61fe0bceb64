//! Times the kernels in the shapes of `tools/bench/crf_peer.py`: process CPU time and wall clock per call.
//!
//! `cargo run --release -p xner-crf --example crf_bench -- THREADS SECONDS` prints JSON lines.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_crf::{Crf, Layout, Parameters};

type Fault = Box<dyn Error + Send + Sync>;

const BATCH: usize = 16;
const TAGS: usize = 17;

fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1);
    let threads: usize = arguments.next().as_deref().unwrap_or("1").parse()?;
    let seconds: f64 = arguments.next().as_deref().unwrap_or("0.5").parse()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| [25, 50].into_iter().try_for_each(|steps| shape(steps, threads, seconds)))
}

fn shape(steps: usize, threads: usize, seconds: f64) -> Result<(), Fault> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut scores =
        |n: usize, width: f32| -> Vec<f32> { (0..n).map(|_| rng.random_range(-width..width)).collect() };
    let (transitions, start, end) = (scores(TAGS * TAGS, 0.1), scores(TAGS, 0.1), scores(TAGS, 0.1));
    let emissions = scores(BATCH * steps * TAGS, 2.0);
    let gold: Vec<u16> = (0..BATCH * steps).map(|_| rng.random_range(0..TAGS as u16)).collect();
    let layout = Layout::consecutive(&[steps; BATCH]);
    let mut by_emissions = vec![0.0; emissions.len()];
    let weights = [1.0 / BATCH as f32; BATCH];
    let parameters = Parameters::new(transitions, start, end)?;

    // In training the parameters are new at every step, so what prepares them counts.
    report("loss_gradient", steps, threads, seconds, || {
        let crf = Crf::new(&parameters);
        black_box(crf.gradient(&emissions, &layout, &gold, Some(&weights), &mut by_emissions)?);
        Ok(())
    })?;
    report("viterbi", steps, threads, seconds, || {
        black_box(Crf::new(&parameters).viterbi_batch(&emissions, &layout)?);
        Ok(())
    })
}

fn report(
    work: &str,
    steps: usize,
    threads: usize,
    seconds: f64,
    mut call: impl FnMut() -> xner_crf::Result<()>,
) -> Result<(), Fault> {
    for _ in 0..50 {
        call()?;
    }
    let (wall, cpu) = (Instant::now(), cpu_time()?);
    let mut calls = 0u32;
    while wall.elapsed() < Duration::from_secs_f64(seconds) {
        for _ in 0..20 {
            call()?;
        }
        calls += 20;
    }
    let wall = wall.elapsed().as_secs_f64() * 1e6 / f64::from(calls);
    let cpu = (cpu_time()? - cpu) * 1e6 / f64::from(calls);
    println!(
        r#"{{"work":"{work}","steps":{steps},"threads":{threads},"cpu_us":{cpu:.2},"wall_us":{wall:.2}}}"#
    );
    Ok(())
}

/// The process's CPU time in seconds.
fn cpu_time() -> Result<f64, Fault> {
    Ok(ProcessTime::try_now()?.as_duration().as_secs_f64())
}
