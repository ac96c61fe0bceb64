//! Samples per second of adversarial training:
//! `cargo run --release -p xner-embed --example adversarial_speed -- [SECONDS [DIM [HIDDEN [LAYERS]]]]`
//!
//! Prints a line of JSON. The vectors are random, and nothing judges the mapping. A sample is a word that a mapping
//! step sees, as MUSE counts them: twice the batch for each mapping step with its discriminator steps.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_core::{Device, Event, Flow, Mapping, What};
use xner_embed::Rows;
use xner_embed::map::adversarial::{AdversarialConfig, State, train_on};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |or: usize| arguments.next().map_or(Ok(or), |text| text.parse());
    let (seconds, dim, hidden, layers) = (next(5)?, next(300)?, next(2048)?, next(2)?);
    let config = AdversarialConfig { hidden, layers, ..AdversarialConfig::default() }.check()?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut vectors = || (0..75_000 * dim).map(|_| rng.random::<f32>() - 0.5).collect::<Vec<f32>>();
    let (source, target) = (vectors(), vectors());

    // The first look is the warm-up.
    let mut first: Option<(usize, Instant)> = None;
    let mut measured = (0, 0.0);
    let mut observer = |event: &Event<'_>| {
        let What::Mapping(Mapping::AdversarialSteps { samples, .. }) = event.what else {
            return Flow::Continue;
        };
        let step = samples / config.batch;
        match first {
            None => first = Some((step, Instant::now())),
            Some((warm, begun)) => {
                measured = (step - warm, begun.elapsed().as_secs_f64());
                if measured.1 >= seconds as f64 {
                    return Flow::Stop;
                }
            }
        }
        Flow::Continue
    };
    let state = State::new(&config, dim, 1);
    let (source, target) = (Rows::new(&source, dim), Rows::new(&target, dim));
    let (judge, keep) = (&mut |_: &_| Ok(0.0), &mut |_: &_| Ok(()));
    let stopped = train_on(Device::Cpu, source, target, &config, state, judge, keep, &mut observer);
    if let Err(fault) = stopped
        && !matches!(fault, xner_embed::Error::Stopped { .. })
    {
        return Err(fault.into());
    }
    let (steps, seconds) = measured;
    let samples = (steps * 2 * config.batch) as f64 / seconds;
    let (d, h, rows) = (dim as f64, hidden as f64, (2 * config.batch) as f64);
    // Products of a discriminator step: forward, back through the upper layers, the weights' gradient.
    let upper = (layers - 1) as f64 * h * h;
    let step = 2.0 * rows * (3.0 * upper + 2.0 * d * h) * config.discriminator_steps as f64;
    let mapping = rows * 2.0 * (upper + d * h) + 4.0 * d * d * d;
    let rate = (step + mapping) * steps as f64 / seconds / 1e9;
    let threads = rayon::current_num_threads();
    println!(
        "{{\"samples_per_second\":{samples:.1},\"gflops\":{rate:.1},\"steps\":{steps},\"seconds\":{seconds:.2},\
         \"dim\":{dim},\"hidden\":{hidden},\"layers\":{layers},\"threads\":{threads}}}"
    );
    Ok(())
}
