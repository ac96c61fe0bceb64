//! `AdvCE`: fine-tuned on the source while the encoder learns to hide each word's language from a discriminator.

use xner_train::TrainBackend;

use crate::Result;
use crate::transadv::source;
use crate::transadv::trainer::{Outcome, PhaseTrainer};

pub(crate) fn advce<A: TrainBackend>(trainer: &mut PhaseTrainer<'_, '_, A>) -> Result<Outcome> {
    Ok(Outcome::Model(source(trainer, [true, false])?))
}
