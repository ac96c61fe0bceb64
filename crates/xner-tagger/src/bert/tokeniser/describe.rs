//! `tokenizer.json` and `tokenizer_config.json`.

use std::path::Path;

use serde_json::{Map, Value, json};
use tokenizers::{ModelWrapper, PreTokenizerWrapper, Tokenizer};
use xner_corpus::read::regular_text;

use super::check::{self, Passed};
use super::guard::guarded;
use crate::bert::config::BertConfig;
use crate::bert::kind::Special;
use crate::{Error, Result};

/// `tokenizer_config.json`: settings that `transformers` keeps beside a tokeniser; empty where the file is missing.
#[derive(Debug, Default)]
pub(super) struct Settings {
    text: Option<String>,
    values: Map<String, Value>,
}

impl Settings {
    /// Settings that were read before.
    pub(super) fn of(values: Map<String, Value>) -> Self {
        Self { text: None, values }
    }

    pub(super) fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = regular_text(path)?;
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

    /// The file to write back: as it was read, or one that `transformers` opens and that has a byte-level tokeniser
    /// see a space before each word.
    pub(super) fn to_text(
        &self,
        tokenizer: &Tokenizer,
        config: &BertConfig,
        made: bool,
        byte_level: bool,
    ) -> String {
        let spaced = !byte_level || self.switch("add_prefix_space") == Some(true);
        if let (Some(text), false, true) = (&self.text, made, spaced) {
            return text.clone();
        }
        let mut values = self.values.clone();
        if !spaced {
            values.insert("add_prefix_space".to_owned(), json!(true));
        }
        if self.text.is_some() && !made {
            return Value::Object(values).to_string() + "\n";
        }
        // `tokenizer.json` is complete in itself; a class of its own would build it anew from other defaults.
        values.insert("tokenizer_class".to_owned(), json!("PreTrainedTokenizerFast"));
        values.entry("model_max_length").or_insert_with(|| json!(config.max_length()));
        for (key, bert, roberta) in ROLES {
            let default = if config.kind().special == Special::Bert { bert } else { roberta };
            let subword = self.special(key).unwrap_or(default).to_owned();
            // Without its role a subword would be an ordinary one to `transformers`.
            let subword =
                [subword.as_str(), bert, roberta].into_iter().find(|s| tokenizer.token_to_id(s).is_some());
            if let Some(subword) = subword {
                values.entry(key).or_insert_with(|| json!(subword));
            }
        }
        Value::Object(values).to_string() + "\n"
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

/// A tokeniser as it is used, and as it is written.
pub(super) struct Parsed {
    /// Made ready for pre-split words of any number.
    pub(super) inner: Tokenizer,
    /// Whether it is of bytes, and sees a space before each word.
    pub(super) byte_level: bool,
    /// What adds special subwords, not yet checked, and how much normalisers add.
    pub(super) passed: Passed,
    /// Its `tokenizer.json`: as it was read, but for that space and for pairs left out by chance.
    pub(super) text: String,
}

/// A tokeniser from the text of its `tokenizer.json`, for an encoder with so many rows.
pub(super) fn parse(text: String, rows: usize) -> Result<Parsed, String> {
    let passed = check::text(&text, rows)?;
    guarded(|| made(text, passed)).map_err(|said| format!("is no tokeniser: it is damaged ({said})"))?
}

fn made(text: String, passed: Passed) -> Result<Parsed, String> {
    let damaged = |fault: tokenizers::Error| format!("is no tokeniser: {fault}");
    let mut inner = Tokenizer::from_bytes(&text).map_err(damaged)?;
    let mut before = inner.get_pre_tokenizer().cloned();
    let mut space = Space::default();
    if let Some(part) = &mut before {
        space.lead(part);
    }
    let mut text = text;
    if space.was_missing {
        inner.with_pre_tokenizer(before);
    }
    // Pairs that are left out by chance are for training a tokeniser's encoder: here they would be other subwords, and
    // other tags, in each run.
    let dropout = match inner.get_model() {
        ModelWrapper::BPE(model) if model.dropout.is_some() => Some(model.clone()),
        _ => None,
    };
    let by_chance = dropout.is_some();
    if let Some(mut model) = dropout {
        model.dropout = None;
        inner.with_model(model);
    }
    if space.was_missing || by_chance {
        text = inner.to_string(false).map_err(damaged)?;
    }
    // Both would change sentences behind our back.
    inner.with_padding(None).with_truncation(None).map_err(damaged)?;
    Ok(Parsed { inner, byte_level: space.byte_level, passed, text })
}

/// What was found of a byte-level tokeniser's space.
#[derive(Default)]
struct Space {
    byte_level: bool,
    was_missing: bool,
}

impl Space {
    /// Has a byte-level tokeniser see a space before each word: a pre-split word is never the rest of another one.
    fn lead(&mut self, part: &mut PreTokenizerWrapper) {
        match part {
            PreTokenizerWrapper::ByteLevel(bytes) => {
                self.byte_level = true;
                self.was_missing |= !bytes.add_prefix_space;
                bytes.add_prefix_space = true;
            }
            PreTokenizerWrapper::Sequence(parts) => {
                parts.as_mut().iter_mut().for_each(|part| self.lead(part));
            }
            _ => {}
        }
    }
}
