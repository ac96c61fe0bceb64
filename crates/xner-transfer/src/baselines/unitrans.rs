//! `UniTrans`: model transfer and data transfer in one. Three models label the target's text: `Θ_src`, tuned on the
//! source; `Θ_trans`, on its translation; `Θ_teach`, on the translation from `Θ_src` on. The student learns `Θ_teach`'s
//! soft labels, and the hard labels on which at least two of the three agree, or all.

use xner_train::{TrainBackend, TrainReport};

use crate::Result;
use crate::strategy::Phase;
use crate::transadv::trainer::{Games, PhaseTrainer};
use crate::transadv::{Lesson, Set, SoftLabels, Votes};

pub(crate) fn unitrans<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    own: &Phase,
) -> Result<TrainReport> {
    let (none, config) = (Games::default(), trainer.config);
    let training = config.teachers.training(&config.training);
    let translated = trainer.tuned("translated", &[Set::Target], None, &none, &config.training)?;
    let teacher = trainer.tuned("teacher", &[Set::Target], Some(own), &none, &training)?;
    let labels = [
        trainer.soft_labels("source", 1.0, own)?,
        trainer.soft_labels("translated", 1.0, &translated)?,
        trainer.soft_labels("teacher", 1.0, &teacher)?,
    ];
    let sentences = &trainer.corpora.unlabelled;
    let lesson = |(at, sentence): (usize, _)| {
        let [own, translated, teacher] = labels.each_ref().map(|labels| labels[at].as_slice());
        let soft = match config.unitrans.soft {
            SoftLabels::Teacher => teacher.to_vec(),
            SoftLabels::Both => own.iter().zip(teacher).map(|(a, b)| 0.5 * (a + b)).collect(),
        };
        Lesson {
            sentence,
            soft,
            hard: votes([own, translated, teacher], sentence.len(), config.unitrans.votes),
            weights: Vec::new(),
        }
    };
    let lessons: Vec<Lesson<'_>> = sentences.iter().enumerate().map(lesson).collect();
    let weight = config.unitrans.hard_weight;
    trainer.student(own, &lessons, weight)
}

/// The tag of each of `words` words on which at least two of three models agree, or all three.
fn votes(models: [&[f32]; 3], words: usize, needed: Votes) -> Vec<Option<u16>> {
    let width = models[0].len() / words.max(1);
    let best = |model: &[f32], word: usize| {
        let row = model[word * width..][..width].iter().enumerate();
        row.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map_or(0, |(tag, _)| tag as u16)
    };
    (0..words)
        .map(|word| {
            let [a, b, c] = models.map(|model| best(model, word));
            match needed {
                Votes::Three => (a == b && a == c).then_some(a),
                Votes::Two if a == b || a == c => Some(a),
                Votes::Two => (b == c).then_some(b),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_three_settle_a_word() {
        // Three words, three tags.
        let one = [0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0.0, 0.0, 1.0];
        let two = [0.6, 0.3, 0.1, 0.6, 0.2, 0.2, 0.1, 0.8, 0.1];
        let three = [0.1, 0.9, 0.0, 0.5, 0.4, 0.1, 1.0, 0.0, 0.0];
        assert_eq!(votes([&one, &two, &three], 3, Votes::Two), [Some(0), Some(0), None]);
        assert_eq!(votes([&one, &two, &three], 3, Votes::Three), [None, None, None]);
        assert_eq!(votes([&one, &one, &one], 3, Votes::Three), [Some(0), Some(1), Some(2)]);
        assert!(votes([&[], &[], &[]], 0, Votes::Two).is_empty());
    }
}
