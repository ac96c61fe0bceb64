//! The sizes and switches of the char-BiLSTM-CRF.

#[cfg(feature = "train")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use xner_corpus::Scheme;
use xner_train::settings::check::{count, positive, share, size};

use crate::{Error, Result};

/// The numbers of a network at most, word vectors not counted: 4 GB.
const MOST_NUMBERS: f64 = 1e9;

/// The char-BiLSTM-CRF of Lample et al. (2016) as Bari et al. (2020) use it.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ModelConfig {
    /// How entities are written as tags. Default `iobes`.
    #[default(Scheme::Iobes)]
    pub scheme: Scheme,
    /// The bi-LSTM over a word's characters.
    pub characters: CharactersConfig,
    /// Units of the word bi-LSTM in each direction. Default 100.
    #[default = 100]
    pub hidden: usize,
    /// Units of the dense layer, word by word, before the CRF. Default 100.
    #[default = 100]
    pub dense: usize,
    /// Whether the forward and backward cells of both bi-LSTMs share their weights, as in the paper's "Cross-Shared"
    /// model. Default false.
    pub tied: bool,
    /// The share of a token's features that is dropped in training, before the word bi-LSTM. Default 0.5.
    #[default = 0.5]
    pub dropout: f32,
    /// The share of the word bi-LSTM's states that is dropped in training, before the dense layer. Default 0.
    pub dropout_states: f32,
    /// Whether there is self-attention over the word bi-LSTM's states (Xie et al. 2018). Then each token's context
    /// stands beside its state, and the dense layer reads both. Xie et al.'s released code has no dense layer: theirs
    /// goes straight to the CRF's emissions. Default false.
    pub attention: bool,
    /// The share of a token's context that is dropped in training, where there is self-attention. Default 0.5.
    #[default = 0.5]
    pub dropout_attention: f32,
    /// Whether the CRF has scores of its own for the tags at both ends of a sentence. Bari et al.'s counts have none.
    /// Default true.
    #[default = true]
    pub ends: bool,
    /// Whether tags are chosen among the sequences that keep to the scheme, and not among all. Default true.
    #[default = true]
    pub constrained: bool,
}

/// The bi-LSTM over a word's characters.
#[derive(Debug, Clone, PartialEq, Eq, SmartDefault, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CharactersConfig {
    /// Whether characters are read. Default true.
    #[default = true]
    #[serde(rename = "use")]
    pub enabled: bool,
    /// Dimensions of a character's embedding. Default 25.
    #[default = 25]
    pub embedding: usize,
    /// Units of the character bi-LSTM in each direction. Default 25.
    #[default = 25]
    pub hidden: usize,
    /// A character that training sees less often than this counts as unknown, so that the unknown character is trained
    /// too. Default 2.
    #[default = 2]
    pub min_count: usize,
    /// A longer word is read as its first and last characters, so many together. Default 100.
    #[default = 100]
    pub longest: usize,
}

impl ModelConfig {
    pub(crate) fn check(&self) -> Result<()> {
        size("model.hidden", self.hidden)?;
        size("model.dense", self.dense)?;
        share("model.dropout", self.dropout)?;
        share("model.dropout_states", self.dropout_states)?;
        share("model.dropout_attention", self.dropout_attention)?;
        if self.characters.enabled {
            size("model.characters.embedding", self.characters.embedding)?;
            size("model.characters.hidden", self.characters.hidden)?;
            positive("model.characters.longest", self.characters.longest)?;
            count("model.characters.min_count", self.characters.min_count)?;
        }
        // Each may be as large as it may; all together they must fit into memory.
        let lstm = |input: usize, hidden: usize| (input + hidden) as f64 * 8.0 * hidden as f64;
        let (small, characters) = if self.characters.enabled {
            let CharactersConfig { embedding, hidden, .. } = self.characters;
            (lstm(embedding, hidden), 2 * hidden)
        } else {
            (0.0, 0)
        };
        let states = 2 * self.hidden;
        let attention = if self.attention { (states * states) as f64 } else { 0.0 };
        let numbers = small + lstm(characters, self.hidden) + attention + (2 * states * self.dense) as f64;
        if numbers > MOST_NUMBERS {
            let message = format!(
                "is {}: with the other sizes the network has {numbers:.0} numbers or more, expected at most \
                 {MOST_NUMBERS:.0}",
                self.hidden
            );
            return Err(Error::setting("model.hidden", message));
        }
        Ok(())
    }
}
