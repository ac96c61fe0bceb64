//! Drawing sentences from a corpus.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// The numbers below `len` in an order that `seed` decides.
pub fn shuffled(len: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order
}

/// `count` of the numbers below `len` (all, where there are no more), drawn without replacement, in order.
///
/// With the same seed a larger draw holds every smaller one.
///
/// ```
/// use xner_corpus::sample::subset;
///
/// let (few, many) = (subset(100, 5, 1), subset(100, 20, 1));
/// assert_eq!((few.len(), many.len()), (5, 20));
/// assert!(few.iter().all(|one| many.contains(one)));
/// ```
pub fn subset(len: usize, count: usize, seed: u64) -> Vec<usize> {
    let mut drawn = shuffled(len, seed);
    drawn.truncate(count);
    drawn.sort_unstable();
    drawn
}

/// The numbers below `len` in two parts, each in order: `count` drawn at random, and the others.
pub fn split(len: usize, count: usize, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut drawn = shuffled(len, seed);
    let mut others = drawn.split_off(count.min(len));
    drawn.sort_unstable();
    others.sort_unstable();
    (drawn, others)
}
