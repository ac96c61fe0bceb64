//! Randomness as a function of one seed and the place in training where it is used.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What random numbers are for; each use has its own stream, so one more use moves no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// First values of the weights.
    Weights = 1,
    /// First values of word vectors.
    Words = 2,
    /// The order of the training sentences.
    Shuffle = 3,
    /// Dropout masks.
    Dropout = 4,
    /// Words taken for unknown.
    Unknown = 5,
    /// The length thresholds of pseudo labels.
    Threshold = 6,
    /// The order of the target language's sentences.
    Target = 7,
    /// Dropout masks on them.
    TargetDropout = 8,
    /// The order of words in shuffled sentences.
    WordOrder = 9,
    /// Which of a word's translations is taken.
    Translation = 10,
    /// Dropout inside an encoder's layers.
    LayerDropout = 20,
    /// The order of sentences that discriminators are shown.
    Discriminator = 21,
    /// The order of sentences that a generator is to deceive them with.
    Generator = 22,
    /// First weights of discriminators.
    Adversary = 23,
    /// The order of tasks in meta-training.
    Tasks = 30,
    /// Masked words.
    Masking = 31,
}

/// The generator for `purpose` in `epoch` at `step`.
///
/// A function of its arguments alone: a run that resumes needs no generator's state.
pub fn stream(seed: u64, purpose: Purpose, epoch: usize, step: usize) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (part, value) in [seed, purpose as u64, epoch as u64, step as u64].into_iter().enumerate() {
        key[part * 8..][..8].copy_from_slice(&value.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// `count` values, uniform in `-limit..limit`.
pub fn uniform(rng: &mut impl Rng, count: usize, limit: f32) -> Vec<f32> {
    (0..count).map(|_| (2.0 * rng.random::<f32>() - 1.0) * limit).collect()
}
