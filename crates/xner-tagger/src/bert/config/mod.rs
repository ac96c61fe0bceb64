//! `config.json`: sizes, labels and switches of an encoder.

mod check;
mod labels;

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xner_corpus::Scheme;

use crate::{Error, Result, files};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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

/// `config.json` as it is written.
#[derive(Serialize, Deserialize)]
struct Description {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_type: Option<String>,
    #[serde(default = "defaults::vocab_size")]
    vocab_size: usize,
    #[serde(default = "defaults::hidden_size")]
    hidden_size: usize,
    #[serde(default = "defaults::twelve")]
    num_hidden_layers: usize,
    #[serde(default = "defaults::twelve")]
    num_attention_heads: usize,
    #[serde(default = "defaults::intermediate_size")]
    intermediate_size: usize,
    #[serde(default = "defaults::dropout")]
    hidden_dropout_prob: f64,
    #[serde(default = "defaults::dropout")]
    attention_probs_dropout_prob: f64,
    #[serde(default)]
    classifier_dropout: Option<f64>,
    #[serde(default = "defaults::max_position_embeddings")]
    max_position_embeddings: usize,
    #[serde(default = "defaults::type_vocab_size")]
    type_vocab_size: usize,
    #[serde(default = "defaults::layer_norm_eps")]
    layer_norm_eps: f64,
    #[serde(default)]
    pad_token_id: Option<usize>,
    #[serde(default, skip_serializing_if = "labels::ById::is_none")]
    id2label: labels::ById,
    #[serde(default, skip_serializing_if = "labels::ByName::is_none")]
    label2id: labels::ByName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    num_labels: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    xner: Option<XnerKeys>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// What `transformers` takes for keys that are absent.
mod defaults {
    pub(super) fn vocab_size() -> usize {
        30522
    }
    pub(super) fn hidden_size() -> usize {
        768
    }
    pub(super) fn twelve() -> usize {
        12
    }
    pub(super) fn intermediate_size() -> usize {
        3072
    }
    pub(super) fn dropout() -> f64 {
        0.1
    }
    pub(super) fn max_position_embeddings() -> usize {
        512
    }
    pub(super) fn type_vocab_size() -> usize {
        2
    }
    pub(super) fn layer_norm_eps() -> f64 {
        1e-12
    }
}

impl BertConfig {
    /// Reads and checks a `config.json`.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Model`] names the file, the key and what was expected.
    pub fn read(path: &Path) -> Result<Self> {
        let text = files::read_text(path)?;
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

    fn from_description(from: Description) -> Result<Self, String> {
        let family = check::family(from.model_type.as_deref(), from.other.get("architectures"))?;
        let labels = labels::read(&from.id2label, &from.label2id, from.num_labels)?;
        Ok(Self {
            family,
            vocab_size: from.vocab_size,
            hidden_size: from.hidden_size,
            num_hidden_layers: from.num_hidden_layers,
            num_attention_heads: from.num_attention_heads,
            intermediate_size: from.intermediate_size,
            hidden_dropout_prob: from.hidden_dropout_prob,
            attention_probs_dropout_prob: from.attention_probs_dropout_prob,
            classifier_dropout: from.classifier_dropout,
            max_position_embeddings: from.max_position_embeddings,
            type_vocab_size: from.type_vocab_size,
            layer_norm_eps: from.layer_norm_eps,
            pad_token_id: from.pad_token_id.unwrap_or(usize::from(family != Family::Bert)),
            labels,
            xner: from.xner,
            other: from.other,
        })
    }

    fn description(&self) -> Description {
        let mut other = self.other.clone();
        for key in ["dtype", "torch_dtype"] {
            if let Some(value) = other.get_mut(key) {
                *value = Value::from("float32");
            }
        }
        Description {
            model_type: Some(self.family.model_type().to_owned()),
            vocab_size: self.vocab_size,
            hidden_size: self.hidden_size,
            num_hidden_layers: self.num_hidden_layers,
            num_attention_heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            hidden_dropout_prob: self.hidden_dropout_prob,
            attention_probs_dropout_prob: self.attention_probs_dropout_prob,
            classifier_dropout: self.classifier_dropout,
            max_position_embeddings: self.max_position_embeddings,
            type_vocab_size: self.type_vocab_size,
            layer_norm_eps: self.layer_norm_eps,
            pad_token_id: Some(self.pad_token_id),
            id2label: labels::ById::from(&self.labels),
            label2id: labels::ByName::from(&self.labels),
            num_labels: None,
            xner: self.xner,
            other,
        }
    }
}

#[cfg(test)]
mod tests;
