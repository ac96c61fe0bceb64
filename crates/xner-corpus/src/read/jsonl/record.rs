//! One line of JSON, taken apart.

use std::ops::Range;

use super::align::{Span, align, sentences};
use super::dress::{self, Parts, RawLabels, RawSpan, RawToken};
use super::{JsonlOptions, Labels, LabelsFound, Record};
use crate::read::interner::Interner;
use crate::read::limits;
use crate::{CharOffsets, Labelled, Sentence, Tag, entities};

/// The record of a line; a fault as a message.
pub(super) fn parse(
    line: &str,
    number: usize,
    options: &JsonlOptions,
    interner: &mut Interner,
) -> Result<Record, String> {
    let mut rest = dress::keys(line)?;
    let Parts { text, tokens, labels } = dress::parts(&mut rest, options, interner)?;
    let found = labels.found();
    if found == LabelsFound::Missing && options.labels == Labels::Required {
        return Err(format!("there are no labels: {}", dress::SHAPES));
    }
    let text = match (text, &tokens) {
        (Some(text), _) => text,
        (None, Some(tokens)) => {
            words_joined(tokens).ok_or("there is no `text`, and `tokens` are not words")?
        }
        (None, None) => return Err("there is no `text`".to_owned()),
    };
    let offsets = CharOffsets::new(&text);
    let tokens = tokens.map(|tokens| token_ranges(&text, &offsets, &tokens)).transpose()?;
    let (raw, tags) = match labels {
        RawLabels::Spans(raw) => (raw, None),
        RawLabels::Tags(tags) => (Vec::new(), Some(tags)),
        RawLabels::None | RawLabels::Rejected => (Vec::new(), None),
    };
    let spans = spans(&text, &offsets, raw, interner)?;
    let sentences = match tokens {
        Some(tokens) => {
            let wrong = "`tokens` overlap, are empty or are out of order";
            let sentence = Sentence::from_spans(text.clone(), tokens).ok_or(wrong)?;
            if sentence.is_empty() && spans.is_empty() { Vec::new() } else { vec![sentence] }
        }
        None => sentences(&text, &spans, &options.split),
    };
    sentences.iter().try_for_each(limits::check)?;
    if let (Some(tags), [sentence]) = (&tags, sentences.as_slice()) {
        let labelled = vec![tagged(sentence, tags)];
        return Ok(Record { line: number, text, sentences: labelled, labels: found, rest });
    }
    let entities = align(&sentences, &spans, options.align, &offsets)?;
    let sentences = sentences
        .into_iter()
        .zip(entities)
        .map(|(sentence, entities)| Labelled { sentence, entities })
        .collect();
    Ok(Record { line: number, text, sentences, labels: found, rest })
}

/// The sentences of a text with entities by their characters; a fault as a message.
pub(in crate::read) fn document(
    text: &str,
    spans: Vec<(usize, usize, String)>,
    options: &JsonlOptions,
) -> Result<Vec<Labelled>, String> {
    let offsets = CharOffsets::new(text);
    let raw = spans.into_iter().map(|(start, end, label)| RawSpan::Listed(start, end, label)).collect();
    let spans = self::spans(text, &offsets, raw, &mut Interner::default())?;
    let sentences = sentences(text, &spans, &options.split);
    sentences.iter().try_for_each(limits::check)?;
    let entities = align(&sentences, &spans, options.align, &offsets)?;
    Ok(sentences
        .into_iter()
        .zip(entities)
        .map(|(sentence, entities)| Labelled { sentence, entities })
        .collect())
}

fn tagged(sentence: &Sentence, tags: &[Tag]) -> Labelled {
    Labelled { sentence: sentence.clone(), entities: entities(tags) }
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

fn spans(
    text: &str,
    offsets: &CharOffsets,
    raw: Vec<RawSpan>,
    interner: &mut Interner,
) -> Result<Vec<Span>, String> {
    let mut spans = Vec::with_capacity(raw.len());
    for span in raw {
        let (start, end, label) = match span {
            RawSpan::Named { start, end, label } | RawSpan::Listed(start, end, label) => (start, end, label),
            RawSpan::Marked { start, end, text: marked, labels: [label] } => {
                let chars = match marked {
                    Some(marked) => units(text, offsets, start..end, &marked).ok_or_else(|| {
                        format!("entity {start}..{end} `{label}` does not cover its own text `{marked}`")
                    })?,
                    None => start..end,
                };
                (chars.start, chars.end, label)
            }
        };
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

/// The characters of a span whose text is known: its offsets count characters, or else units of UTF-16.
fn units(text: &str, offsets: &CharOffsets, span: Range<usize>, marked: &str) -> Option<Range<usize>> {
    let is_it = |bytes: &Range<usize>| text.get(bytes.clone()) == Some(marked);
    if offsets.bytes(span.clone()).is_some_and(|bytes| is_it(&bytes)) {
        return Some(span);
    }
    let byte_at = |unit: usize| {
        let mut units = 0;
        let ends = text.char_indices().map(|(at, c)| (at, c.len_utf16())).chain([(text.len(), 0)]);
        ends.into_iter().find_map(|(at, len)| {
            let found = (units == unit).then_some(at);
            units += len;
            found
        })
    };
    let bytes = byte_at(span.start)?..byte_at(span.end)?;
    is_it(&bytes).then(|| offsets.chars(bytes))
}
