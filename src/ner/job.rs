//! One text on its way: cut into pieces that are small enough to be tagged, and its entities gathered.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use xner_corpus::Sentence;
use xner_corpus::split::{SentenceRanges, Sentences, TextOptions, word_ranges};
use xner_tagger::{ScoredEntity, Tagging};

use super::{Limit, TextEntity};
use crate::{Error, Result};

/// Bytes that are split into words at a time: no sentence has more, but a line that was to be one.
const WINDOW: usize = 1 << 14;
/// Words of a sentence that are tagged at a time. A sentence with more is tagged in parts.
const LONGEST: usize = 512;

/// A text whose entities are wanted.
pub(super) struct Job<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) limit: Limit,
    /// How it is split, with its own language where that is to be guessed.
    options: Option<TextOptions>,
    ranges: SentenceRanges,
    /// What is left of the sentence that was found last.
    sentence: Range<usize>,
    /// Parts of it that are still to be tagged.
    parts: VecDeque<Sentence>,
    ended: bool,
    /// A place in the text as bytes and characters; entities come in order.
    place: (usize, usize),
    pub(super) found: Vec<TextEntity>,
}

impl<'t> Job<'t> {
    pub(super) fn new(text: impl Into<Cow<'t, str>>, limit: Limit) -> Self {
        Self {
            text: text.into(),
            limit,
            options: None,
            ranges: SentenceRanges::default(),
            sentence: 0..0,
            parts: VecDeque::new(),
            ended: false,
            place: (0, 0),
            found: Vec::new(),
        }
    }

    /// Whether all of it has been given out.
    pub(super) fn ended(&self) -> bool {
        self.ended && self.parts.is_empty()
    }

    /// Adds its next parts to `pieces` until they have `words` words, or a few more, and gives their number.
    ///
    /// # Errors
    /// Those of the limit.
    pub(super) fn next(
        &mut self,
        options: &TextOptions,
        words: usize,
        pieces: &mut Vec<Sentence>,
    ) -> Result<usize> {
        let mut count = 0;
        while count < words && !self.ended() {
            if let Some(part) = self.parts.pop_front() {
                count += part.len();
                pieces.push(part);
            } else {
                self.limit.check()?;
                self.split(options);
            }
        }
        Ok(count)
    }

    /// Splits the next sentence into words.
    fn split(&mut self, options: &TextOptions) {
        let options = self.options.get_or_insert_with(|| match options.sentences {
            Sentences::Split => options.of(&self.text),
            // Each line is guessed.
            Sentences::Lines => options.clone(),
        });
        if self.sentence.is_empty() {
            let Some(range) = self.ranges.next_of(&self.text, options) else {
                self.ended = true;
                return;
            };
            self.sentence = range;
        }
        let Range { start, end } = self.sentence.clone();
        let end = if end - start > WINDOW { behind_space(&self.text, start, start + WINDOW) } else { end };
        self.sentence.start = end;
        let part = &self.text[start..end];
        let words = word_ranges(part, options.language.of(part));
        for words in words.chunks(LONGEST) {
            let (from, to) = match words {
                [first, .., last] => (first.start, last.end),
                [only] => (only.start, only.end),
                [] => continue,
            };
            let spans = words.iter().map(|word| word.start - from..word.end - from);
            let sentence = Sentence::from_spans(part[from..to].to_owned(), spans);
            self.parts.extend(sentence.map(|sentence| sentence.at(start + from)));
        }
    }

    /// Adds the entities of one of its parts; parts come in order.
    ///
    /// # Errors
    /// [`Error::Data`] for an entity that is not in the part: no tagger of ours gives one.
    pub(super) fn add(&mut self, part: &Sentence, tagging: Tagging) -> Result<()> {
        for ScoredEntity { entity, probability } in tagging.entities {
            let tokens = entity.tokens;
            if tokens.is_empty() || tokens.end > part.len() {
                let (words, kind) = (part.len(), entity.kind);
                return Err(Error::data(format!(
                    "the tagger gave a {kind} of the words {tokens:?} of a sentence of {words}"
                )));
            }
            let inside = part.bytes(tokens);
            let bytes = part.offset() + inside.start..part.offset() + inside.end;
            let characters = self.character(bytes.start)..self.character(bytes.end);
            let text = self.text[bytes.clone()].to_owned();
            self.found.push(TextEntity { kind: entity.kind, text, bytes, characters, probability });
        }
        Ok(())
    }

    /// The number of characters before a byte.
    fn character(&mut self, byte: usize) -> usize {
        let (from, before) = if self.place.0 <= byte { self.place } else { (0, 0) };
        self.place = (byte, before + self.text[from..byte].chars().count());
        self.place.1
    }
}

/// A place behind `start` and not behind `end`: behind a space, where there is one.
fn behind_space(text: &str, start: usize, end: usize) -> usize {
    let end = text.floor_char_boundary(end);
    let space = text[start..end].char_indices().rfind(|(_, c)| c.is_whitespace());
    space.map_or(end, |(at, c)| start + at + c.len_utf8())
}
