//! `config.json` as it is written, and the way to and from [`BertConfig`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{BertConfig, Family, XnerKeys, check, labels};

/// `config.json` as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Description {
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
    /// The config of a file, not yet checked.
    pub(super) fn from_description(from: Description) -> Result<Self, String> {
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

    /// The file of a config.
    pub(super) fn description(&self) -> Description {
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
