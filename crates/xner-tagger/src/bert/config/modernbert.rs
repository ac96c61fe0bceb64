//! `config.json` as ModernBERT has it, in the older form and in the newer one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xner_nn::Biases;

use super::description::{Written, defaults, written};
use super::{BertConfig, Family, XnerKeys, labels};

/// What ModernBERT says beyond the others.
#[derive(Debug, Clone, PartialEq)]
pub struct ModernKeys {
    /// `attention_bias`, `mlp_bias`, `norm_bias`.
    pub biases: Biases,
    /// Whether the head's dense layer has a bias.
    pub classifier_bias: bool,
    /// Dropout inside of the feed-forward block, in `0..1`.
    pub mlp_dropout: f64,
    /// What each layer reads: `layer_types`, or every `global_attn_every_n_layers`-th from the first on the whole.
    pub attention: Vec<Attention>,
    /// Subwords of a local window: half of them on either side.
    pub local_attention: usize,
    /// θ of the rotary positions of layers that read the whole.
    pub global_theta: f32,
    /// θ of those with a local window.
    pub local_theta: f32,
}

/// What a layer's attention reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// The whole sentence: `full_attention`.
    Global,
    /// What is near: `sliding_attention`.
    Local,
}

impl ModernKeys {
    /// Says what is out of range, by key.
    pub(super) fn check(&self, layers: usize) -> Result<(), String> {
        let count = self.attention.len();
        if count != layers {
            return Err(format!("`layer_types` has {count} layers, expected `num_hidden_layers` {layers}"));
        }
        if self.local_attention == 0 || u32::try_from(self.local_attention).is_err() {
            return Err(format!("`local_attention` is {}, expected 1 to {}", self.local_attention, u32::MAX));
        }
        for (key, theta) in [("full_attention", self.global_theta), ("sliding_attention", self.local_theta)] {
            if !(theta.is_finite() && theta > 0.0) {
                return Err(format!(
                    "the `rope_theta` of `{key}` is {theta}, expected a finite number above 0"
                ));
            }
        }
        Ok(())
    }
}

/// `config.json` as it is written. What says where attention is local, and θ, stands in several forms, and is among
/// `other`, so that it is written back as it was read.
#[derive(Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "the file's keys")]
pub(super) struct ModernBertDescription {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model_type: Option<String>,
    #[serde(default = "vocab_size")]
    vocab_size: usize,
    #[serde(default = "hidden_size")]
    hidden_size: usize,
    #[serde(default = "num_hidden_layers")]
    num_hidden_layers: usize,
    #[serde(default = "defaults::twelve")]
    num_attention_heads: usize,
    #[serde(default = "intermediate_size")]
    intermediate_size: usize,
    #[serde(default)]
    embedding_dropout: f64,
    #[serde(default)]
    attention_dropout: f64,
    #[serde(default)]
    mlp_dropout: f64,
    #[serde(default)]
    classifier_dropout: f64,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    #[serde(default)]
    norm_bias: bool,
    #[serde(default)]
    classifier_bias: bool,
    #[serde(default = "max_position_embeddings")]
    max_position_embeddings: usize,
    #[serde(default = "norm_eps")]
    norm_eps: f64,
    #[serde(default = "local_attention")]
    local_attention: usize,
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
    50368
}
fn hidden_size() -> usize {
    768
}
fn num_hidden_layers() -> usize {
    22
}
fn intermediate_size() -> usize {
    1152
}
fn max_position_embeddings() -> usize {
    8192
}
fn norm_eps() -> f64 {
    1e-5
}
fn local_attention() -> usize {
    128
}

/// What each layer reads.
fn attention(other: &Map<String, Value>, layers: usize) -> Result<Vec<Attention>, String> {
    match other.get("layer_types") {
        Some(Value::Array(list)) => {
            let one = |kind: &Value| match kind.as_str() {
                Some("full_attention") => Ok(Attention::Global),
                Some("sliding_attention") => Ok(Attention::Local),
                _ => {
                    Err(format!("`layer_types` has {kind}, expected `full_attention` or `sliding_attention`"))
                }
            };
            list.iter().map(one).collect()
        }
        None | Some(Value::Null) => {
            let every = match other.get("global_attn_every_n_layers") {
                None => 3,
                Some(value) => value.as_u64().filter(|&every| every > 0).ok_or_else(|| {
                    format!("`global_attn_every_n_layers` is {value}, expected a number above 0")
                })?,
            };
            if u16::try_from(layers).is_err() {
                // Refused later, by name; here it would be memory.
                return Ok(Vec::new());
            }
            let kind = |at: usize| {
                if (at as u64).is_multiple_of(every) { Attention::Global } else { Attention::Local }
            };
            Ok((0..layers).map(kind).collect())
        }
        Some(value) => Err(format!("`layer_types` is {value}, expected a list")),
    }
}

/// θ of the layers of a type: under `rope_parameters`, or an older key, or what `transformers` takes.
fn theta(other: &Map<String, Value>, kind: &str, older: &str, default: f64) -> Result<f32, String> {
    let parameters = other.get("rope_parameters").and_then(|all| all.get(kind)).filter(|own| !own.is_null());
    let scaled = [other.get("rope_scaling"), parameters].into_iter().flatten().find_map(|own| {
        own.get("rope_type").or_else(|| own.get("type")).filter(|kind| kind.as_str() != Some("default"))
    });
    if let Some(scaled) = scaled {
        return Err(format!("the `rope_type` of `{kind}` is {scaled}, expected `default`"));
    }
    let given = parameters.and_then(|own| own.get("rope_theta")).or_else(|| other.get(older));
    match given {
        None => Ok(default as f32),
        Some(value) => {
            let number = value.as_f64().ok_or_else(|| {
                format!("the `rope_theta` of `{kind}` is {value}, expected a finite number above 0")
            })?;
            Ok(number as f32)
        }
    }
}

impl Written for ModernBertDescription {
    fn config(self, family: Family) -> Result<BertConfig, String> {
        let labels = labels::read(&self.id2label, &self.label2id, self.num_labels)?;
        let biases =
            Biases { attention: self.attention_bias, feed_forward: self.mlp_bias, norms: self.norm_bias };
        let modern = ModernKeys {
            biases,
            classifier_bias: self.classifier_bias,
            mlp_dropout: self.mlp_dropout,
            attention: attention(&self.other, self.num_hidden_layers)?,
            local_attention: self.local_attention,
            global_theta: theta(&self.other, "full_attention", "global_rope_theta", 160_000.0)?,
            local_theta: theta(&self.other, "sliding_attention", "local_rope_theta", 10_000.0)?,
        };
        Ok(BertConfig {
            family,
            vocab_size: self.vocab_size,
            embedding_size: self.hidden_size,
            hidden_size: self.hidden_size,
            num_hidden_layers: self.num_hidden_layers,
            num_attention_heads: self.num_attention_heads,
            intermediate_size: self.intermediate_size,
            hidden_dropout_prob: self.embedding_dropout,
            attention_probs_dropout_prob: self.attention_dropout,
            classifier_dropout: Some(self.classifier_dropout),
            max_position_embeddings: self.max_position_embeddings,
            type_vocab_size: 0,
            layer_norm_eps: self.norm_eps,
            pad_token_id: self.pad_token_id.unwrap_or(family.kind().padding),
            modern: Some(modern),
            labels,
            xner: self.xner,
            other: self.other,
        })
    }

    fn of(config: &BertConfig) -> Self {
        let modern = config.modern.as_ref();
        let biases = config.biases();
        Self {
            model_type: Some(config.family.model_type().to_owned()),
            vocab_size: config.vocab_size,
            hidden_size: config.hidden_size,
            num_hidden_layers: config.num_hidden_layers,
            num_attention_heads: config.num_attention_heads,
            intermediate_size: config.intermediate_size,
            embedding_dropout: config.hidden_dropout_prob,
            attention_dropout: config.attention_probs_dropout_prob,
            mlp_dropout: config.layer_dropout(),
            classifier_dropout: config.classifier_dropout.unwrap_or_default(),
            attention_bias: biases.attention,
            mlp_bias: biases.feed_forward,
            norm_bias: biases.norms,
            classifier_bias: modern.is_some_and(|modern| modern.classifier_bias),
            max_position_embeddings: config.max_position_embeddings,
            norm_eps: config.layer_norm_eps,
            local_attention: modern.map_or_else(local_attention, |modern| modern.local_attention),
            pad_token_id: Some(config.pad_token_id),
            id2label: labels::ById::from(&config.labels),
            label2id: labels::ByName::from(&config.labels),
            num_labels: None,
            xner: config.xner.clone(),
            other: written(&config.other),
        }
    }
}
