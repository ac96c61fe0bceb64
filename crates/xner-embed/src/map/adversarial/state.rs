//! What a run goes on from.

use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::chance::weights;
use super::config::{AdversarialConfig, CheckedAdversarial};
use super::network::Dense;
use crate::map::spelling;
use crate::map::stored::Stored;
use crate::{Error, Result};

/// Where adversarial training stands: at the end of an epoch, or within one in which it was stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub(super) config: AdversarialConfig,
    pub(super) seed: u64,
    pub(super) dim: usize,
    /// Epochs done.
    pub(super) epoch: usize,
    /// Mapping steps done in the epoch after those.
    pub(super) step: usize,
    /// The mapping's learning rate.
    pub(super) rate: f64,
    /// Whether an epoch's criterion was below the best before.
    pub(super) dropped: bool,
    /// `[dim, dim]`
    pub(super) mapping: Vec<f32>,
    pub(super) layers: Vec<Dense>,
    pub(super) best: Option<Best>,
}

/// The best mapping so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Best {
    pub(super) criterion: f64,
    pub(super) epoch: usize,
    pub(super) mapping: Vec<f32>,
}

/// The numbers of a state that are not in tensors.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    config: AdversarialConfig,
    seed: u64,
    dim: usize,
    epoch: usize,
    /// Left out at the end of an epoch, as it was before there were other states.
    #[serde(default, skip_serializing_if = "is_zero")]
    step: usize,
    /// Bits: a float's text may not bring it back.
    rate: u64,
    dropped: bool,
    best: Option<(u64, usize)>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(step: &usize) -> bool {
    *step == 0
}

/// The one metadata entry.
const NOTE: &str = "xner";

impl State {
    /// The beginning: the identity, and a discriminator drawn from the seed.
    ///
    /// # Panics
    /// When `dim` is 0.
    pub fn new(config: &CheckedAdversarial, dim: usize, seed: u64) -> Self {
        assert!(dim > 0, "vectors of no numbers");
        let mut mapping = vec![0.0; dim * dim];
        mapping.iter_mut().step_by(dim + 1).for_each(|x| *x = 1.0);
        Self {
            config: (**config).clone(),
            seed,
            dim,
            epoch: 0,
            step: 0,
            rate: config.mapping_rate,
            dropped: false,
            mapping,
            layers: weights(config, dim, seed),
            best: None,
        }
    }

    /// Epochs done.
    pub fn epoch(&self) -> usize {
        self.epoch
    }

    /// Mapping steps done in the running epoch; 0 between two epochs.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The length of the vectors.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The mapping's learning rate in the next epoch.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The mapping as it stands, `[dim, dim]`, row by row: a row vector maps to `x W`.
    pub fn mapping(&self) -> &[f32] {
        &self.mapping
    }

    /// The settings that it belongs to.
    pub fn config(&self) -> &AdversarialConfig {
        &self.config
    }

    /// As a safetensors file's bytes.
    ///
    /// # Errors
    /// [`Error::AdversarialState`], which no state made here causes.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let note = Note {
            config: self.config.clone(),
            seed: self.seed,
            dim: self.dim,
            epoch: self.epoch,
            step: self.step,
            rate: self.rate.to_bits(),
            dropped: self.dropped,
            best: self.best.as_ref().map(|best| (best.criterion.to_bits(), best.epoch)),
        };
        let note = serde_json::to_string(&note).map_err(broken)?;
        let (mut tensors, square) = (Stored::default(), [self.dim; 2]);
        tensors.floats("mapping", &square, &self.mapping);
        if let Some(best) = &self.best {
            tensors.floats("best", &square, &best.mapping);
        }
        for (at, layer) in self.layers.iter().enumerate() {
            let (weight, bias) = (format!("discriminator.{at}.weight"), format!("discriminator.{at}.bias"));
            tensors.floats(&weight, &[layer.inputs, layer.outputs], &layer.weight);
            tensors.floats(&bias, &[layer.outputs], &layer.bias);
        }
        tensors.to_bytes(NOTE, note).map_err(broken)
    }

    /// From the bytes that [`State::to_bytes`] made.
    ///
    /// # Errors
    /// [`Error::AdversarialState`] says what is missing, or does not fit.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let note = metadata.metadata().as_ref().and_then(|entries| entries.get(NOTE));
        let note = note.ok_or_else(|| broken("has no entry `xner`"))?;
        let note: Note = spelling::read(note).map_err(broken)?;
        let config = note.config.check()?;
        let (step, steps) = (note.step, config.steps());
        if step >= steps {
            return Err(broken(format!("is at step {step} of an epoch of {steps}")));
        }
        let file = SafeTensors::deserialize(bytes).map_err(broken)?;
        let read = |name: &str, shape: &[usize]| -> Result<Vec<f32>> {
            let tensor = file.tensor(name).map_err(|fault| broken(format!("tensor `{name}`: {fault}")))?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
                let (dtype, found) = (tensor.dtype(), tensor.shape());
                return Err(broken(format!(
                    "tensor `{name}` is {dtype:?} {found:?}, expected F32 {shape:?}"
                )));
            }
            let values: Vec<f32> =
                tensor.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            if values.iter().all(|x| x.is_finite()) {
                Ok(values)
            } else {
                Err(broken(format!("tensor `{name}` has a number that is not finite")))
            }
        };
        let square = [note.dim, note.dim];
        let best = match note.best {
            None => None,
            Some((criterion, epoch)) => {
                Some(Best { criterion: f64::from_bits(criterion), epoch, mapping: read("best", &square)? })
            }
        };
        let layers = (0..=config.layers)
            .map(|at| {
                let inputs = if at == 0 { note.dim } else { config.hidden };
                let outputs = if at == config.layers { 1 } else { config.hidden };
                Ok(Dense {
                    inputs,
                    outputs,
                    weight: read(&format!("discriminator.{at}.weight"), &[inputs, outputs])?,
                    bias: read(&format!("discriminator.{at}.bias"), &[outputs])?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            config: (*config).clone(),
            seed: note.seed,
            dim: note.dim,
            epoch: note.epoch,
            step: note.step,
            rate: f64::from_bits(note.rate),
            dropped: note.dropped,
            mapping: read("mapping", &square)?,
            layers,
            best,
        })
    }
}

#[allow(clippy::needless_pass_by_value, reason = "`map_err` passes by value")]
fn broken(fault: impl ToString) -> Error {
    Error::AdversarialState { message: fault.to_string() }
}
