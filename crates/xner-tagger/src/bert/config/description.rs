//! `config.json` as it is written, and the way to and from [`BertConfig`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{BertConfig, Family, XnerKeys, labels};

/// A form of `config.json`, by its own keys.
pub(super) trait Written: Sized {
    /// The config of a file, not yet checked.
    fn config(self, family: Family) -> Result<BertConfig, String>;

    /// The file of a config.
    fn of(config: &BertConfig) -> Self;
}

/// `config.json` as BERT, RoBERTa, XLM-RoBERTa and ELECTRA have it.
#[derive(Serialize, Deserialize)]
pub(super) struct Description {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_type: Option<String>,
    #[serde(default)]
    vocab_size: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    embedding_size: Option<usize>,
    #[serde(default)]
    hidden_size: Option<usize>,
    #[serde(default = "defaults::twelve")]
    num_hidden_layers: usize,
    #[serde(default)]
    num_attention_heads: Option<usize>,
    #[serde(default)]
    intermediate_size: Option<usize>,
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
pub(super) mod defaults {
    pub(in super::super) fn twelve() -> usize {
        12
    }
    pub(in super::super) fn dropout() -> f64 {
        0.1
    }
    pub(in super::super) fn max_position_embeddings() -> usize {
        512
    }
    pub(super) fn type_vocab_size() -> usize {
        2
    }
    pub(super) fn layer_norm_eps() -> f64 {
        1e-12
    }
}

impl Written for Description {
    fn config(self, family: Family) -> Result<BertConfig, String> {
        let from = self;
        let labels = labels::read(&from.id2label, &from.label2id, from.num_labels)?;
        let electra = family == Family::Electra;
        let [hidden, heads, inner] = if electra { [256, 4, 1024] } else { [768, 12, 3072] };
        let hidden = from.hidden_size.unwrap_or(hidden);
        let rows = if family == Family::Roberta { 50265 } else { 30522 };
        let mut other = from.other;
        let embedding = match (electra, from.embedding_size) {
            (true, size) => size.unwrap_or(128),
            // To the others it is a key like any.
            (false, size) => {
                other.extend(size.map(|size| ("embedding_size".to_owned(), Value::from(size))));
                hidden
            }
        };
        Ok(BertConfig {
            family,
            vocab_size: from.vocab_size.unwrap_or(rows),
            embedding_size: embedding,
            hidden_size: hidden,
            num_hidden_layers: from.num_hidden_layers,
            num_attention_heads: from.num_attention_heads.unwrap_or(heads),
            intermediate_size: from.intermediate_size.unwrap_or(inner),
            hidden_dropout_prob: from.hidden_dropout_prob,
            attention_probs_dropout_prob: from.attention_probs_dropout_prob,
            classifier_dropout: from.classifier_dropout,
            max_position_embeddings: from.max_position_embeddings,
            type_vocab_size: from.type_vocab_size,
            layer_norm_eps: from.layer_norm_eps,
            pad_token_id: from.pad_token_id.unwrap_or(family.kind().padding),
            modern: None,
            labels,
            xner: from.xner,
            other,
        })
    }

    fn of(config: &BertConfig) -> Self {
        Self {
            model_type: Some(config.family.model_type().to_owned()),
            vocab_size: Some(config.vocab_size),
            embedding_size: (config.family == Family::Electra).then_some(config.embedding_size),
            hidden_size: Some(config.hidden_size),
            num_hidden_layers: config.num_hidden_layers,
            num_attention_heads: Some(config.num_attention_heads),
            intermediate_size: Some(config.intermediate_size),
            hidden_dropout_prob: config.hidden_dropout_prob,
            attention_probs_dropout_prob: config.attention_probs_dropout_prob,
            classifier_dropout: config.classifier_dropout,
            max_position_embeddings: config.max_position_embeddings,
            type_vocab_size: config.type_vocab_size,
            layer_norm_eps: config.layer_norm_eps,
            pad_token_id: Some(config.pad_token_id),
            id2label: labels::ById::from(&config.labels),
            label2id: labels::ByName::from(&config.labels),
            num_labels: None,
            xner: config.xner.clone(),
            other: written(&config.other),
        }
    }
}

/// Keys that are not ours, as they are written: the weights beside them are 32-bit floats.
pub(super) fn written(other: &Map<String, Value>) -> Map<String, Value> {
    let mut other = other.clone();
    for key in ["dtype", "torch_dtype"] {
        if let Some(value) = other.get_mut(key) {
            *value = Value::from("float32");
        }
    }
    other
}
