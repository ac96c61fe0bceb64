//! The phases of `TransAdv`.

use xner_corpus::Sentence;
use xner_train::TrainBackend;

use super::config::{Ablation, AdversaryConfig};
use super::distil::Lesson;
use super::sets::{Set, Words};
use super::trainer::{Games, Outcome, PhaseTrainer};
use crate::Result;
use crate::strategy::Phase;

/// `Θ_src`, the enhanced teachers, and the student.
pub(crate) fn train<A: TrainBackend>(trainer: &mut PhaseTrainer<'_, '_, A>) -> Result<Outcome> {
    let (ablation, config) = (trainer.config.ablation, trainer.config);
    let source = source(trainer, ablation.discriminators())?;
    let mut models = vec![(config.distillation.weights[0], source.clone())];
    if ablation != Ablation::NoDistillation {
        for (teacher, weight) in Teacher::ALL.into_iter().zip(&config.distillation.weights[1..]) {
            if ablation != teacher.ablation() && *weight > 0.0 {
                models.push((*weight, enhanced(trainer, teacher, &source)?));
            }
        }
    }
    let mut labels = Vec::with_capacity(models.len());
    for (weight, phase) in &models {
        labels.push((*weight, trainer.soft_labels(phase)?));
    }
    let soft = united(&labels);
    let lessons = lessons(&trainer.corpora.unlabelled, soft);
    Ok(Outcome::Student(trainer.student(&source, &lessons, 0.0)?))
}

/// `Θ_src`: trained on `D_S` against the discriminators that are wanted, language and order.
pub(crate) fn source<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    [language, order]: [bool; 2],
) -> Result<Phase> {
    let AdversaryConfig { language: words, order: orders, .. } = &trainer.config.adversary;
    let games = Games {
        language: language.then(|| ([words.source.clone(), words.target.clone()], Words::All)),
        order: order.then(|| [orders.ordered.clone(), orders.shuffled.clone()]),
    };
    trainer.tuned("source", &[Set::Source], None, &games, &trainer.config.training)
}

/// The enhanced teachers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Teacher {
    /// On `D_T ∪ D_T^swi`, against a discriminator of entity words.
    Entity,
    /// On `D_T ∪ D_S^swi`, against one of context words.
    Context,
    /// On `D_T ∪ D_T^shu`, against none.
    Order,
}

impl Teacher {
    const ALL: [Self; 3] = [Self::Entity, Self::Context, Self::Order];

    fn name(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Context => "context",
            Self::Order => "order",
        }
    }

    /// Without it.
    fn ablation(self) -> Ablation {
        match self {
            Self::Entity => Ablation::NoEntityTeacher,
            Self::Context => Ablation::NoContextTeacher,
            Self::Order => Ablation::NoOrderTeacher,
        }
    }

    /// The set beside `D_T`, and the words of which a discriminator tells whether they are of the one or the other:
    /// there they are the source's, in `D_T` the target's.
    fn other(self) -> (Set, Option<Words>) {
        match self {
            Self::Entity => (Set::TargetSwi, Some(Words::Entity)),
            Self::Context => (Set::SourceSwi, Some(Words::Context)),
            Self::Order => (Set::TargetShu, None),
        }
    }
}

/// The games of the teachers that an ablation leaves: what would leave the teacher out, its name, the set that it is
/// shown beside `D_T`, and the words that it is asked about.
pub(crate) fn games_of_teachers(
    ablation: Ablation,
) -> impl Iterator<Item = (&'static str, &'static str, Set, Words)> {
    let kept = move |teacher: &Teacher| {
        ablation != Ablation::NoDistillation && ablation != teacher.ablation() && ablation.discriminators()[0]
    };
    Teacher::ALL.into_iter().filter(kept).filter_map(|teacher| {
        let (set, words) = teacher.other();
        let without = match teacher {
            Teacher::Entity => "no-entity-teacher",
            Teacher::Context => "no-context-teacher",
            Teacher::Order => "no-order-teacher",
        };
        Some((without, teacher.name(), set, words?))
    })
}

fn enhanced<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    teacher: Teacher,
    source: &Phase,
) -> Result<Phase> {
    let (other, words) = teacher.other();
    let words = words.filter(|_| trainer.config.ablation.discriminators()[0]);
    let language = words.map(|words| ([vec![other], vec![Set::Target]], words));
    let games = Games { language, order: None };
    let training = trainer.config.teachers.training(&trainer.config.training);
    trainer.tuned(teacher.name(), &[Set::Target, other], Some(source), &games, &training)
}

/// Equation 7: `p_uni = Σ_k w_k p(x, Θ_k)`, the weights scaled to a sum of 1. Each model's labels are those of all
/// sentences, `[words, tags]` each.
pub fn united(models: &[(f32, Vec<Vec<f32>>)]) -> Vec<Vec<f32>> {
    let sum: f32 = models.iter().map(|(weight, _)| weight).sum();
    let Some((_, first)) = models.first() else { return Vec::new() };
    let mut united: Vec<Vec<f32>> = first.iter().map(|labels| vec![0.0; labels.len()]).collect();
    for (weight, labels) in models {
        for (sum_of, own) in united.iter_mut().flatten().zip(labels.iter().flatten()) {
            *sum_of += weight / sum * own;
        }
    }
    united
}

/// Every sentence with its soft labels.
pub(crate) fn lessons(sentences: &[Sentence], soft: Vec<Vec<f32>>) -> Vec<Lesson<'_>> {
    let lesson = |(sentence, soft)| Lesson { sentence, soft, hard: Vec::new() };
    sentences.iter().zip(soft).map(lesson).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Section 2.4: in `D_T^swi` entities are the source's, in `D_S^swi` contexts are; in `D_T` all is the target's.
    #[test]
    fn teachers_are_asked_about_what_was_exchanged() {
        assert_eq!(Teacher::Entity.other(), (Set::TargetSwi, Some(Words::Entity)));
        assert_eq!(Teacher::Context.other(), (Set::SourceSwi, Some(Words::Context)));
        assert_eq!(Teacher::Order.other(), (Set::TargetShu, None));
    }

    #[test]
    fn united_labels_are_means_by_weight() {
        let (one, two) = (vec![vec![0.5, 0.5], vec![1.0, 0.0]], vec![vec![0.1, 0.9], vec![0.0, 1.0]]);
        let found = united(&[(1.0, one.clone()), (3.0, two)]);
        let expected = [[0.2, 0.8], [0.25, 0.75]];
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-6);
        }
        assert_eq!(united(&[(0.3, one.clone())]), one);
        assert!(united(&[]).is_empty());
    }
}
