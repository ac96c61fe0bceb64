//! From spans of characters to spans of tokens.

use std::fmt;
use std::ops::Range;

use super::Align;
use crate::split::{self, TextOptions};
use crate::{CharOffsets, Entity, EntityType, Sentence};

/// An entity as a file gives it.
pub(super) struct Span {
    pub(super) bytes: Range<usize>,
    pub(super) chars: Range<usize>,
    pub(super) kind: EntityType,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{} `{}`", self.chars.start, self.chars.end, self.kind)
    }
}

/// The sentences of a text. A sentence does not end inside an entity. `spans` are in order.
pub(super) fn sentences(text: &str, spans: &[Span], options: &TextOptions) -> Vec<Sentence> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let options = &options.of(text);
    for range in split::sentence_ranges(text, options) {
        match ranges.last_mut() {
            Some(last) if crosses(spans, last.end, range.start) => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    ranges.into_iter().filter_map(|range| split::sentence(text, range, options)).collect()
}

/// Whether an entity has text on both sides of the gap between two sentences.
fn crosses(spans: &[Span], end: usize, start: usize) -> bool {
    let first = spans.partition_point(|span| span.bytes.end <= start);
    spans.get(first).is_some_and(|span| span.bytes.start < end)
}

/// The entities of each sentence.
pub(super) fn align(
    sentences: &[Sentence],
    spans: &[Span],
    rule: Align,
    offsets: &CharOffsets,
) -> Result<Vec<Vec<Entity>>, String> {
    let mut found = vec![Vec::new(); sentences.len()];
    for span in spans {
        let at = sentences.partition_point(|s| s.offset() + s.text().len() <= span.bytes.start);
        let tokens =
            sentences.get(at).map(|sentence| covered(sentence, &span.bytes)).filter(|t| !t.is_empty());
        let (Some(tokens), Some(sentence)) = (tokens, sentences.get(at)) else {
            return Err(format!("entity {span} covers no token"));
        };
        if rule == Align::Refuse {
            for token in [tokens.start, tokens.end - 1] {
                let inner = sentence.bytes(token..token + 1);
                let bytes = sentence.offset() + inner.start..sentence.offset() + inner.end;
                if bytes.start < span.bytes.start || bytes.end > span.bytes.end {
                    let chars = offsets.chars(bytes);
                    let word = sentence.token(token);
                    return Err(format!(
                        "entity {span} cuts the token `{word}` at {}..{} (`align = \"widen\"` in a config, or \
                         `--align widen`, takes it whole)",
                        chars.start, chars.end
                    ));
                }
            }
        }
        let before: Option<&Entity> = found[at].last();
        if before.is_some_and(|before| before.tokens.end > tokens.start) {
            return Err(format!("entity {span} shares a token with the one before it"));
        }
        found[at].push(Entity { tokens, kind: span.kind.clone() });
    }
    Ok(found)
}

/// The tokens that a byte range of the document touches.
fn covered(sentence: &Sentence, bytes: &Range<usize>) -> Range<usize> {
    let offset = sentence.offset();
    let start = sentence.first_token(|token| offset + token.end > bytes.start);
    let end = sentence.first_token(|token| offset + token.start >= bytes.end);
    start..end.max(start)
}
