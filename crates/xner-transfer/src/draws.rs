//! Batches drawn from a corpus that is gone through again and again.

use std::ops::Range;

use rand::Rng;
use rand::seq::SliceRandom;
use xner_train::{Purpose, stream};

/// The places of batch `batch` of `size` sentences in a list of `count`: the list is gone through again and again, each
/// time in an order of its own. `round` tells lists of one purpose apart. Fewer than `size` where the list is shorter;
/// none of an empty list.
pub(crate) fn places(
    seed: u64,
    purpose: Purpose,
    round: usize,
    batch: usize,
    size: usize,
    count: usize,
) -> Vec<usize> {
    let size = size.min(count);
    let order = |pass| stream(seed, purpose, round, pass);
    drawn(batch * size..(batch + 1) * size, count, order).map(|(_, place)| place).collect()
}

/// The draws of these numbers, from 0, from a list of `count` that is gone through again and again: the number of the
/// pass, and the place, in the order that `order` decides for the pass.
pub(crate) fn drawn<R: Rng>(
    draws: Range<usize>,
    count: usize,
    order: impl Fn(usize) -> R,
) -> impl Iterator<Item = (usize, usize)> {
    let mut passing = (usize::MAX, Vec::new());
    draws.map(move |at| {
        let pass = at / count;
        if pass != passing.0 {
            passing = (pass, (0..count).collect());
            passing.1.shuffle(&mut order(pass));
        }
        (pass, passing.1[at % count])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_comes_once_before_one_comes_twice() {
        let places = |batch, size, count| places(5, Purpose::Target, 2, batch, size, count);
        let all: Vec<usize> = (0..7).flat_map(|batch| places(batch, 4, 14)).collect();
        for pass in all.chunks(14) {
            let mut sorted = pass.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..14).collect::<Vec<_>>());
        }
        assert_ne!(all[..14], all[14..]);
        assert_eq!(places(3, 16, 3).len(), 3);
        assert!(places(3, 16, 0).is_empty());
    }
}
