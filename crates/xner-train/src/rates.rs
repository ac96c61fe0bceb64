//! A short sweep of learning rates.

use std::path::Path;

use rand::seq::SliceRandom;
use serde::Serialize;
use xner_core::{Event, Flow, Observer, What};

use crate::config::TrainingConfig;
use crate::learner::{Learner, Moment, StepOutcome};
use crate::seeds::{Purpose, stream};
use crate::{Error, Result};

/// Which rates are tried, and how long.
#[derive(Debug, Clone, PartialEq)]
pub struct RateSweep {
    /// The first learning rates; without any, the config's own and some below and above it.
    pub rates: Vec<f64>,
    /// Steps with each.
    pub steps: usize,
}

impl Default for RateSweep {
    fn default() -> Self {
        Self { rates: Vec::new(), steps: 100 }
    }
}

/// The rates that are tried unless others are named, as parts of the config's own.
const AROUND: [f64; 7] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// What a rate reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateTrial {
    /// The first learning rate.
    pub rate: f64,
    /// The mean loss of the last quarter of the steps; none where a loss or gradient was no longer finite.
    pub loss: Option<f64>,
    /// Entity F1 on the source's development data; none without any, or where it diverged.
    pub f1: Option<f64>,
}

/// All rates, and the one to take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundRate {
    /// Steps with each rate.
    pub steps: usize,
    /// The rates in the order in which they were tried.
    pub trials: Vec<RateTrial>,
    /// The rate with the best F1, or the lowest loss where F1 says nothing; none where all diverged.
    pub best: Option<f64>,
    /// What a person should know of it; empty where there is nothing to say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<&'static str>,
}

/// Trains with each rate for some steps, always from the same weights, on the same batches, with the config's schedule
/// drawn together to these steps, and scores what came out. The learner is as it was in the end. The same seed gives
/// the same table.
///
/// # Errors
/// [`Error::Setting`] for a rate that is not above 0, or no step; [`Error::Data`] without a sentence;
/// [`Error::Cancelled`] when the observer asks for a stop; faults of the device.
pub fn find_rate(
    learner: &mut dyn Learner,
    training: &TrainingConfig,
    seed: u64,
    sweep: &RateSweep,
    observer: &mut dyn Observer,
) -> Result<FoundRate> {
    let own = training.optimiser.rate();
    let rates: Vec<f64> = if sweep.rates.is_empty() {
        AROUND.map(|part| tidy(own * part)).to_vec()
    } else {
        sweep.rates.clone()
    };
    if let Some(rate) = rates.iter().find(|rate| !(rate.is_finite() && **rate > 0.0)) {
        return Err(Error::setting("rates", format!("has {rate}, expected numbers above 0")));
    }
    if sweep.steps == 0 {
        return Err(Error::setting("steps", "is 0, expected at least 1"));
    }
    if learner.sentences() == 0 {
        return Err(Error::data("there is no sentence to train on (empty and too long ones are left out)"));
    }
    let (weights, state) = (learner.weights(), learner.state());
    let nowhere = Path::new("the start of the sweep");
    let mut trials = Vec::new();
    for (at, &rate) in rates.iter().enumerate() {
        let mut told = |done| {
            let what = What::Progress { done: at * sweep.steps + done, of: rates.len() * sweep.steps };
            observer.event(&Event { phase: PHASE, what })
        };
        let trial = tried(learner, training, seed, rate, sweep.steps, &mut told);
        learner.set_weights(weights.clone(), nowhere)?;
        learner.set_state(state.clone(), nowhere)?;
        trials.push(trial?);
    }
    Ok(judged(sweep.steps, trials))
}

/// What the observer is told to go on.
const PHASE: &str = "trying learning rates";

fn tried(
    learner: &mut dyn Learner,
    training: &TrainingConfig,
    seed: u64,
    rate: f64,
    steps: usize,
    told: &mut dyn FnMut(usize) -> Flow,
) -> Result<RateTrial> {
    let (mut losses, mut epoch) = (Vec::with_capacity(steps), 0);
    while losses.len() < steps {
        let mut order: Vec<usize> = (0..learner.sentences()).collect();
        order.shuffle(&mut stream(seed, Purpose::Shuffle, epoch, 0));
        for batch in order.chunks(training.batch).take(steps - losses.len()) {
            let step = losses.len();
            let at = Moment { epoch, step, rate: training.schedule.rate(rate, epoch, step, steps) };
            let outcome: StepOutcome = learner.step(batch, &at)?;
            if !outcome.is_finite() {
                return Ok(RateTrial { rate, loss: None, f1: None });
            }
            losses.push(f64::from(outcome.loss));
            if told(losses.len()) == Flow::Stop {
                return Err(Error::Cancelled);
            }
        }
        epoch += 1;
    }
    let last = &losses[losses.len() - losses.len().div_ceil(4)..];
    let loss = last.iter().sum::<f64>() / last.len() as f64;
    let finite =
        learner.weights().iter().all(|(_, tensor)| tensor.values.iter().all(|value| value.is_finite()));
    if !finite {
        return Ok(RateTrial { rate, loss: None, f1: None });
    }
    match learner.evaluate() {
        Ok(scores) => Ok(RateTrial { rate, loss: Some(loss), f1: scores.map(|scores| scores.f1) }),
        // Weights may be finite, and scores made of them not.
        Err(Error::Crf(_)) => Ok(RateTrial { rate, loss: None, f1: None }),
        Err(fault) => Err(fault),
    }
}

/// The best by F1, then by loss; of equals the first.
fn judged(steps: usize, trials: Vec<RateTrial>) -> FoundRate {
    let mut best: Option<(usize, f64, f64)> = None;
    for (at, trial) in trials.iter().enumerate() {
        let Some(loss) = trial.loss else { continue };
        let f1 = trial.f1.unwrap_or(0.0);
        if best.is_none_or(|(_, other, least)| f1 > other || (f1 >= other && loss < least)) {
            best = Some((at, f1, loss));
        }
    }
    let mut notes = Vec::new();
    match best {
        None => notes.push("every rate diverged: try lower ones with --rates"),
        Some((_, f1, _)) if f1 <= 0.0 => {
            notes.push("no rate found an entity, so the loss decided: more steps say more, with --steps");
        }
        Some((at, ..)) if trials.len() > 2 && (at == 0 || at + 1 == trials.len()) => {
            notes.push("the best rate is at the end of those tried: try some beyond it with --rates");
        }
        Some(_) => {}
    }
    FoundRate { steps, best: best.map(|(at, ..)| trials[at].rate), trials, notes }
}

/// A number with two digits, so that tables show no rounding.
fn tidy(rate: f64) -> f64 {
    format!("{rate:.1e}").parse().unwrap_or(rate)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]
    use super::*;

    fn trial(rate: f64, loss: Option<f64>, f1: Option<f64>) -> RateTrial {
        RateTrial { rate, loss, f1 }
    }

    #[test]
    fn f1_decides_and_then_the_loss() {
        let best = |trials: &[RateTrial]| judged(5, trials.to_vec()).best;
        let [low, high, broken] =
            [trial(0.1, Some(2.0), Some(0.5)), trial(0.2, Some(3.0), Some(0.6)), trial(0.3, None, None)];
        assert_eq!(best(&[low, high, broken]), Some(0.2));
        assert_eq!(best(&[trial(0.1, Some(2.0), Some(0.0)), trial(0.2, Some(1.0), Some(0.0))]), Some(0.2));
        assert_eq!(best(&[trial(0.1, Some(2.0), None), trial(0.2, Some(1.0), None), broken]), Some(0.2));
        assert_eq!(best(&[broken]), None);
        assert!(judged(5, vec![broken]).notes[0].contains("diverged"));
        assert!(judged(5, vec![broken, low, high]).notes[0].contains("beyond"));
    }

    #[test]
    fn rates_around_the_configs_have_few_digits() {
        assert_eq!(AROUND.map(|part| tidy(6e-5 * part)), [6e-6, 1.2e-5, 3e-5, 6e-5, 1.2e-4, 3e-4, 6e-4]);
    }
}
