//! What an encoder layer's call computes, apart from its numbers.

use std::ops::Range;
use std::sync::Arc;

/// A call's shape: how the rows lie, the heads, the noise.
#[derive(Debug, Clone)]
pub struct EncoderSpec {
    /// The sentences' lengths. A sentence's rows stand one behind the other, sentences one behind the other, and no
    /// row is padding.
    pub lengths: Arc<[usize]>,
    /// Attention heads; they share the columns evenly.
    pub heads: usize,
    /// What layer norms add to the variance.
    pub epsilon: f32,
    /// The noise of training; `None` where there is none.
    pub dropout: Option<EncoderDropout>,
}

/// The noise of a layer's training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EncoderDropout {
    /// The rate behind attention and behind the feed-forward block.
    pub hidden: f64,
    /// The rate of attention's probabilities.
    pub attention: f64,
    /// Decides what is dropped; another for each layer and step.
    pub seed: u64,
}

impl EncoderSpec {
    /// The number of rows: the sum of the lengths.
    pub fn rows(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// Each sentence's rows.
    pub fn sentences(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.lengths.iter().scan(0, |start, &len| {
            let range = *start..*start + len;
            *start = range.end;
            Some(range)
        })
    }
}
