//! How far a word's label agrees with those of the words nearest to it.

use xner_embed::Rows;
use xner_embed::knn::nearest;
use xner_embed::normalise::unit;

use crate::{Error, Result};

/// Neighbours are looked for among so many words at most, which stand evenly in the text.
const KEYS: usize = 20_000;

/// `Σ_t min(p_t, q_t)` of two distributions: 1 where they are the same, 0 where they have nothing in common.
pub fn agreement(p: &[f32], q: &[f32]) -> f32 {
    p.iter().zip(q).map(|(p, q)| p.min(*q)).sum()
}

/// The weight of each word of some sentences: how far its label agrees with the mean of the labels of the `k` words
/// with the nearest states, by cosine, other than itself.
///
/// `states` are `[words, width]` and `labels` `[words, tags]` of each sentence. Where there is no other word a word
/// weighs 1, and where a state is zero, which is a word that the model did not read.
///
/// # Errors
/// [`Error::Data`] where states and labels are not of the same words, or there are no tags; those of the search.
pub fn agreements(states: &[Vec<f32>], labels: &[&[f32]], tags: usize, k: usize) -> Result<Vec<Vec<f32>>> {
    if tags == 0 {
        return Err(Error::data("there are no tags, expected at least one"));
    }
    let words: usize = labels.iter().map(|labels| labels.len() / tags).sum();
    let numbers: usize = states.iter().map(Vec::len).sum();
    let width = numbers.checked_div(words).unwrap_or(0);
    let fits = |(states, labels): (&Vec<f32>, &&[f32])| states.len() * tags == labels.len() * width;
    if numbers != words * width || states.len() != labels.len() || !states.iter().zip(labels).all(fits) {
        return Err(Error::data("there are not as many states as labels"));
    }
    if words < 2 || width == 0 {
        return Ok(labels.iter().map(|labels| vec![1.0; labels.len() / tags]).collect());
    }
    let mut rows = states.concat();
    rows.chunks_exact_mut(width).for_each(unit);
    let all: Vec<&[f32]> = labels.iter().flat_map(|labels| labels.chunks_exact(tags)).collect();
    let step = words.div_ceil(KEYS);
    let keys: Vec<usize> = (0..words).step_by(step).collect();
    let thinned: Vec<f32> = keys.iter().flat_map(|&at| &rows[at * width..][..width]).copied().collect();
    let found = nearest(Rows::new(&rows, width), Rows::new(&thinned, width), k + 1)?;
    let weight = |word: usize| {
        let read = rows[word * width..][..width].iter().any(|&x| x != 0.0);
        let others = found.ids(word).iter().map(|&key| keys[key as usize]).filter(|&key| key != word);
        let others: Vec<usize> = others.take(k).collect();
        if !read || others.is_empty() {
            return 1.0;
        }
        let mut mean = vec![0.0; tags];
        for &other in &others {
            mean.iter_mut().zip(all[other]).for_each(|(mean, p)| *mean += p / others.len() as f32);
        }
        agreement(all[word], &mean)
    };
    let mut next = 0..words;
    let own = |labels: &&[f32]| next.by_ref().take(labels.len() / tags).map(weight).collect();
    Ok(labels.iter().map(own).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_weighs_as_much_as_its_neighbours_labels_agree() {
        // Two bundles of three words; the last word of the first has the label of the second.
        let states =
            vec![vec![1.0, 0.0, 0.9, 0.1, 0.95, 0.05], vec![], vec![0.0, 2.0, 0.1, 1.8, 0.0, 0.0, 0.05, 1.0]];
        let (one, two) = ([0.9, 0.1], [0.2, 0.8]);
        let labels = [[one, one, two].concat(), vec![], [two, two, one, two].concat()];
        let labels: Vec<&[f32]> = labels.iter().map(Vec::as_slice).collect();
        let found = agreements(&states, &labels, 2, 2).unwrap_or_default();
        // The neighbours of the first are the second and the third: their mean is 0.55, 0.45.
        let mixed = agreement(&one, &[0.55, 0.45]);
        let expected = [vec![mixed, mixed, agreement(&two, &one)], vec![], vec![1.0, 1.0, 1.0, 1.0]];
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-5, "{found} and {expected}");
        }
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [3, 0, 4]);
    }

    #[test]
    fn what_does_not_fit_is_a_fault_and_a_single_word_weighs_all() {
        assert!(agreements(&[vec![1.0; 4]], &[&[]], 0, 3).is_err());
        assert!(agreements(&[vec![1.0; 4]], &[&[0.5; 6]], 2, 3).is_err());
        assert!(agreements(&[vec![1.0; 6]], &[&[0.5; 4], &[0.5; 2]], 2, 3).is_err());
        let single = agreements(&[vec![1.0; 4]], &[&[0.5, 0.5]], 2, 3).unwrap_or_default();
        assert_eq!(single, [[1.0]]);
        assert!(agreements(&[], &[], 2, 3).unwrap_or_default().is_empty());
    }
}
