//! Adversarial training as the initialiser of a run.

use super::adversarial::{CheckedAdversarial, Event as Training, State as TrainingState, train_on};
use super::checkpoint::Checkpoint;
use super::config::CriterionConfig;
use super::criterion;
use super::device::Device;
use super::event::{Event, Flow, Observer};
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
    observer: &mut Observer<'_>,
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
    let mut trouble = None;
    let mut watch = |event: &Training<'_>| match *event {
        Training::Progress { epoch, step, steps, discriminator_loss, .. } => {
            let (samples, of) = (step * config.batch, steps * config.batch);
            observer(&Event::AdversarialSteps { epoch, samples, of, loss: discriminator_loss })
        }
        Training::Epoch { epoch, criterion, best, state: training } => {
            let written = training.to_bytes().and_then(|bytes| {
                state.initialiser = Some(bytes);
                checkpoint.map_or(Ok(()), |checkpoint| checkpoint.write(state))
            });
            if let Err(error) = written {
                trouble = Some(error);
                return Flow::Stop;
            }
            observer(&Event::AdversarialEpoch { epoch, of: config.epochs, criterion, best })
        }
    };
    let found = train_on(device, spaces.moving(), spaces.fixed(), config, training, &mut judge, &mut watch);
    match (found, trouble) {
        (Ok(found), None) => Ok(found.mapping),
        (Err(Error::Stopped { .. }), None) => Err(Error::Stopped { restart }),
        (_, Some(error)) | (Err(error), None) => Err(error),
    }
}
