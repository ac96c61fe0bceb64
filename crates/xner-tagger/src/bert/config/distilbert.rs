//! `config.json` as DistilBERT has it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::description::{Written, defaults, written};
use super::{BertConfig, Family, XnerKeys, labels};

/// `config.json` as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct DistilBertDescription {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_type: Option<String>,
    #[serde(default = "vocab_size")]
    vocab_size: usize,
    #[serde(default = "dim")]
    dim: usize,
    #[serde(default = "n_layers")]
    n_layers: usize,
    #[serde(default = "defaults::twelve")]
    n_heads: usize,
    #[serde(default = "hidden_dim")]
    hidden_dim: usize,
    #[serde(default = "defaults::dropout")]
    dropout: f64,
    #[serde(default = "defaults::dropout")]
    attention_dropout: f64,
    #[serde(default = "defaults::max_position_embeddings")]
    max_position_embeddings: usize,
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

fn vocab_size() -> usize {
    30522
}
fn dim() -> usize {
    768
}
fn n_layers() -> usize {
    6
}
fn hidden_dim() -> usize {
    3072
}

/// It is no key: `transformers` has this number in its code.
const EPSILON: f64 = 1e-12;

impl Written for DistilBertDescription {
    fn config(self, family: Family) -> Result<BertConfig, String> {
        let labels = labels::read(&self.id2label, &self.label2id, self.num_labels)?;
        Ok(BertConfig {
            family,
            vocab_size: self.vocab_size,
            embedding_size: self.dim,
            hidden_size: self.dim,
            num_hidden_layers: self.n_layers,
            num_attention_heads: self.n_heads,
            intermediate_size: self.hidden_dim,
            hidden_dropout_prob: self.dropout,
            attention_probs_dropout_prob: self.attention_dropout,
            classifier_dropout: None,
            max_position_embeddings: self.max_position_embeddings,
            type_vocab_size: 0,
            layer_norm_eps: EPSILON,
            pad_token_id: self.pad_token_id.unwrap_or(family.kind().padding),
            modern: None,
            labels,
            xner: self.xner,
            other: self.other,
        })
    }

    fn of(config: &BertConfig) -> Self {
        Self {
            model_type: Some(config.family.model_type().to_owned()),
            vocab_size: config.vocab_size,
            dim: config.hidden_size,
            n_layers: config.num_hidden_layers,
            n_heads: config.num_attention_heads,
            hidden_dim: config.intermediate_size,
            dropout: config.hidden_dropout_prob,
            attention_dropout: config.attention_probs_dropout_prob,
            max_position_embeddings: config.max_position_embeddings,
            pad_token_id: Some(config.pad_token_id),
            id2label: labels::ById::from(&config.labels),
            label2id: labels::ByName::from(&config.labels),
            num_labels: None,
            xner: config.xner.clone(),
            other: written(&config.other),
        }
    }
}
