//! The phases of `TransAdv`.

use xner_corpus::Sentence;
use xner_train::{TrainBackend, TrainReport};

use super::config::{Ablation, AdversaryConfig};
use super::distil::Lesson;
use super::sets::{Set, Words};
use super::trainer::{Games, PhaseTrainer};
use crate::Result;
use crate::strategy::Phase;

/// The enhanced teachers and the student of `source`, `Θ_src`.
pub(crate) fn train<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    source: &Phase,
) -> Result<TrainReport> {
    let (ablation, config) = (trainer.config.ablation, trainer.config);
    let mut models = vec![("source", config.distillation.weights[0], source.clone())];
    if ablation != Ablation::NoDistillation {
        for (teacher, weight) in TEACHERS.into_iter().zip(&config.distillation.weights[1..]) {
            if ablation != teacher.ablation && *weight > 0.0 {
                models.push((teacher.name, *weight, enhanced(trainer, teacher, source)?));
            }
        }
    }
    let mut labels = Vec::with_capacity(models.len());
    for (name, weight, phase) in &models {
        labels.push((*weight, trainer.soft_labels(name, *weight, phase)?));
    }
    taught(trainer, source, united(&labels))
}

/// A student of the unlabelled text with these soft labels. `source` is the method's source model.
pub(crate) fn taught<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    source: &Phase,
    soft: Vec<Vec<f32>>,
) -> Result<TrainReport> {
    let lessons = lessons(&trainer.corpora.unlabelled, soft);
    trainer.student(source, &lessons, 0.0)
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

/// An enhanced teacher.
#[derive(Debug, Clone, Copy)]
struct Teacher {
    name: &'static str,
    /// Without it.
    ablation: Ablation,
    /// The set beside `D_T` that it learns of.
    other: Set,
    /// The words of which a discriminator tells whether they are of that set or of `D_T`: there they are the source's,
    /// in `D_T` the target's.
    words: Option<Words>,
}

const TEACHERS: [Teacher; 3] = {
    use Ablation::{NoContextTeacher, NoEntityTeacher, NoOrderTeacher};
    let (entity, context) = (Some(Words::Entity), Some(Words::Context));
    [
        Teacher { name: "entity", ablation: NoEntityTeacher, other: Set::TargetSwi, words: entity },
        Teacher { name: "context", ablation: NoContextTeacher, other: Set::SourceSwi, words: context },
        Teacher { name: "order", ablation: NoOrderTeacher, other: Set::TargetShu, words: None },
    ]
};

/// The games of the teachers that an ablation leaves: the teacher's name, the set that it is shown beside `D_T`, and
/// the words that it is asked about.
pub(crate) fn games_of_teachers(ablation: Ablation) -> impl Iterator<Item = (&'static str, Set, Words)> {
    let kept = move |teacher: &Teacher| {
        ablation != Ablation::NoDistillation && ablation != teacher.ablation && ablation.discriminators()[0]
    };
    let game = |Teacher { name, other, words, .. }| Some((name, other, words?));
    TEACHERS.into_iter().filter(kept).filter_map(game)
}

fn enhanced<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    teacher: Teacher,
    source: &Phase,
) -> Result<Phase> {
    let Teacher { name, other, words, .. } = teacher;
    let words = words.filter(|_| trainer.config.ablation.discriminators()[0]);
    let language = words.map(|words| ([vec![other], vec![Set::Target]], words));
    let games = Games { language, order: None };
    let training = trainer.config.teachers.training(&trainer.config.training);
    trainer.tuned(name, &[Set::Target, other], Some(source), &games, &training)
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
    let lesson = |(sentence, soft)| Lesson { sentence, soft, hard: Vec::new(), weights: Vec::new() };
    sentences.iter().zip(soft).map(lesson).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Section 2.4: in `D_T^swi` entities are the source's, in `D_S^swi` contexts are; in `D_T` all is the target's.
    #[test]
    fn teachers_are_asked_about_what_was_exchanged() {
        let others = TEACHERS.map(|teacher| (teacher.name, teacher.other, teacher.words));
        let expected = [
            ("entity", Set::TargetSwi, Some(Words::Entity)),
            ("context", Set::SourceSwi, Some(Words::Context)),
            ("order", Set::TargetShu, None),
        ];
        assert_eq!(others, expected);
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
