//! Adversarial training as the initialiser of a run.

use xner_core::{Device, Observer};

use super::adversarial::{CheckedAdversarial, State as TrainingState, train_on};
use super::checkpoint::Checkpoint;
use super::config::CriterionConfig;
use super::criterion;
use super::spaces::Spaces;
use super::state::State;
use crate::knn::Csls;
use crate::linalg::Matrix;
use crate::{Error, Result, Rows};

/// Trains a mapping from where `state` left off, with a checkpoint after each epoch.
pub(super) fn initialise_adversarially(
    spaces: &Spaces,
    config: &CheckedAdversarial,
    criterion: &CriterionConfig,
    seed: u64,
    device: Device,
    checkpoint: Option<&Checkpoint>,
    state: &mut State,
    observer: &mut dyn Observer,
) -> Result<Matrix> {
    let restart = state.finished.len();
    let training = match &state.initialiser {
        Some(bytes) => TrainingState::from_bytes(bytes)?,
        None => TrainingState::new(config, spaces.dim(), seed),
    };
    let mut judge = |w: &Matrix| {
        let moved = spaces.moved_unit(w);
        let csls = Csls::new(Rows::new(&moved, spaces.dim()), spaces.fixed_unit(), criterion.neighbours)?;
        Ok(criterion::of_csls(&csls, criterion))
    };
    let mut keep = |training: &TrainingState| {
        state.initialiser = Some(training.to_bytes()?);
        checkpoint.map_or(Ok(()), |checkpoint| checkpoint.write(state))
    };
    let (moving, fixed) = (spaces.moving(), spaces.fixed());
    match train_on(device, moving, fixed, config, training, &mut judge, &mut keep, observer) {
        Ok(found) => Ok(found.mapping),
        Err(Error::Stopped { .. }) => Err(Error::Stopped { restart: restart + 1 }),
        Err(fault) => Err(fault),
    }
}
