//! The dresses of labels: which keys of a record are its text, its tokens and its labels.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::rest::Rest;
use super::{JsonlOptions, Labels, LabelsFound};
use crate::Tag;
use crate::read::interner::Interner;

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum RawSpan {
    Named {
        #[serde(alias = "start_offset")]
        start: usize,
        #[serde(alias = "end_offset")]
        end: usize,
        #[serde(alias = "type")]
        label: String,
    },
    Listed(usize, usize, String),
    /// Label Studio's: the text is there to tell in what the offsets count.
    Marked {
        start: usize,
        end: usize,
        text: Option<String>,
        labels: [String; 1],
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum RawToken {
    Word(String),
    Listed(usize, usize),
    Named { start: usize, end: usize },
}

pub(super) enum RawLabels {
    None,
    Rejected,
    Spans(Vec<RawSpan>),
    Tags(Vec<Tag>),
}

impl RawLabels {
    pub(super) fn found(&self) -> LabelsFound {
        match self {
            Self::None => LabelsFound::Missing,
            Self::Rejected => LabelsFound::Rejected,
            Self::Spans(_) | Self::Tags(_) => LabelsFound::Given,
        }
    }
}

/// What a record holds, taken out of its keys.
pub(super) struct Parts {
    pub(super) text: Option<String>,
    pub(super) tokens: Option<Vec<RawToken>>,
    pub(super) labels: RawLabels,
}

/// Keys of spans.
const SPAN_KEYS: [&str; 5] = ["spans", "label", "labels", "annotations", "ents"];
/// Keys of tags, one for each token.
const TAG_KEYS: [&str; 6] = ["ner_tags", "tags", "labels", "label", "bio_tags", "iob_tags"];
/// Keys that are labels by their name, in a shape that is not known.
const OTHER_KEYS: [&str; 8] =
    ["ner", "ner_tags", "ner_labels", "bio_tags", "iob_tags", "named_entities", "entity", "entity_labels"];

const SPAN: &str = r#"{"start": 0, "end": 4, "label": "PER"}"#;
const TOKEN: &str = "[0, 4] or a word";
/// What is said where labels are wanted.
pub(super) const SHAPES: &str = "expected `entities`, `spans`, `label` or `labels` with \
    {\"start\": 0, \"end\": 4, \"label\": \"PER\"} or [0, 4, \"PER\"] in a list, or `tokens` with a list `ner_tags` or \
    `tags` as long";

/// The keys of a line: an object, or a text and an object.
pub(super) fn keys(line: &str) -> Result<Rest, String> {
    let fail = |fault: serde_json::Error| format!("not a JSON object: {fault}");
    if line.trim_start().starts_with('[')
        && let Ok((text, rest)) = serde_json::from_str::<(Value, Rest)>(line)
        && text.is_string()
        && rest.get("text").is_none()
    {
        let object = format!("{{\"text\":{text}}}");
        let mut keys: Rest = serde_json::from_str(&object).map_err(fail)?;
        keys.append(rest);
        return Ok(keys);
    }
    serde_json::from_str(line).map_err(fail)
}

/// Takes text, tokens and labels out of the keys of a record.
pub(super) fn parts(
    keys: &mut Rest,
    options: &JsonlOptions,
    interner: &mut Interner,
) -> Result<Parts, String> {
    let is_studio = keys.get("text").is_none() && keys.get("data").is_some_and(|data| data.starts_with('{'));
    if is_studio {
        return studio(keys, options);
    }
    let text = match keys.take("text")? {
        Some(Value::String(text)) => Some(text),
        Some(other) => return Err(format!("`text` is {}, expected a string", kind(&other))),
        None => None,
    };
    let words = if text.is_none() && keys.get("tokens").is_none() { "words" } else { "tokens" };
    let tokens: Option<Vec<RawToken>> = list(keys.take(words)?, words, TOKEN)?;
    let count = tokens.as_ref().map(Vec::len);
    if options.labels == Labels::Ignored {
        keys.remove("entities");
        return Ok(Parts { text, tokens, labels: RawLabels::None });
    }
    let labels = match list(keys.take("entities")?, "entities", SPAN)? {
        Some(spans) => RawLabels::Spans(spans),
        None => other_labels(keys, count, options, interner)?,
    };
    Ok(Parts { text, tokens, labels })
}

/// Labels that do not stand under `entities`.
fn other_labels(
    keys: &mut Rest,
    tokens: Option<usize>,
    options: &JsonlOptions,
    interner: &mut Interner,
) -> Result<RawLabels, String> {
    if let Some(tokens) = tokens {
        for key in TAG_KEYS {
            let is_tags = keys.value(key).is_some_and(|value| match value {
                Value::Array(items) if items.is_empty() => !SPAN_KEYS.contains(&key),
                Value::Array(items) => items.iter().all(|item| !item.is_array() && !item.is_object()),
                _ => false,
            });
            if is_tags && let Some(Value::Array(items)) = keys.take(key)? {
                if items.len() != tokens {
                    return Err(format!("`{key}` has {} items, `tokens` {tokens}", items.len()));
                }
                let tags = items.iter().map(|item| tag(key, item, options, interner));
                return tags.collect::<Result<_, _>>().map(RawLabels::Tags);
            }
        }
    }
    for key in SPAN_KEYS {
        match keys.value(key) {
            Some(Value::Array(_)) => {}
            Some(found @ Value::Object(_)) => return Err(unknown(key, &found)),
            // A class of the whole text, a number or nothing: no labels of parts of it.
            _ => continue,
        }
        let spans = list(keys.take(key)?, key, SPAN)?.unwrap_or_default();
        if key == "spans" {
            match keys.value("answer") {
                Some(Value::String(answer)) if answer != "accept" => return Ok(RawLabels::Rejected),
                _ => {}
            }
        }
        return Ok(RawLabels::Spans(spans));
    }
    for key in OTHER_KEYS {
        match keys.value(key) {
            Some(Value::Array(items)) if items.is_empty() => {}
            Some(found @ (Value::Array(_) | Value::Object(_))) => return Err(unknown(key, &found)),
            _ => {}
        }
    }
    Ok(RawLabels::None)
}

fn unknown(key: &str, found: &Value) -> String {
    format!("`{key}` is {} that looks like labels, in a shape that is not known: {SHAPES}", kind(found))
}

fn tag(key: &str, item: &Value, options: &JsonlOptions, interner: &mut Interner) -> Result<Tag, String> {
    let name = match item {
        Value::String(name) => name,
        Value::Number(number) if options.label_names.is_empty() => {
            return Err(format!(
                "`{key}` holds the number {number}: numbers need the names of the labels in their order \
                 (`label_names = [\"O\", \"B-PER\", \"I-PER\"]` among the options of JSON lines, or \
                 `--labels O,B-PER,I-PER`)"
            ));
        }
        Value::Number(number) => {
            let at = number.as_u64().and_then(|at| usize::try_from(at).ok());
            at.and_then(|at| options.label_names.get(at)).ok_or_else(|| {
                format!("`{key}` holds {number}, and `label_names` has {} names", options.label_names.len())
            })?
        }
        other => return Err(format!("`{key}` holds {}, expected tags such as \"B-PER\"", kind(other))),
    };
    interner.tag_as(name, options.tags).map_err(|fault| format!("`{key}`: {fault}"))
}

/// A task of Label Studio: the text under `data`, spans under `annotations`.
fn studio(keys: &mut Rest, options: &JsonlOptions) -> Result<Parts, String> {
    let Some(Value::Object(mut data)) = keys.take("data")? else {
        return Err("there is no `text`".to_owned());
    };
    let text = if let Some(Value::String(text)) = data.remove("text") {
        text
    } else {
        let mut texts = data.values().filter_map(Value::as_str);
        match (texts.next(), texts.next()) {
            (Some(text), None) => text.to_owned(),
            _ => return Err("there is no `text` under `data`".to_owned()),
        }
    };
    if options.labels == Labels::Ignored {
        return Ok(Parts { text: Some(text), tokens: None, labels: RawLabels::None });
    }
    let annotations: Vec<Map<String, Value>> =
        list(keys.take("annotations")?, "annotations", r#"{"result": []}"#)?.unwrap_or_default();
    let cancelled = |a: &Map<String, Value>| a.get("was_cancelled").and_then(Value::as_bool) == Some(true);
    let mut valid = annotations.into_iter().filter(|annotation| !cancelled(annotation));
    let labels = match (valid.next(), valid.next()) {
        (None, _) => RawLabels::None,
        (Some(_), Some(_)) => {
            return Err("there are several `annotations` of one text: keep one of them".to_owned());
        }
        (Some(mut annotation), None) => {
            let results: Vec<Map<String, Value>> =
                list(annotation.remove("result"), "result", r#"{"value": {}}"#)?.unwrap_or_default();
            let values = results.into_iter().filter_map(|mut result| result.remove("value"));
            let marked = values.filter(|value| value.get("labels").is_some()).collect();
            let shape = r#"{"start": 0, "end": 4, "labels": ["PER"]}"#;
            RawLabels::Spans(list(Some(Value::Array(marked)), "result", shape)?.unwrap_or_default())
        }
    };
    Ok(Parts { text: Some(text), tokens: None, labels })
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
