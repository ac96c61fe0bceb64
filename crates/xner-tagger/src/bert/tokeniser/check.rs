//! What a `tokenizer.json` may ask for. The crate that reads it trusts it: with sizes, with the ids of its
//! post-processor, with its map of characters.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokenizers::Tokenizer;

use super::precompiled;

/// The longest subword, in bytes. The crate takes a subword's memory byte by byte, and goes down as deep to free it.
const LONGEST: usize = 1024;
/// The bytes of all subwords of a `Unigram` model together, each of which takes some hundreds.
const MOST_BYTES: usize = 16 << 20;
/// The longest word of a `WordPiece` model, in characters: the time that it takes grows with the cube.
const LONGEST_WORD: u64 = 4096;
/// How many times as long normalisers may make a text.
const MOST_GROWTH: f64 = 1e6;
/// The longest text that they may make of a word, in bytes.
const LONGEST_TEXT: f64 = (256 << 20) as f64;

/// The parts of a file that are looked at before the crate has it.
#[derive(Deserialize)]
struct Outline {
    #[serde(default)]
    added_tokens: Vec<Added>,
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    post_processor: Value,
    model: Model,
}

#[derive(Deserialize)]
struct Added {
    content: String,
}

#[derive(Deserialize)]
struct Model {
    #[serde(default)]
    vocab: Subwords,
    #[serde(default)]
    max_input_chars_per_word: Value,
}

/// What is kept of a file that passed.
pub(super) struct Passed {
    /// Its post-processor, for [`post_processor`].
    pub(super) post_processor: Value,
    /// How many times as long its normalisers make a word at worst.
    pub(super) growth: f64,
}

/// Says that a word is not so long that its normalisers would fill the memory.
pub(super) fn word(word: &str, growth: f64) -> Result<(), String> {
    let length = word.len();
    if growth * length as f64 > LONGEST_TEXT {
        return Err(format!(
            "a word has {length} bytes, and normalising may make that {growth:.0} times as long"
        ));
    }
    Ok(())
}

/// What is counted of a vocabulary: a map of subwords to ids, or a list of subwords with scores.
#[derive(Default)]
struct Subwords {
    count: usize,
    bytes: usize,
    longest: String,
    /// The largest id, with its subword, where ids are given.
    largest: Option<(u64, String)>,
    /// Whether they stand in a list: those of a `Unigram` model.
    listed: bool,
}

/// Says that the text of a `tokenizer.json` can be given to the crate, for an encoder with so many rows.
pub(super) fn text(text: &str, rows: usize) -> Result<Passed, String> {
    let outline: Outline = serde_json::from_str(text).map_err(|fault| format!("is no tokeniser: {fault}"))?;
    let Subwords { count, bytes, longest, largest, listed } = outline.model.vocab;
    for subword in outline.added_tokens.iter().map(|added| &added.content).chain([&longest]) {
        if subword.len() > LONGEST {
            let begin: String = subword.chars().take(20).collect();
            return Err(format!(
                "has a subword of {} bytes, `{begin}…`, expected at most {LONGEST}",
                subword.len()
            ));
        }
    }
    if let Some((id, subword)) = largest.filter(|(id, _)| *id >= rows as u64) {
        return Err(beyond(&subword, id, rows));
    }
    if count.max(outline.added_tokens.len()) > rows {
        return Err(format!(
            "has {count} subwords and {} added ones, but config.json says `vocab_size` {rows}: not of this model",
            outline.added_tokens.len()
        ));
    }
    if listed && bytes > MOST_BYTES {
        return Err(format!("has subwords of {bytes} bytes together, expected at most {MOST_BYTES}"));
    }
    let longest = &outline.model.max_input_chars_per_word;
    if longest.as_u64().is_some_and(|longest| longest > LONGEST_WORD) {
        return Err(format!("`max_input_chars_per_word` is {longest}, expected at most {LONGEST_WORD}"));
    }
    let growth = growth(&outline.normalizer)?;
    if growth > MOST_GROWTH {
        return Err(format!(
            "its normalisers may make a text {growth:.0} times as long, expected at most {MOST_GROWTH:.0}"
        ));
    }
    Ok(Passed { post_processor: outline.post_processor, growth })
}

/// A subword that the encoder has no row for.
pub(super) fn beyond(subword: &str, id: impl fmt::Display, rows: usize) -> String {
    format!(
        "gives subword `{subword}` the id {id}, but config.json says `vocab_size` {rows}: not of this model"
    )
}

/// How many times as long a normaliser and those inside of it make a text, at worst; maps of characters are checked.
fn growth(part: &Value) -> Result<f64, String> {
    let inner: Vec<&Value> = match part {
        Value::Array(parts) => parts.iter().collect(),
        Value::Object(keys) => {
            if let Some(map) = keys.get("precompiled_charsmap").and_then(Value::as_str) {
                precompiled::check(map)
                    .map_err(|message| format!("its normaliser's `precompiled_charsmap` {message}"))?;
            }
            keys.values().collect()
        }
        _ => return Ok(1.0),
    };
    let inner = inner.into_iter().try_fold(1.0, |all, part| Ok::<_, String>(all * growth(part)?))?;
    let Some(content) = part.get("content").and_then(Value::as_str) else { return Ok(inner) };
    // In the place of a text of this length; an expression may match one letter, or nothing.
    let replaced = part.get("pattern").and_then(|pattern| pattern.get("String")).and_then(Value::as_str);
    let own = match replaced {
        Some(replaced) if !replaced.is_empty() => content.len() as f64 / replaced.len() as f64,
        _ => 1.0 + content.len() as f64,
    };
    Ok(inner * own.max(1.0))
}

/// Says that a post-processor adds subwords that there are.
pub(super) fn post_processor(part: &Value, tokenizer: &Tokenizer) -> Result<(), String> {
    match part {
        Value::Array(parts) => parts.iter().try_for_each(|part| post_processor(part, tokenizer)),
        Value::Object(keys) => {
            if let Some(special) = keys.get("special_tokens") {
                template(part, special, tokenizer)?;
            }
            for key in ["sep", "cls"] {
                // A text and its id, as BERT's and RoBERTa's have them.
                if let Some([subword, id]) = keys.get(key).and_then(Value::as_array).map(Vec::as_slice) {
                    known(subword.as_str().unwrap_or_default(), id.as_u64().unwrap_or(u64::MAX), tokenizer)?;
                }
            }
            keys.values().try_for_each(|part| post_processor(part, tokenizer))
        }
        _ => Ok(()),
    }
}

/// A template's subwords, by the names that it has for them.
#[derive(Deserialize)]
struct Special {
    ids: Vec<u64>,
    tokens: Vec<String>,
}

fn template(part: &Value, special: &Value, tokenizer: &Tokenizer) -> Result<(), String> {
    let special: BTreeMap<String, Special> = Deserialize::deserialize(special)
        .map_err(|fault| format!("its post-processor's `special_tokens`: {fault}"))?;
    for (name, Special { ids, tokens }) in &special {
        if ids.len() != tokens.len() {
            let (ids, tokens) = (ids.len(), tokens.len());
            return Err(format!("its post-processor gives `{name}` {ids} ids and {tokens} subwords"));
        }
        tokens.iter().zip(ids).try_for_each(|(subword, &id)| known(subword, id, tokenizer))?;
    }
    let pieces = ["single", "pair"].into_iter().filter_map(|key| part.get(key)?.as_array()).flatten();
    let mut used = pieces.filter_map(|piece| piece.get("SpecialToken")?.get("id")?.as_str());
    match used.find(|name| !special.contains_key(*name)) {
        None => Ok(()),
        Some(name) => {
            Err(format!("its post-processor adds `{name}`, which is not among its `special_tokens`"))
        }
    }
}

/// Says that a subword has this id.
fn known(subword: &str, id: u64, tokenizer: &Tokenizer) -> Result<(), String> {
    match tokenizer.token_to_id(subword) {
        Some(own) if u64::from(own) == id => Ok(()),
        Some(own) => Err(format!("its post-processor gives `{subword}` the id {id}, its vocabulary {own}")),
        None => Err(format!("its post-processor adds `{subword}`, which is no subword of its vocabulary")),
    }
}

impl Subwords {
    fn add(&mut self, subword: String, id: Option<u64>) {
        self.count += 1;
        self.bytes += subword.len();
        if subword.len() > self.longest.len() {
            self.longest.clone_from(&subword);
        }
        if let Some(id) = id
            && self.largest.as_ref().is_none_or(|(largest, _)| id > *largest)
        {
            self.largest = Some((id, subword));
        }
    }
}

impl<'de> Deserialize<'de> for Subwords {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Subwords;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of subwords to ids, or a list of subwords with scores")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Subwords, A::Error> {
                let mut found = Subwords::default();
                while let Some((subword, id)) = map.next_entry()? {
                    found.add(subword, Some(id));
                }
                Ok(found)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Subwords, A::Error> {
                let mut found = Subwords { listed: true, ..Subwords::default() };
                while let Some((subword, _)) = list.next_element::<(String, IgnoredAny)>()? {
                    found.add(subword, None);
                }
                Ok(found)
            }
        }
        reader.deserialize_any(All)
    }
}
