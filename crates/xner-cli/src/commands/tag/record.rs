//! A tagged text as a line of JSON.

use serde::Serialize;
use xner_corpus::read::jsonl::Rest;
use xner_corpus::{CharOffsets, Sentence};
use xner_tagger::Tagging;

/// A text with its entities. `start` and `end` are as in the JSON lines that xner reads, so tagged text can be read
/// as a corpus.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<Offset>,
    entities: Vec<Found<'a>>,
    /// Characters of each token: for a record that is one sentence, perhaps of the user's own tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<Vec<(usize, usize)>>,
    #[serde(flatten)]
    rest: Option<&'a Rest>,
}

/// Where in the input a text begins.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Offset {
    pub(super) byte: usize,
    pub(super) char: usize,
}

/// An entity of a [`Record`], its place counted within the record's text.
#[derive(Debug, Serialize)]
struct Found<'a> {
    text: &'a str,
    label: &'a str,
    start: usize,
    end: usize,
    start_byte: usize,
    end_byte: usize,
    probability: f32,
}

impl<'a> Record<'a> {
    /// A sentence of a text.
    pub(super) fn of_text(
        text: &'a str,
        offset: Offset,
        sentences: &[Sentence],
        tagged: &'a [Tagging],
    ) -> Self {
        let entities = found(text, &CharOffsets::new(text), sentences.iter().map(|s| (s, 0)), tagged);
        Self { text, offset: Some(offset), entities, tokens: None, rest: None }
    }

    /// A sentence of columns, with its tokens.
    pub(super) fn of_rows(text: &'a str, sentences: &[Sentence], tagged: &'a [Tagging]) -> Self {
        let chars = CharOffsets::new(text);
        let entities = found(text, &chars, sentences.iter().map(|s| (s, 0)), tagged);
        Self { text, offset: None, entities, tokens: token_chars(sentences, &chars), rest: None }
    }

    /// A line of JSON, with its keys that we do not know.
    pub(super) fn of_document(
        text: &'a str,
        sentences: &[Sentence],
        tagged: &'a [Tagging],
        rest: &'a Rest,
    ) -> Self {
        let chars = CharOffsets::new(text);
        let entities = found(text, &chars, sentences.iter().map(|s| (s, s.offset())), tagged);
        Self { text, offset: None, entities, tokens: token_chars(sentences, &chars), rest: Some(rest) }
    }
}

/// The characters of each token of an only sentence.
fn token_chars(sentences: &[Sentence], offsets: &CharOffsets) -> Option<Vec<(usize, usize)>> {
    let [sentence] = sentences else { return None };
    let base = sentence.offset();
    let bytes = (0..sentence.len()).map(|token| sentence.bytes(token..token + 1));
    let chars = bytes.map(|bytes| offsets.chars(base + bytes.start..base + bytes.end));
    Some(chars.map(|chars| (chars.start, chars.end)).collect())
}

/// The entities of sentences, each of which begins at some byte of `text`.
fn found<'a, 's>(
    text: &'a str,
    offsets: &CharOffsets,
    sentences: impl Iterator<Item = (&'s Sentence, usize)>,
    tagged: &'a [Tagging],
) -> Vec<Found<'a>> {
    let mut entities = Vec::new();
    for ((sentence, base), tagging) in sentences.zip(tagged) {
        for scored in &tagging.entities {
            let within = sentence.bytes(scored.entity.tokens.clone());
            let bytes = base + within.start..base + within.end;
            let chars = offsets.chars(bytes.clone());
            entities.push(Found {
                text: &text[bytes.clone()],
                label: scored.entity.kind.as_str(),
                start: chars.start,
                end: chars.end,
                start_byte: bytes.start,
                end_byte: bytes.end,
                probability: scored.probability,
            });
        }
    }
    entities
}
