//! `AdvPicker`: the student learns only of those target sentences whose language the discriminator can least tell.

use xner_train::{TrainBackend, TrainReport};

use crate::Result;
use crate::strategy::Phase;
use crate::transadv::trainer::PhaseTrainer;
use crate::transadv::{lessons, source_probability};

pub(crate) fn advpicker<A: TrainBackend>(
    trainer: &mut PhaseTrainer<'_, '_, A>,
    teacher: &Phase,
) -> Result<TrainReport> {
    trainer.labelling()?;
    let sentences = &trainer.corpora.unlabelled;
    let (model, discriminator) = trainer.with_discriminator(teacher)?;
    let mut told = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        told.push(source_probability(&model, &discriminator, &model.pieces(sentence)?));
    }
    let kept = least_told(&told, count(sentences.len(), trainer.config.advpicker.share));
    let soft = trainer.soft_labels("source", 1.0, teacher)?;
    let mut lessons = lessons(sentences, soft);
    let mut kept = kept.into_iter();
    lessons.retain(|_| kept.next().unwrap_or(false));
    trainer.student(teacher, &lessons, 0.0)
}

/// `share` of `all`, rounded up, but for what rounding of `share` itself puts above a whole number.
fn count(all: usize, share: f64) -> usize {
    (all as f64 * share - 1e-9).ceil() as usize
}

/// Which `count` of these probabilities are nearest to one half; of equal ones the first.
fn least_told(told: &[f32], count: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..told.len()).collect();
    order.sort_by(|&a, &b| (told[a] - 0.5).abs().total_cmp(&(told[b] - 0.5).abs()));
    let mut kept = vec![false; told.len()];
    order.into_iter().take(count).for_each(|at| kept[at] = true);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_up() {
        for (all, share, kept) in [(10, 0.8, 8), (11, 0.8, 9), (100, 0.55, 55), (3, 0.1, 1), (7, 1.0, 7)] {
            assert_eq!(count(all, share), kept, "{share} of {all}");
        }
    }

    #[test]
    fn those_nearest_to_one_half_are_kept() {
        let told = [0.1, 0.45, 0.9, 0.55, 0.5, 0.45];
        assert_eq!(least_told(&told, 3), [false, true, false, true, true, false]);
        assert_eq!(least_told(&told, 9), [true; 6]);
        assert_eq!(least_told(&told, 0), [false; 6]);
    }
}
