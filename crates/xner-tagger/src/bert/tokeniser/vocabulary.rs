//! `vocab.txt`: a WordPiece vocabulary, one subword a line, and the tokeniser that BERT has around it.

use std::path::Path;

use serde_json::{Map, Value, json};
use xner_corpus::read::regular_text;

use super::describe::{ROLES, Settings};
use crate::bert::config::BertConfig;
use crate::{Error, Result};

/// The `tokenizer.json` of a vocabulary.
pub(super) fn describe(path: &Path, settings: &Settings, config: &BertConfig) -> Result<String> {
    let text = regular_text(path)?;
    let lines = lines(&text);
    if lines.len() > config.vocab_size {
        let (count, rows) = (lines.len(), config.vocab_size);
        let message =
            format!("has {count} lines, but config.json says `vocab_size` {rows}: not of this model");
        return Err(Error::model(path, message));
    }
    // Of two equal lines the last one counts, as it does for `transformers`.
    let vocabulary: Map<String, Value> =
        lines.iter().enumerate().map(|(id, line)| ((*line).to_owned(), json!(id))).collect();
    let mut special = Vec::new();
    for (key, default, _) in ROLES {
        let subword = settings.special(key).unwrap_or(default);
        match vocabulary.get(subword) {
            Some(id) => special.push((subword, id.clone())),
            None if key == "mask_token" => {}
            None => return Err(Error::model(path, format!("has no line `{subword}`, which is its `{key}`"))),
        }
    }
    let lower = settings.switch("do_lower_case").unwrap_or_else(|| !is_cased(&lines, &special));
    let strip = settings.switch("strip_accents");
    let chinese = settings.switch("tokenize_chinese_chars").unwrap_or(true);
    let added = |(subword, id): &(&str, Value)| {
        json!({"id": id, "content": subword, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    };
    let mut tokens: Vec<Value> = special.iter().map(added).collect();
    tokens.sort_by_key(|token| token["id"].as_u64());
    let (unknown, sep, cls) = (&special[0], &special[1], &special[3]);
    let one = |(subword, id): &(&str, Value)| json!({"id": subword, "ids": [id], "tokens": [subword]});
    let role = |subword: &str, kind: u8| json!({"SpecialToken": {"id": subword, "type_id": kind}});
    let part = |name: &str, kind: u8| json!({"Sequence": {"id": name, "type_id": kind}});
    let mut description = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": tokens,
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": chinese,
                       "strip_accents": strip, "lowercase": lower},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [role(cls.0, 0), part("A", 0), role(sep.0, 0)],
            "pair": [role(cls.0, 0), part("A", 0), role(sep.0, 0), part("B", 1), role(sep.0, 1)],
            "special_tokens": {cls.0: one(cls), sep.0: one(sep)},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": unknown.0, "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100},
    });
    // By its own, as `json!` would copy it.
    description["model"]["vocab"] = Value::Object(vocabulary);
    Ok(description.to_string())
}

/// The lines without their ends; an empty last one is none.
fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    if lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

/// Whether a word that is not special has a capital letter: an uncased model would never see it.
fn is_cased(lines: &[&str], special: &[(&str, Value)]) -> bool {
    lines.iter().filter(|line| !(line.starts_with('[') && line.ends_with(']'))).any(|line| {
        line.chars().any(char::is_uppercase) && special.iter().all(|(subword, _)| subword != line)
    })
}
