//! `config.json`: sizes, labels and switches of an encoder.

mod check;
mod description;
mod labels;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xner_corpus::Scheme;
use xner_corpus::read::whole_text;
use xner_train::files;

use self::description::Description;
use crate::{Error, Result};

/// The families whose layers are BERT's; they differ in positions, padding and tensor prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// BERT: positions begin at 0.
    Bert,
    /// RoBERTa: positions begin behind the padding's id and count real subwords only.
    Roberta,
    /// XLM-RoBERTa: as RoBERTa.
    XlmRoberta,
}

impl Family {
    /// The value of `model_type`.
    pub fn model_type(self) -> &'static str {
        match self {
            Self::Bert => "bert",
            Self::Roberta => "roberta",
            Self::XlmRoberta => "xlm-roberta",
        }
    }

    /// What the names of the encoder's tensors begin with in a checkpoint with a head.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Bert => "bert.",
            Self::Roberta | Self::XlmRoberta => "roberta.",
        }
    }

    /// The class of `transformers` that is this encoder with a head on every token.
    pub fn token_classifier(self) -> &'static str {
        match self {
            Self::Bert => "BertForTokenClassification",
            Self::Roberta => "RobertaForTokenClassification",
            Self::XlmRoberta => "XLMRobertaForTokenClassification",
        }
    }
}

/// What is on top of the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Head {
    /// A linear layer and a softmax for each token.
    #[default]
    Softmax,
    /// A linear layer and a conditional random field over the sentence.
    Crf,
}

/// What a tagger needs to know beyond `transformers`' keys; it stands under the one key `xner`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct XnerKeys {
    /// The scheme of the labels.
    pub scheme: Scheme,
    /// The head.
    #[serde(default)]
    pub head: Head,
    /// Subwords of a window, special ones included.
    pub length: usize,
    /// Subwords that neighbouring windows share.
    pub overlap: usize,
}

/// A checked `config.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct BertConfig {
    /// `model_type`; where it is absent, read off `architectures`.
    pub family: Family,
    /// Rows of the table of subwords.
    pub vocab_size: usize,
    /// Numbers in a hidden state.
    pub hidden_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Attention heads; they divide `hidden_size`.
    pub num_attention_heads: usize,
    /// Inner size of a feed-forward block.
    pub intermediate_size: usize,
    /// Dropout of hidden states, in `0..1`.
    pub hidden_dropout_prob: f64,
    /// Dropout of attention weights, in `0..1`.
    pub attention_probs_dropout_prob: f64,
    /// Dropout before the head; none means `hidden_dropout_prob`.
    pub classifier_dropout: Option<f64>,
    /// Rows of the table of positions.
    pub max_position_embeddings: usize,
    /// Rows of the table of token types.
    pub type_vocab_size: usize,
    /// What layer normalisation adds to the variance.
    pub layer_norm_eps: f64,
    /// The subword that fills batches up.
    pub pad_token_id: usize,
    /// The labels in the order of the head's rows; empty for an encoder without a head.
    pub labels: Vec<String>,
    /// The key `xner`.
    pub xner: Option<XnerKeys>,
    /// The keys that are not ours; they are written back as they were.
    pub other: Map<String, Value>,
}

impl BertConfig {
    /// Reads and checks a `config.json`.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corpus`] for text that is not UTF-8; [`Error::Model`] names the file, the key and
    /// what was expected.
    pub fn read(path: &Path) -> Result<Self> {
        let text = whole_text(path)?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        let description: Description = serde_path_to_error::deserialize(&mut reader)
            .map_err(|fault| Error::model(path, format!("at `{}`: {}", fault.path(), fault.inner())))?;
        reader.end().map_err(|fault| Error::model(path, fault.to_string()))?;
        let config = Self::from_description(description).map_err(|message| Error::model(path, message))?;
        config.check().map_err(|message| Error::model(path, message))?;
        Ok(config)
    }

    /// Writes the config, whole or not at all. The weights beside it are said to be 32-bit floats.
    ///
    /// # Errors
    /// [`Error::Model`] for values that [`BertConfig::read`] would refuse; [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        self.check().map_err(|message| Error::model(path, message))?;
        files::write_json(path, &self.description())
    }

    /// The same encoder as a token classifier with these labels, as `transformers` describes one.
    #[must_use]
    pub fn for_token_classification(mut self, labels: Vec<String>, keys: XnerKeys) -> Self {
        self.labels = labels;
        self.xner = Some(keys);
        let class = Value::from(self.family.token_classifier());
        self.other.insert("architectures".to_owned(), Value::from(vec![class]));
        self
    }

    /// The row of the table of positions at which a sentence begins.
    pub fn position_offset(&self) -> usize {
        match self.family {
            Family::Bert => 0,
            Family::Roberta | Family::XlmRoberta => self.pad_token_id + 1,
        }
    }

    /// The most subwords that the encoder takes at once, special ones included.
    pub fn max_length(&self) -> usize {
        self.max_position_embeddings - self.position_offset()
    }

    /// The row of the table of positions of each subword, by the family's rule.
    ///
    /// BERT counts from 0. RoBERTa gives the padding its own row and counts the other subwords from the next.
    pub fn positions(&self, ids: &[u32]) -> Vec<usize> {
        match self.family {
            Family::Bert => (0..ids.len()).collect(),
            Family::Roberta | Family::XlmRoberta => {
                let mut at = self.pad_token_id;
                let place = |&id: &u32| {
                    if id as usize == self.pad_token_id {
                        return self.pad_token_id;
                    }
                    at += 1;
                    at
                };
                ids.iter().map(place).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests;
