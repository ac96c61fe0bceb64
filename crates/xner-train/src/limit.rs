//! A part of a corpus, the same for every seed.

use xner_corpus::sample::subset;
use xner_corpus::{Labelled, Sentence};

/// Which sentences a run takes, where it does not take all, and the sets that are made of them, are the same for every
/// seed, so that seeds differ by training alone.
pub const SETS_SEED: u64 = 1;

/// `count` of the sentences that are not empty, drawn, in their order; without a count all of them.
pub fn limited(sentences: Vec<Labelled>, count: Option<usize>) -> Vec<Labelled> {
    limited_by(sentences, count, |labelled| &labelled.sentence)
}

/// The same of whatever has a sentence.
pub fn limited_by<T>(mut all: Vec<T>, count: Option<usize>, of: impl Fn(&T) -> &Sentence) -> Vec<T> {
    all.retain(|one| !of(one).is_empty());
    let Some(count) = count.filter(|&count| count < all.len()) else { return all };
    let mut kept = vec![false; all.len()];
    for at in subset(all.len(), count, SETS_SEED) {
        kept[at] = true;
    }
    all.into_iter().zip(kept).filter_map(|(one, kept)| kept.then_some(one)).collect()
}

/// As [`limited_by`] where there is a count; else the sentences as they are, empty ones too.
pub fn at_most<T>(all: Vec<T>, count: Option<usize>, of: impl Fn(&T) -> &Sentence) -> Vec<T> {
    if count.is_some() { limited_by(all, count, of) } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_drawn_in_order_and_without_empty_sentences() {
        let all: Vec<Sentence> =
            ["a", "", "b", "c", "d"].map(|word| Sentence::from_tokens(word.split_whitespace())).to_vec();
        let words = |part: &[Sentence]| part.iter().map(|one| one.text().to_owned()).collect::<Vec<_>>();
        let part = limited_by(all.clone(), Some(2), |one| one);
        assert_eq!((part.len(), words(&part).is_sorted()), (2, true));
        assert_eq!(words(&limited_by(all.clone(), None, |one| one)), ["a", "b", "c", "d"]);
        assert_eq!(at_most(all.clone(), None, |one| one), all);
        assert_eq!(at_most(all, Some(9), |one| one).len(), 4);
    }
}
