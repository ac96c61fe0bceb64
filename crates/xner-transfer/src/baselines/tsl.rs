//! TSL: a student learns the soft labels that the model fine-tuned on the source gives the target's own text.

use xner_train::TrainBackend;

use crate::Result;
use crate::transadv::trainer::{Outcome, PhaseTrainer};
use crate::transadv::{lessons, source};

pub(crate) fn tsl<A: TrainBackend>(trainer: &mut PhaseTrainer<'_, '_, A>) -> Result<Outcome> {
    let teacher = source(trainer, [false, false])?;
    let soft = trainer.soft_labels(&teacher)?;
    let lessons = lessons(&trainer.corpora.unlabelled, soft);
    Ok(Outcome::Student(trainer.student(&teacher, &lessons, 0.0)?))
}
