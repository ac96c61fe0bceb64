//! mBERT-FT: fine-tuned on the source, run on the target as it is.

use xner_train::TrainBackend;

use crate::Result;
use crate::transadv::source;
use crate::transadv::trainer::{Outcome, PhaseTrainer};

pub(crate) fn mbert_ft<A: TrainBackend>(trainer: &mut PhaseTrainer<'_, '_, A>) -> Result<Outcome> {
    Ok(Outcome::Model(source(trainer, [false, false])?))
}
