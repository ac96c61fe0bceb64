//! Sentences: text and where its tokens stand in it.

use std::ops::Range;

use crate::{Entity, Scheme, Tag, entities};

/// A sentence: its text and the byte range of each token in it.
///
/// The text of a sentence from a column file is its tokens joined by single spaces. A sentence from raw text keeps that
/// text, and [`Sentence::offset`] is its place in the document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    text: String,
    spans: Vec<Range<u32>>,
    offset: usize,
}

impl Sentence {
    /// A sentence of these tokens, joined by single spaces.
    pub fn from_tokens<S: AsRef<str>>(tokens: impl IntoIterator<Item = S>) -> Self {
        let mut sentence = Self::default();
        for token in tokens {
            sentence.push(token.as_ref());
        }
        sentence
    }

    /// A sentence over `text`, whose tokens are the byte ranges `spans`.
    ///
    /// Returns `None` when the ranges are empty, overlap, are out of order, lie outside the text, or cut a
    /// character in two.
    pub fn from_spans(text: String, spans: impl IntoIterator<Item = Range<usize>>) -> Option<Self> {
        let mut kept: Vec<Range<u32>> = Vec::new();
        for span in spans {
            let after = kept.last().is_none_or(|last| last.end as usize <= span.start);
            if !after || span.is_empty() || text.get(span.clone()).is_none() {
                return None;
            }
            kept.push(u32::try_from(span.start).ok()?..u32::try_from(span.end).ok()?);
        }
        Some(Self { text, spans: kept, offset: 0 })
    }

    /// Takes all tokens away and keeps the memory for others; a clone has exactly the memory it needs.
    #[cfg(feature = "files")]
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    /// Adds a token behind the others, after a space.
    pub fn push(&mut self, token: &str) {
        self.try_push(token);
    }

    /// The same. False when the sentence would grow beyond the offsets of its spans.
    pub(crate) fn try_push(&mut self, token: &str) -> bool {
        if !self.spans.is_empty() {
            self.text.push(' ');
        }
        let start = self.text.len() as u32;
        self.text.push_str(token);
        let Ok(end) = u32::try_from(self.text.len()) else { return false };
        self.spans.push(start..end);
        true
    }

    /// The same sentence, said to begin at byte `offset` of its document.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.offset = offset;
        self
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte in the document at which [`Sentence::text`] begins, or 0 if there is no document.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Token `at`.
    ///
    /// # Panics
    /// When there is no such token.
    pub fn token(&self, at: usize) -> &str {
        let span = &self.spans[at];
        &self.text[span.start as usize..span.end as usize]
    }

    /// The tokens in order.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.spans.iter().map(|span| &self.text[span.start as usize..span.end as usize])
    }

    /// The first token whose bytes are what `is` wants; all before it are not, all behind it are. The number of tokens
    /// where there is none.
    #[cfg(feature = "files")]
    pub(crate) fn first_token(&self, is: impl Fn(Range<usize>) -> bool) -> usize {
        self.spans.partition_point(|span| !is(span.start as usize..span.end as usize))
    }

    /// The bytes of [`Sentence::text`] that the tokens `tokens` cover, inner gaps included.
    ///
    /// # Panics
    /// When `tokens` is empty or reaches past the last token.
    pub fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        self.spans[tokens.start].start as usize..self.spans[tokens.end - 1].end as usize
    }

    /// The text that the tokens `tokens` cover, inner gaps included.
    ///
    /// # Panics
    /// When `tokens` is empty or reaches past the last token.
    pub fn slice(&self, tokens: Range<usize>) -> &str {
        &self.text[self.bytes(tokens)]
    }
}

/// A sentence and its entities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labelled {
    /// The sentence.
    pub sentence: Sentence,
    /// Its entities: in order, not overlapping, not empty.
    pub entities: Vec<Entity>,
}

impl Labelled {
    /// A sentence and the entities that conlleval reads from `tags`.
    pub fn from_tags(sentence: Sentence, tags: &[Tag]) -> Self {
        let found = entities(tags.iter().take(sentence.len()));
        Self { sentence, entities: found }
    }

    /// The tags in `scheme`, one a token.
    pub fn tags(&self, scheme: Scheme) -> Vec<Tag> {
        scheme.tags(&self.entities, self.sentence.len())
    }
}
