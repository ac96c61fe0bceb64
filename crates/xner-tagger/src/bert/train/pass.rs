//! Dropout of one pass through the encoder, drawn from where in training the pass stands.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use xner_nn::EncoderDropout;
use xner_train::{Purpose, stream};

use super::super::config::BertConfig;

/// Where in training a pass stands. All its dropout is a function of it and the seed, so no two passes of a run may
/// stand in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The step over all epochs, from 0.
    pub step: usize,
    /// Which of the step's passes it is, below 65,536.
    pub place: usize,
}

impl Pass {
    /// What masks the layers' input and the head's are drawn from.
    pub(super) fn masks(self, seed: u64) -> ChaCha8Rng {
        stream(seed, Purpose::Dropout, self.step, self.place)
    }

    /// The dropout in one layer.
    pub(super) fn layer(self, seed: u64, config: &BertConfig, layer: usize) -> EncoderDropout {
        EncoderDropout {
            hidden: config.layer_dropout(),
            attention: config.attention_probs_dropout_prob,
            seed: stream(seed, Purpose::LayerDropout, self.step, self.place << 16 | layer).next_u64(),
        }
    }
}
