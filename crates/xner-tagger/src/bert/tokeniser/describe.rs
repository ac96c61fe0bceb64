//! `tokenizer.json` and `tokenizer_config.json`.

use std::path::Path;

use serde_json::{Map, Value, json};
use tokenizers::{PreTokenizerWrapper, Tokenizer};
use xner_corpus::read::whole_text;

use crate::bert::config::{BertConfig, Family};
use crate::{Error, Result};

/// `tokenizer_config.json`: settings that `transformers` keeps beside a tokeniser; empty where the file is missing.
#[derive(Debug, Default)]
pub(super) struct Settings {
    text: Option<String>,
    values: Map<String, Value>,
}

impl Settings {
    pub(super) fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = whole_text(path)?;
        let values = serde_json::from_str(&text).map_err(|fault| Error::model(path, fault.to_string()))?;
        let settings = Self { text: Some(text), values };
        for key in ["do_lower_case", "strip_accents", "tokenize_chinese_chars"] {
            if settings.values.get(key).is_some_and(|value| !value.is_boolean() && !value.is_null()) {
                let found = &settings.values[key];
                return Err(Error::model(path, format!("`{key}` is {found}, expected `true` or `false`")));
            }
        }
        Ok(settings)
    }

    /// A switch; none when it is absent or null.
    pub(super) fn switch(&self, key: &str) -> Option<bool> {
        self.values.get(key)?.as_bool()
    }

    /// A special subword by its role, such as `cls_token`: a string, or an object with `content`.
    pub(super) fn special(&self, key: &str) -> Option<&str> {
        let value = self.values.get(key)?;
        value.as_str().or_else(|| value.get("content")?.as_str())
    }

    /// The file to write back: as it was read, or one that `transformers` opens.
    pub(super) fn to_text(&self, tokenizer: &Tokenizer, config: &BertConfig, made: bool) -> String {
        if let (Some(text), false) = (&self.text, made) {
            return text.clone();
        }
        let mut values = self.values.clone();
        // `tokenizer.json` is complete in itself; a class of its own would build it anew from other defaults.
        values.insert("tokenizer_class".to_owned(), json!("PreTrainedTokenizerFast"));
        values.entry("model_max_length").or_insert_with(|| json!(config.max_length()));
        for (key, bert, roberta) in ROLES {
            let default = if config.family == Family::Bert { bert } else { roberta };
            let subword = self.special(key).unwrap_or(default).to_owned();
            // Without its role a subword would be an ordinary one to `transformers`.
            let subword =
                [subword.as_str(), bert, roberta].into_iter().find(|s| tokenizer.token_to_id(s).is_some());
            if let Some(subword) = subword {
                values.entry(key).or_insert_with(|| json!(subword));
            }
        }
        let mut text = Value::Object(values).to_string();
        text.push('\n');
        text
    }
}

/// The roles of special subwords, with BERT's and RoBERTa's names for them.
pub(super) const ROLES: [(&str, &str, &str); 5] = [
    ("unk_token", "[UNK]", "<unk>"),
    ("sep_token", "[SEP]", "</s>"),
    ("pad_token", "[PAD]", "<pad>"),
    ("cls_token", "[CLS]", "<s>"),
    ("mask_token", "[MASK]", "<mask>"),
];

/// A tokeniser from the text of its `tokenizer.json`, made ready for pre-split words of any number.
pub(super) fn parse(text: &str) -> Result<Tokenizer, String> {
    let damaged = |fault: tokenizers::Error| format!("is no tokeniser: {fault}");
    let mut tokenizer = Tokenizer::from_bytes(text).map_err(damaged)?;
    // Both would change sentences behind our back.
    tokenizer.with_padding(None).with_truncation(None).map_err(damaged)?;
    let mut before = tokenizer.get_pre_tokenizer().cloned();
    if let Some(part) = &mut before {
        lead_with_space(part);
    }
    tokenizer.with_pre_tokenizer(before);
    Ok(tokenizer)
}

/// Has a byte-level tokeniser see a space before each word: a pre-split word is never the rest of another one.
fn lead_with_space(part: &mut PreTokenizerWrapper) {
    match part {
        PreTokenizerWrapper::ByteLevel(bytes) => bytes.add_prefix_space = true,
        PreTokenizerWrapper::Sequence(parts) => parts.as_mut().iter_mut().for_each(lead_with_space),
        _ => {}
    }
}
