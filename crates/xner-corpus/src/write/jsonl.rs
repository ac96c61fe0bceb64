//! JSON lines.

use std::io::{self, Write};

use serde::Serialize;

use crate::{CharOffsets, Labelled};

/// A labelled sentence as [`crate::read::jsonl`] reads it, offsets in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record<'a> {
    /// The text.
    pub text: &'a str,
    /// The entities in order.
    pub entities: Vec<Span<'a>>,
    /// Start and end of each token.
    pub tokens: Vec<(usize, usize)>,
}

/// An entity of a [`Record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span<'a> {
    /// Its first character.
    pub start: usize,
    /// The character behind its last.
    pub end: usize,
    /// Its type.
    pub label: &'a str,
}

/// The record of a sentence.
pub fn record(labelled: &Labelled) -> Record<'_> {
    let sentence = &labelled.sentence;
    let offsets = CharOffsets::new(sentence.text());
    let entities = labelled.entities.iter().map(|entity| {
        let chars = offsets.chars(sentence.bytes(entity.tokens.clone()));
        Span { start: chars.start, end: chars.end, label: entity.kind.as_str() }
    });
    let tokens = (0..sentence.len()).map(|token| {
        let chars = offsets.chars(sentence.bytes(token..token + 1));
        (chars.start, chars.end)
    });
    Record { text: sentence.text(), entities: entities.collect(), tokens: tokens.collect() }
}

/// Writes a sentence as one line of JSON, tokens included.
///
/// # Errors
/// Those of `out`.
pub fn write_jsonl(labelled: &Labelled, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &record(labelled)).map_err(io::Error::from)?;
    out.write_all(b"\n")
}
