//! One line of JSON, taken apart.

use std::ops::Range;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::align::{Span, align, sentences};
use super::{JsonlOptions, Record};
use crate::read::interner::Interner;
use crate::{CharOffsets, Labelled, Sentence};

#[derive(Deserialize)]
#[serde(untagged)]
enum RawSpan {
    Named {
        start: usize,
        end: usize,
        #[serde(alias = "type")]
        label: String,
    },
    Listed(usize, usize, String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawToken {
    Word(String),
    Listed(usize, usize),
    Named { start: usize, end: usize },
}

const SPANS: &str = r#"{"start": 0, "end": 4, "label": "PER"}"#;

/// The record of a line; a fault as a message.
pub(super) fn parse(
    line: &str,
    number: usize,
    options: &JsonlOptions,
    interner: &mut Interner,
) -> Result<Record, String> {
    let mut rest: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| format!("not a JSON object: {error}"))?;
    let raw_text = match rest.remove("text") {
        Some(Value::String(text)) => Some(text),
        Some(other) => return Err(format!("`text` is {}, expected a string", kind(&other))),
        None => None,
    };
    let raw_tokens: Option<Vec<RawToken>> = list(rest.remove("tokens"), "tokens", "[0, 4] or a word")?;
    let raw_spans: Option<Vec<RawSpan>> = list(rest.remove("entities"), "entities", SPANS)?;
    let text = match (raw_text, &raw_tokens) {
        (Some(text), _) => text,
        (None, Some(tokens)) => {
            words_joined(tokens).ok_or("there is no `text`, and `tokens` are not words")?
        }
        (None, None) => return Err("there is no `text`".to_owned()),
    };
    let offsets = CharOffsets::new(&text);
    let tokens = raw_tokens.map(|tokens| token_ranges(&text, &offsets, &tokens)).transpose()?;
    let spans = spans(&offsets, raw_spans.unwrap_or_default(), interner)?;
    let sentences = match tokens {
        Some(tokens) => {
            let wrong = "`tokens` overlap, are empty or are out of order";
            let sentence = Sentence::from_spans(text.clone(), tokens).ok_or(wrong)?;
            if sentence.is_empty() && spans.is_empty() { Vec::new() } else { vec![sentence] }
        }
        None => sentences(&text, &spans, &options.split),
    };
    let entities = align(&sentences, &spans, options.align, &offsets)?;
    let sentences = sentences
        .into_iter()
        .zip(entities)
        .map(|(sentence, entities)| Labelled { sentence, entities })
        .collect();
    Ok(Record { line: number, text, sentences, rest })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn list<T: for<'a> Deserialize<'a>>(
    value: Option<Value>,
    key: &str,
    shape: &str,
) -> Result<Option<Vec<T>>, String> {
    let items = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(format!("`{key}` is {}, expected a list", kind(&other))),
    };
    let parsed = items.into_iter().enumerate().map(|(at, item)| {
        let json = item.to_string();
        serde_json::from_value(item)
            .map_err(|_| format!("item {at} of `{key}` is `{json}`, expected {shape}"))
    });
    parsed.collect::<Result<_, _>>().map(Some)
}

fn words_joined(tokens: &[RawToken]) -> Option<String> {
    let words: Option<Vec<&str>> = tokens
        .iter()
        .map(|token| match token {
            RawToken::Word(word) => Some(word.as_str()),
            RawToken::Listed(..) | RawToken::Named { .. } => None,
        })
        .collect();
    Some(words?.join(" "))
}

fn token_ranges(text: &str, offsets: &CharOffsets, tokens: &[RawToken]) -> Result<Vec<Range<usize>>, String> {
    let mut from = 0;
    let ranges = tokens.iter().map(|token| match token {
        RawToken::Word(word) => {
            let found = text[from..].find(word.as_str()).filter(|_| !word.is_empty());
            let start = from
                + found.ok_or_else(|| format!("token `{word}` does not stand in the text in its turn"))?;
            from = start + word.len();
            Ok(start..from)
        }
        RawToken::Listed(start, end) | RawToken::Named { start, end } => {
            offsets.bytes(*start..*end).ok_or_else(|| format!("token {start}..{end} lies outside the text"))
        }
    });
    ranges.collect()
}

fn spans(offsets: &CharOffsets, raw: Vec<RawSpan>, interner: &mut Interner) -> Result<Vec<Span>, String> {
    let mut spans = Vec::with_capacity(raw.len());
    for span in raw {
        let (RawSpan::Named { start, end, label } | RawSpan::Listed(start, end, label)) = span;
        let bytes = offsets.bytes(start..end).filter(|bytes| !bytes.is_empty());
        let bytes = bytes
            .ok_or_else(|| format!("entity {start}..{end} `{label}` is empty or lies outside the text"))?;
        if label.is_empty() {
            return Err(format!("entity {start}..{end} has an empty label"));
        }
        spans.push(Span { bytes, chars: start..end, kind: interner.kind(&label) });
    }
    spans.sort_by_key(|span| (span.bytes.start, span.bytes.end));
    for pair in spans.windows(2) {
        if pair[1].bytes.start < pair[0].bytes.end {
            return Err(format!("entities {} and {} overlap", pair[0], pair[1]));
        }
    }
    Ok(spans)
}
