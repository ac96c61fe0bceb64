//! `vocab.json` and `merges.txt`: byte pairs, and the tokeniser that RoBERTa has around them.

use std::path::Path;

use serde_json::{Map, Value, json};
use xner_corpus::read::regular_text;

use super::describe::{ROLES, Settings};
use crate::{Error, Result};

/// The `tokenizer.json` of a vocabulary and its merges.
pub(super) fn describe(vocabulary: &Path, merges: &Path, settings: &Settings) -> Result<String> {
    let text = regular_text(vocabulary)?;
    let subwords: Map<String, Value> =
        serde_json::from_str(&text).map_err(|fault| Error::model(vocabulary, fault.to_string()))?;
    let known = |subword: &str| subwords.get(subword).is_some_and(Value::is_u64);
    if let Some(subword) = subwords.keys().find(|subword| !known(subword)) {
        let message = format!("gives `{subword}` {}, expected a number", subwords[subword]);
        return Err(Error::model(vocabulary, message));
    }
    let mut special = Vec::new();
    for (key, _, default) in ROLES {
        let subword = settings.special(key).unwrap_or(default);
        match subwords.get(subword) {
            Some(id) => special.push((subword, id.clone())),
            None if key == "mask_token" => {}
            None => {
                let message = format!("has no subword `{subword}`, which is its `{key}`");
                return Err(Error::model(vocabulary, message));
            }
        }
    }
    let text = regular_text(merges)?;
    let mut pairs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.is_empty() || (number == 0 && line.starts_with("#version")) {
            continue;
        }
        let pair = line.split_once(' ').filter(|(_, second)| !second.contains(' '));
        let (first, second) = pair.ok_or_else(|| at_line(merges, number, "expected two subwords"))?;
        for subword in [first, second, &format!("{first}{second}")] {
            if !known(subword) {
                let message = format!("`{subword}` is not in {}", vocabulary.display());
                return Err(at_line(merges, number, &message));
            }
        }
        pairs.push(line);
    }
    let added = |(subword, id): &(&str, Value)| {
        json!({"id": id, "content": subword, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    };
    let mut tokens: Vec<Value> = special.iter().map(added).collect();
    tokens.sort_by_key(|token| token["id"].as_u64());
    let (sep, cls) = (&special[1], &special[3]);
    let mut description = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": tokens,
        "normalizer": null,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "post_processor": {"type": "RobertaProcessing", "sep": sep, "cls": cls, "trim_offsets": true,
                           "add_prefix_space": true},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": false, "merges": pairs},
    });
    // By its own, as `json!` would copy it.
    description["model"]["vocab"] = Value::Object(subwords);
    Ok(description.to_string())
}

/// A fault of a line, counted from 0.
fn at_line(path: &Path, number: usize, message: &str) -> Error {
    Error::model(path, format!("line {}: {message}", number + 1))
}
