//! Masks: how many, where, and what stays as it is.

use proptest::prelude::*;
use xner_tagger::bert::Piece;
use xner_tagger::bert::train::Example;
use xner_transfer::meta::{Masked, Masking, MaskingConfig, Subwords};

const MASK: u32 = 4;

fn masking(ratio: f64, subwords: Subwords, seed: u64) -> Masking {
    Masking { config: MaskingConfig { ratio, what: Masked::Both, subwords }, mask: MASK, behind: 1, seed }
}

/// A sentence's words, as subwords and tag, in two windows that share some words.
fn windows(words: &[(usize, u16)], [end, begin]: [usize; 2]) -> Vec<Example> {
    let window = |range: std::ops::Range<usize>| {
        let (mut ids, mut piece) = (vec![2], Vec::new());
        for word in range.clone() {
            piece.push((word as u32, ids.len() as u32));
            ids.extend((0..words[word].0).map(|part| (100 + 10 * word + part) as u32));
        }
        ids.push(3);
        Example { piece: Piece { ids, words: piece }, gold: words[range].iter().map(|word| word.1).collect() }
    };
    vec![window(0..end), window(begin..words.len())]
}

proptest! {
    #[test]
    fn labels_and_all_but_entity_words_stay(
        words in prop::collection::vec((1usize..4, 0u16..4), 2..30), ratio in 0.0f64..=1.0,
        cut in (0.1f64..1.0, 0.0f64..1.0), all in any::<bool>(),
        seed in any::<u64>(), epoch in 0usize..5, place in 0usize..5,
    ) {
        let end = ((words.len() as f64 * cut.0).ceil() as usize).max(1);
        let begin = (end as f64 * cut.1) as usize;
        let windows = windows(&words, [end, begin]);
        let subwords = if all { Subwords::All } else { Subwords::First };
        let masked = masking(ratio, subwords, seed).of(&windows, epoch, place);
        prop_assert_eq!(&masked, &masking(ratio, subwords, seed).of(&windows, epoch, place));
        let mut seen: Vec<Option<bool>> = vec![None; words.len()];
        for (before, after) in windows.iter().zip(&masked) {
            prop_assert_eq!(&before.gold, &after.gold);
            prop_assert_eq!(&before.piece.words, &after.piece.words);
            prop_assert_eq!(before.piece.ids.len(), after.piece.ids.len());
            prop_assert_eq!((after.piece.ids[0], *after.piece.ids.last().unwrap()), (2, 3));
            for &(word, at) in &before.piece.words {
                let (count, tag) = words[word as usize];
                let own = at as usize..at as usize + count;
                let masks: Vec<bool> = after.piece.ids[own.clone()].iter().map(|&id| id == MASK).collect();
                let changed: Vec<bool> = own.map(|at| after.piece.ids[at] != before.piece.ids[at]).collect();
                prop_assert_eq!(&masks, &changed, "nothing but masks");
                prop_assert!(tag > 0 || !masks[0], "no entity");
                let rest = if all { masks[0] } else { false };
                prop_assert!(masks[1..].iter().all(|&mask| mask == rest));
                prop_assert_eq!(*seen[word as usize].get_or_insert(masks[0]), masks[0], "in all windows alike");
                prop_assert!(ratio > 0.0 || !masks[0]);
                prop_assert!(ratio < 1.0 || masks[0] == (tag > 0));
            }
        }
    }
}

#[test]
fn as_many_are_masked_as_the_ratio_says_and_others_each_epoch() {
    let words: Vec<(usize, u16)> = (0..40).map(|at| (1 + at % 3, (at % 2) as u16)).collect();
    let windows = windows(&words, [words.len(), words.len() - 1]);
    for ratio in [0.05, 0.2, 0.7] {
        let masking = masking(ratio, Subwords::All, 7);
        let (mut masked, mut drawn, mut kinds) = (0, 0, std::collections::BTreeSet::new());
        for epoch in 0..20 {
            for place in 0..20 {
                let sentence = masking.of(&windows[..1], epoch, place).remove(0);
                let firsts = sentence.piece.words.iter().zip(&sentence.gold).filter(|(_, gold)| **gold > 0);
                let masks: Vec<bool> =
                    firsts.map(|(&(_, at), _)| sentence.piece.ids[at as usize] == MASK).collect();
                masked += masks.iter().filter(|&&mask| mask).count();
                drawn += masks.len();
                kinds.insert(masks);
            }
        }
        // Five standard deviations.
        let (want, spread) =
            (ratio * f64::from(drawn as u32), (ratio * (1.0 - ratio) * f64::from(drawn as u32)).sqrt());
        assert!((f64::from(masked as u32) - want).abs() < 5.0 * spread, "{masked} of {drawn}");
        // Each epoch and each place draws for itself; of few words that are masked some draws are the same.
        assert!(kinds.len() > 60, "{}", kinds.len());
    }
}
