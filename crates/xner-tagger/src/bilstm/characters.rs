//! A word's features from its characters.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use rand::Rng;
use xner_nn::{BiLstm, BiLstmConfig, NerBackend, init};

use super::batch::CharacterBatch;
use crate::config::CharactersConfig;

/// The character bi-LSTM: the last state of each direction over a word's character embeddings.
#[derive(Module, Debug)]
pub struct Characters<B: Backend> {
    /// `[characters, embedding]`; row 0 is the unknown character's.
    pub embedding: Param<Tensor<B, 2>>,
    /// The bi-LSTM.
    pub lstm: BiLstm<B>,
}

impl<B: Backend> Characters<B> {
    /// With seeded weights, for an alphabet of `count` rows.
    pub fn new(
        config: &CharactersConfig,
        count: usize,
        tied: bool,
        device: &B::Device,
        rng: &mut impl Rng,
    ) -> Self {
        let bound = (3.0 / config.embedding as f32).sqrt();
        let embedding = Param::from_tensor(init::uniform([count, config.embedding], bound, device, rng));
        let sizes = BiLstmConfig { input: config.embedding, hidden: config.hidden, tied };
        Self { embedding, lstm: sizes.init(device, rng) }
    }
}

impl<B: NerBackend> Characters<B> {
    /// The features of each distinct word, `[words, 2 * hidden]`.
    pub fn forward(&self, batch: &CharacterBatch) -> Tensor<B, 2> {
        self.lstm.ends(self.embedding.val(), Some(&batch.ids), &batch.packing)
    }
}
