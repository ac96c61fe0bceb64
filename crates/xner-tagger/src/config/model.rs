//! The sizes and switches of the char-BiLSTM-CRF.

use serde::{Deserialize, Serialize};
use xner_corpus::Scheme;

use super::check::{positive, share};
use crate::Result;

/// `[model]`: the char-BiLSTM-CRF of Lample et al. (2016) as Bari et al. (2020) use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelConfig {
    /// How entities are written as tags: `iobes` (default), `iob2` or `iob1`.
    pub scheme: Scheme,
    /// The character part.
    pub characters: CharactersConfig,
    /// Units of the word bi-LSTM in each direction. Default 100.
    pub hidden: usize,
    /// Units of the point-wise dense layer before the CRF. Default 100.
    pub dense: usize,
    /// Whether the forward and backward cells of both bi-LSTMs share their weights (the paper's
    /// "Cross-Shared" model). Default false.
    pub tied: bool,
    /// Share of a token's features dropped in training, before the word bi-LSTM. Default 0.5.
    pub dropout: f32,
    /// Share of the word bi-LSTM's states dropped in training, before the dense layer. Default 0.
    pub dropout_states: f32,
    /// Whether there is self-attention over the word bi-LSTM's states (Xie et al. 2018): each token's context
    /// then stands beside its state, and the dense layer reads both. Xie et al.'s released code has no dense
    /// layer: theirs goes straight to the CRF's emissions. Default false.
    pub attention: bool,
    /// Share of a token's context dropped in training, where there is self-attention. Default 0.5.
    pub dropout_attention: f32,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            scheme: Scheme::Iobes,
            characters: CharactersConfig::default(),
            hidden: 100,
            dense: 100,
            tied: false,
            dropout: 0.5,
            dropout_states: 0.0,
            attention: false,
            dropout_attention: 0.5,
        }
    }
}

/// `[model.characters]`: the bi-LSTM over a word's characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CharactersConfig {
    /// Whether there is one. Default true.
    #[serde(rename = "use")]
    pub enabled: bool,
    /// Dimensions of a character's embedding. Default 25.
    pub embedding: usize,
    /// Units of the character bi-LSTM in each direction. Default 25.
    pub hidden: usize,
    /// A character seen less often than this in training counts as unknown, so that the unknown character
    /// is trained too. Default 2.
    pub min_count: usize,
    /// A longer word is read as its first and last characters, this many together. Default 100.
    pub longest: usize,
}

impl Default for CharactersConfig {
    fn default() -> Self {
        Self { enabled: true, embedding: 25, hidden: 25, min_count: 2, longest: 100 }
    }
}

impl ModelConfig {
    pub(crate) fn check(&self) -> Result<()> {
        positive("model.hidden", self.hidden)?;
        positive("model.dense", self.dense)?;
        share("model.dropout", self.dropout)?;
        share("model.dropout_states", self.dropout_states)?;
        share("model.dropout_attention", self.dropout_attention)?;
        if self.characters.enabled {
            positive("model.characters.embedding", self.characters.embedding)?;
            positive("model.characters.hidden", self.characters.hidden)?;
            positive("model.characters.longest", self.characters.longest)?;
        }
        Ok(())
    }
}
