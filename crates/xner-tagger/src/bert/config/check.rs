//! What a config must hold, and what this encoder cannot do.

use serde_json::Value;

use super::{BertConfig, Family};

/// Keys that have one value here; a file may leave them out.
const FIXED: [(&str, &str); 2] = [("hidden_act", "gelu"), ("position_embedding_type", "absolute")];
/// Switches that would make another network.
const OFF: [&str; 2] = ["is_decoder", "add_cross_attention"];

/// The family that `model_type` names, or else the first of `architectures`.
pub(super) fn family(model_type: Option<&str>, architectures: Option<&Value>) -> Result<Family, String> {
    let expected = "expected `bert`, `roberta` or `xlm-roberta`";
    if let Some(name) = model_type {
        return [Family::Bert, Family::Roberta, Family::XlmRoberta]
            .into_iter()
            .find(|family| family.model_type() == name)
            .ok_or_else(|| format!("`model_type` is `{name}`, {expected}"));
    }
    let class = architectures.and_then(|list| list.get(0)).and_then(Value::as_str).unwrap_or_default();
    [("Bert", Family::Bert), ("Roberta", Family::Roberta), ("XLMRoberta", Family::XlmRoberta)]
        .into_iter()
        .find(|(start, _)| {
            class.strip_prefix(start).is_some_and(|rest| rest.starts_with("Model") || rest.starts_with("For"))
        })
        .map(|(_, family)| family)
        .ok_or_else(|| format!("`model_type` is missing, {expected}"))
}

impl BertConfig {
    /// Says what is out of range, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_switches()?;
        let sizes = [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("type_vocab_size", self.type_vocab_size),
            ("max_position_embeddings", self.max_position_embeddings),
        ];
        for (key, value) in sizes {
            // Ids and rows are counted in 32 bits.
            if value == 0 || u32::try_from(value).is_err() {
                return Err(format!("`{key}` is {value}, expected 1 to {}", u32::MAX));
            }
        }
        let (hidden, heads) = (self.hidden_size, self.num_attention_heads);
        if !hidden.is_multiple_of(heads) {
            return Err(format!(
                "`num_attention_heads` is {heads}, expected a divisor of `hidden_size` {hidden}"
            ));
        }
        let shares = [
            ("hidden_dropout_prob", Some(self.hidden_dropout_prob)),
            ("attention_probs_dropout_prob", Some(self.attention_probs_dropout_prob)),
            ("classifier_dropout", self.classifier_dropout),
        ];
        for (key, value) in shares {
            if let Some(value) = value.filter(|value| !(0.0..1.0).contains(value)) {
                return Err(format!("`{key}` is {value}, expected at least 0 and below 1"));
            }
        }
        let epsilon = self.layer_norm_eps;
        if !(epsilon.is_finite() && epsilon > 0.0) {
            return Err(format!("`layer_norm_eps` is {epsilon}, expected a finite number above 0"));
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

    fn check_switches(&self) -> Result<(), String> {
        for (key, expected) in FIXED {
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
