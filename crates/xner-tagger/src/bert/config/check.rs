//! What a config must hold, and what this encoder cannot do.

use serde_json::Value;

use super::{BertConfig, Family};
use crate::bert::kind::Positions;

/// The most subwords that an encoder takes at once: attention takes memory by their square.
const MOST_POSITIONS: u32 = 1 << 20;

/// Switches that would make another network.
const OFF: [&str; 2] = ["is_decoder", "add_cross_attention"];

/// The family that `model_type` names, or else the first of `architectures`.
pub(super) fn family(model_type: Option<&str>, architectures: Option<&Value>) -> Result<Family, String> {
    let expected = format!("expected {}", Family::served());
    if let Some(name) = model_type {
        return Family::ALL
            .into_iter()
            .find(|family| family.model_type() == name)
            .ok_or_else(|| format!("`model_type` is `{name}`, {expected}"));
    }
    let class = architectures.and_then(|list| list.get(0)).and_then(Value::as_str).unwrap_or_default();
    let is_of = |rest: &str| rest.starts_with("Model") || rest.starts_with("For");
    Family::ALL
        .into_iter()
        .find(|family| class.strip_prefix(family.kind().class).is_some_and(is_of))
        .ok_or_else(|| format!("`model_type` is missing, {expected}"))
}

impl BertConfig {
    /// Says what is out of range, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_switches()?;
        let types = self.kind().names.types.map(|_| ("type_vocab_size", self.type_vocab_size));
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("embedding_size", self.embedding_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
        ];
        for (key, value) in sizes.into_iter().chain(types) {
            // Ids and rows are counted in 32 bits; and a layer's number in 16, where dropout is drawn. The weights'
            // shapes bound the others, but for positions that have no table.
            let most = match key {
                "num_hidden_layers" => u32::from(u16::MAX),
                "max_position_embeddings" => MOST_POSITIONS,
                _ => u32::MAX,
            };
            if !(1..=most as usize).contains(&value) {
                return Err(format!("`{}` is {value}, expected 1 to {most}", self.key(key)));
            }
        }
        if self.kind().names.project.is_none() && self.embedding_size != self.hidden_size {
            let (embedding, hidden) = (self.embedding_size, self.hidden_size);
            return Err(format!("`embedding_size` is {embedding}, expected `hidden_size` {hidden}"));
        }
        let (hidden, heads) = (self.hidden_size, self.num_attention_heads);
        if !hidden.is_multiple_of(heads) {
            let (key, of) = (self.key("num_attention_heads"), self.key("hidden_size"));
            return Err(format!("`{key}` is {heads}, expected a divisor of `{of}` {hidden}"));
        }
        if self.kind().positions == Positions::Rotary && !(hidden / heads).is_multiple_of(2) {
            let key = self.key("num_attention_heads");
            let size = hidden / heads;
            return Err(format!(
                "`{key}` is {heads}, but rotary heads have an even size, and these have {size}"
            ));
        }
        let shares = [
            ("hidden_dropout_prob", Some(self.hidden_dropout_prob)),
            ("attention_probs_dropout_prob", Some(self.attention_probs_dropout_prob)),
            ("classifier_dropout", self.classifier_dropout),
            ("mlp_dropout", self.modern.as_ref().map(|modern| modern.mlp_dropout)),
        ];
        for (key, value) in shares {
            if let Some(value) = value.filter(|value| !(0.0..1.0).contains(value)) {
                return Err(format!("`{}` is {value}, expected at least 0 and below 1", self.key(key)));
            }
        }
        if let Some(modern) = &self.modern {
            modern.check(self.num_hidden_layers)?;
        }
        let epsilon = self.layer_norm_eps;
        if !(epsilon.is_finite() && epsilon > 0.0) {
            let key = self.key("layer_norm_eps");
            return Err(format!("`{key}` is {epsilon}, expected a finite number above 0"));
        }
        let (pad, rows) = (self.pad_token_id, self.vocab_size);
        if pad >= rows {
            return Err(format!("`pad_token_id` is {pad}, expected below `vocab_size` {rows}"));
        }
        let (first, rows) = (self.position_offset(), self.max_position_embeddings);
        if first >= rows {
            return Err(format!("`max_position_embeddings` is {rows}, but positions begin at {first}"));
        }
        Ok(())
    }

    /// A key as the file calls it.
    fn key(&self, ours: &'static str) -> &'static str {
        self.kind().keys.iter().find(|(bert, _)| *bert == ours).map_or(ours, |(_, own)| own)
    }

    fn check_switches(&self) -> Result<(), String> {
        for &(key, expected) in self.kind().fixed {
            match self.other.get(key) {
                None | Some(Value::Null) => {}
                Some(Value::String(value)) if value == expected => {}
                Some(value) => return Err(format!("`{key}` is {value}, expected `{expected}`")),
            }
        }
        for key in OFF {
            if self.other.get(key).is_some_and(|value| value != &Value::Bool(false)) {
                return Err(format!("`{key}` is {}, expected `false`: this is an encoder", self.other[key]));
            }
        }
        if self.other.get("pruned_heads").and_then(Value::as_object).is_some_and(|map| !map.is_empty()) {
            return Err("`pruned_heads` is not empty; a model with pruned heads cannot be read".to_owned());
        }
        if self.other.get("quantization_config").is_some_and(|value| !value.is_null()) {
            return Err("`quantization_config` is set; quantised weights cannot be read".to_owned());
        }
        Ok(())
    }
}
