//! The loop of adversarial training.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use xner_core::{Event, Flow, Mapping, Observer, What};

use super::chance::{Purpose, draw, mask, stream};
use super::config::CheckedAdversarial;
use super::network::{Batch, Network, host, tensor};
use super::state::{Best, State};
use crate::check::{largest_square, same_dim};
use crate::linalg::Matrix;
use crate::{Error, Result, Rows};

/// Mapping steps between two looks at the losses: reading one waits for the device.
const LOOK: usize = 100;

/// What training found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// `[dim, dim]`: a row vector `x` of the first language maps to `x W`. The best epoch's.
    pub mapping: Matrix,
    /// The criterion of that epoch.
    pub criterion: f64,
    /// That epoch, from 1.
    pub epoch: usize,
    /// Epochs made.
    pub epochs: usize,
}

/// Learns a mapping of `source` onto `target` on a backend, by a form of the discriminator, from `state` on:
/// [`State::new`], or one that was kept.
///
/// After each epoch `criterion` judges the mapping (more is better), and the best is found in the end. Then `keep` gets
/// what training can go on from: it is the moment for a checkpoint. The observer stops training by [`Flow::Stop`],
/// within an epoch too; what was reached goes to `keep` first. Both row views are as they are to be mapped: normalised,
/// most frequent words first.
///
/// # Errors
/// [`Error::Diverged`] when a loss, the mapping or the criterion is no number any more; [`Error::Stopped`] in
/// restart 0, of which this knows nothing;
/// [`Error::AdversarialState`] for a state of other settings; [`Error::Incompatible`], [`Error::Unmappable`] and
/// [`Error::NotFinite`] for rows that cannot be mapped; what `criterion` says.
pub fn train<B: Backend, N: Network<B>>(
    source: Rows<'_>,
    target: Rows<'_>,
    config: &CheckedAdversarial,
    mut state: State,
    device: &B::Device,
    criterion: &mut dyn FnMut(&Matrix) -> Result<f64>,
    keep: &mut dyn FnMut(&State) -> Result<()>,
    observer: &mut dyn Observer,
) -> Result<Found> {
    check(source, target, config, &state)?;
    let dim = state.dim;
    let mut run = Run::<B, N> {
        source: source.head(config.most_frequent),
        target: target.head(config.most_frequent),
        config,
        device,
        network: N::new(&state.layers, config.leak, device),
        w: tensor(state.mapping.clone(), [dim, dim], device),
        seed: state.seed,
    };
    while state.epoch < config.epochs && state.rate >= config.smallest_rate {
        let flow = run.epoch(&mut state, observer)?;
        state.mapping = host(&run.w);
        state.layers = run.network.layers();
        if state.step > 0 {
            keep(&state)?;
            return Err(Error::Stopped { restart: 1 });
        }
        state.epoch += 1;
        let found = Matrix::from_f32(dim, dim, &state.mapping);
        let judged = criterion(&found)?;
        if judged.is_nan() {
            return Err(diverged(state.epoch, "the criterion is no number"));
        }
        let best = judge(&mut state, judged, config);
        keep(&state)?;
        let (epoch, of) = (state.epoch, config.epochs);
        let step = Mapping::AdversarialEpoch { epoch, of, criterion: judged, best };
        let stop = tell(observer, &step) == Flow::Stop || flow == Flow::Stop;
        if stop && epoch < of {
            return Err(Error::Stopped { restart: 1 });
        }
    }
    let Some(best) = state.best else {
        return Err(diverged(state.epoch, "no epoch has a criterion"));
    };
    Ok(Found {
        mapping: Matrix::from_f32(dim, dim, &best.mapping),
        criterion: best.criterion,
        epoch: best.epoch,
        epochs: state.epoch,
    })
}

/// Keeps the best mapping and lowers the rate, as MUSE does: decay after each epoch, and from the second epoch on whose
/// criterion is below the best, the further factor. Says whether this epoch is the best.
fn judge(state: &mut State, criterion: f64, config: &CheckedAdversarial) -> bool {
    let before = state.best.as_ref().map_or(f64::NEG_INFINITY, |best| best.criterion);
    let better = state.best.is_none() || criterion > before;
    if better {
        state.best = Some(Best { criterion, epoch: state.epoch, mapping: state.mapping.clone() });
    }
    state.rate = config.smallest_rate.max(state.rate * config.decay);
    if criterion < before {
        if state.dropped {
            state.rate *= config.shrink;
        }
        state.dropped = true;
    }
    better
}

fn check(source: Rows<'_>, target: Rows<'_>, config: &CheckedAdversarial, state: &State) -> Result<()> {
    if state.config != **config {
        return Err(Error::AdversarialState { message: "belongs to a run with other settings".to_owned() });
    }
    same_dim(source.dim(), "source vectors", state.dim, "state of training")?;
    same_dim(target.dim(), "target vectors", state.dim, "state of training")?;
    for (side, rows) in [("source vectors", source), ("target vectors", target)] {
        if rows.is_empty() {
            return Err(Error::unmappable(side, "there are none"));
        }
        largest_square(rows.head(config.most_frequent), side)?;
    }
    Ok(())
}

fn tell(observer: &mut dyn Observer, step: &Mapping) -> Flow {
    observer.event(&Event { phase: "mapping", what: What::Mapping(step) })
}

fn diverged(epoch: usize, message: &str) -> Error {
    Error::Diverged { epoch, message: message.to_owned() }
}

/// A run on a backend.
struct Run<'a, B: Backend, N> {
    source: Rows<'a>,
    target: Rows<'a>,
    config: &'a CheckedAdversarial,
    device: &'a B::Device,
    network: N,
    /// `[dim, dim]`
    w: Tensor<B, 2>,
    seed: u64,
}

impl<B: Backend, N: Network<B>> Run<'_, B, N> {
    /// The rest of the running epoch. Where the observer stops it before its end, the state says after how many steps.
    fn epoch(&mut self, state: &mut State, observer: &mut dyn Observer) -> Result<Flow> {
        let steps = self.config.steps();
        let mut losses = Losses::<B>::default();
        for step in std::mem::take(&mut state.step)..steps {
            self.step(state, step, &mut losses);
            if (step + 1) % LOOK == 0 || step + 1 == steps {
                let (discriminator_loss, mapping_loss) = losses.take();
                if !(discriminator_loss + mapping_loss).is_finite()
                    || host(&self.w).iter().any(|x| !x.is_finite())
                {
                    let what = format!("the loss or the mapping is no number at step {}", step + 1);
                    return Err(diverged(state.epoch + 1, &what));
                }
                let (samples, of) = ((step + 1) * self.config.batch, steps * self.config.batch);
                let told = Mapping::AdversarialSteps {
                    epoch: state.epoch + 1,
                    samples,
                    of,
                    loss: discriminator_loss,
                };
                if tell(observer, &told) == Flow::Stop {
                    state.step = (step + 1) % steps;
                    return Ok(Flow::Stop);
                }
            }
        }
        Ok(Flow::Continue)
    }

    /// Some steps of the discriminator, one of the mapping.
    fn step(&mut self, state: &State, step: usize, losses: &mut Losses<B>) {
        let config = self.config;
        let (batch, dim, count) = (config.batch, state.dim, config.discriminator_steps);
        let mut rng = stream(self.seed, Purpose::Batches, state.epoch, step);
        let (mut mapped, mut home) = (Vec::new(), Vec::new());
        draw(self.source, batch * (count + 1), &mut rng, &mut mapped);
        draw(self.target, batch * count, &mut rng, &mut home);
        let source = tensor::<B>(mapped, [batch * (count + 1), dim], self.device);
        let home = tensor::<B>(home, [batch * count, dim], self.device);
        // The mapping stands still while the discriminator learns.
        let mapped = source.clone().matmul(self.w.clone());

        // A label says how surely a row is at home.
        let (low, high) = (config.smoothing, 1.0 - config.smoothing);
        let targets: Vec<f32> = (0..2 * batch).map(|row| if row < batch { low } else { high }).collect();
        for at in 0..count {
            let part = |rows: &Tensor<B, 2>| rows.clone().narrow(0, at * batch, batch);
            let mut inputs = Tensor::cat(vec![part(&mapped), part(&home)], 0);
            let mut factors = |units: usize, p: f32| {
                let rows = 2 * batch;
                (p > 0.0).then(|| tensor::<B>(mask(rows * units, p, &mut rng), [rows, units], self.device))
            };
            if let Some(factors) = factors(dim, config.input_dropout) {
                inputs = inputs * factors;
            }
            let masks =
                (0..config.layers).filter_map(|_| factors(config.hidden, config.hidden_dropout)).collect();
            let batch = Batch { inputs, masks };
            let rate = config.discriminator_rate as f32;
            losses.discriminator.push(self.network.discriminator_step(batch, &targets, rate));
        }

        let part = |rows: Tensor<B, 2>| rows.narrow(0, count * batch, batch);
        let scale = 1.0 / (2 * batch) as f32;
        // Fooled, it would take mapped rows to be at home.
        let (loss, gradient) = self.network.mapping_gradient(part(mapped), high, scale);
        losses.mapping.push(loss);
        let rate = (state.rate * config.weight) as f32;
        let w = self.w.clone();
        self.w = N::mapping_step(w, part(source), gradient, rate, config.orthogonality as f32);
    }
}

/// Losses that were not read yet.
#[derive(Default)]
struct Losses<B: Backend> {
    discriminator: Vec<Tensor<B, 1>>,
    mapping: Vec<Tensor<B, 1>>,
}

impl<B: Backend> Losses<B> {
    /// The means, the discriminator's first.
    fn take(&mut self) -> (f64, f64) {
        let mean = |losses: &mut Vec<Tensor<B, 1>>| {
            if losses.is_empty() {
                return 0.0;
            }
            let losses = Tensor::cat(std::mem::take(losses), 0).into_data();
            let (count, sum) =
                losses.iter::<f64>().fold((0, 0.0), |(count, sum), loss| (count + 1, sum + loss));
            sum / count as f64
        };
        (mean(&mut self.discriminator), mean(&mut self.mapping))
    }
}
