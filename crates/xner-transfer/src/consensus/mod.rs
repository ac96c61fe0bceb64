//! Consensus: a student of what many models, and a word's neighbours, agree on. It needs no label of the target.
//!
//! 1. **Teachers.** `K` models are tuned on the source, each from a seed of its own: `Θ_1` to `Θ_K`. With a dictionary
//!    each, or some, have a second one beside them, `Θ'_k`, which goes on from the first on the source's
//!    translation, as `UniTrans`' `Θ_teach` does.
//! 2. **Labels.** The soft label of a word is the mean of what all of them say, `p = 1/n Σ_k p(x, Θ_k)`.
//! 3. **Neighbours.** A word weighs as much as its label agrees with those of the nearest words in the space of a
//!    model's states: `w = Σ_t min(p_t, q_t)`, where `q` is the mean of the `k` neighbours' labels. This is 1 where
//!    they are the same, and 0 where they have nothing in common.
//! 4. **Student.** It learns the soft labels, each word by its weight. It is left as it is behind the last step: the
//!    source's development data know nothing of the target, and would choose the weights that it began with.
//! 5. **Rounds.** The student labels the text too, weighs as much as all teachers together, and lends its states to
//!    step 3; then a new student begins.
//! 6. **Temperature.** The last student's scores are divided by the [`temperature`] for which the source's development
//!    data are likeliest. No tag changes by that, only how sure the model is of it.
//!
//! Each is a switch of [`ConsensusConfig`]; what averages weights over steps is `training.average`.

mod config;
mod neighbours;
mod temperature;

pub use config::ConsensusConfig;
pub use neighbours::{agreement, agreements};
pub use temperature::temperature;

use xner_train::{TrainBackend, TrainReport};

use crate::Result;
use crate::strategy::{Phase, Place};
use crate::transadv::trainer::{Games, PhaseTrainer, StudentPlan};
use crate::transadv::{Lesson, Set, lessons, united};

/// `source` is `Θ_1`.
pub(crate) fn consensus<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    source: &Phase,
) -> Result<TrainReport> {
    let config = &trainer.config.consensus;
    let teachers = teachers(trainer, source, config)?;
    let mut labels = Vec::with_capacity(teachers.len());
    for (name, phase) in &teachers {
        labels.push((1.0, trainer.soft_labels(name, 1.0, phase)?));
    }
    let teachers_say = united(&labels);
    // The first seed's last model.
    let mut space = teachers[usize::from(config.translated > 0)].1.clone();
    let mut said = teachers_say.clone();
    for round in 1..config.rounds {
        let lessons = weighed(trainer, said, &space)?;
        let name = format!("student-{round}");
        let student =
            trainer.student_into(plan(config, &name, Place::Shared, false), source, &lessons, 0.0)?;
        let own = trainer.soft_labels(&name, labels.len() as f32, &student)?;
        said = united(&[(1.0, teachers_say.clone()), (1.0, own)]);
        space = student;
    }
    let lessons = weighed(trainer, said, &space)?;
    let place = Place::Models(trainer.phases.models.clone());
    Ok(trainer.student_into(plan(config, "student", place, config.calibrate), source, &lessons, 0.0)?.report)
}

fn plan<'a>(config: &ConsensusConfig, name: &'a str, place: Place, calibrate: bool) -> StudentPlan<'a> {
    StudentPlan { name, loss: config.loss, place, calibrate, to_the_end: true }
}

/// The teachers with their names: of each seed the source's, and the one that goes on from it if there is one.
fn teachers<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    first: &Phase,
    config: &ConsensusConfig,
) -> Result<Vec<(String, Phase)>> {
    let (training, none) = (trainer.config.training.clone(), Games::default());
    let further = trainer.config.teachers.training(&training);
    let mut found = Vec::new();
    for number in 1..=config.teachers {
        let name = |what: &str| if number == 1 { what.to_owned() } else { format!("{what}-{number}") };
        trainer.take_seed(number)?;
        let source = name("source");
        let own = match number {
            1 => first.clone(),
            _ => trainer.tuned(&source, &[Set::Source], None, &none, &training)?,
        };
        found.push((source, own.clone()));
        if number <= config.translated {
            let both = name("translated");
            let own = trainer.tuned(&both, &[Set::Target], Some(&own), &none, &further)?;
            found.push((both, own));
        }
    }
    trainer.take_seed(1)?;
    Ok(found)
}

/// The lessons of all sentences, each word with its weight.
fn weighed<'a, A: TrainBackend>(
    trainer: &mut PhaseTrainer<'a, '_, A>,
    said: Vec<Vec<f32>>,
    space: &Phase,
) -> Result<Vec<Lesson<'a>>> {
    let k = trainer.config.consensus.neighbours;
    let mut lessons = lessons(&trainer.corpora.unlabelled, said);
    if k > 0 {
        let states = trainer.states(space)?;
        let labels: Vec<&[f32]> = lessons.iter().map(|lesson| lesson.soft.as_slice()).collect();
        let weights = agreements(&states, &labels, trainer.tags(), k)?;
        for (lesson, weights) in lessons.iter_mut().zip(weights) {
            lesson.weights = weights;
        }
    }
    Ok(lessons)
}
