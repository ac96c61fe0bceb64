//! Byte offsets and character offsets of one text.

use std::ops::Range;

/// Turns byte offsets of a text into character offsets (Unicode scalar values, as Python counts) and back.
///
/// ```
/// let offsets = xner_corpus::CharOffsets::new("in Köln");
/// assert_eq!(offsets.chars(3..8), 3..7);
/// assert_eq!(offsets.bytes(3..7), Some(3..8));
/// assert_eq!(offsets.bytes(3..9), None);
/// ```
#[derive(Debug, Clone)]
pub struct CharOffsets {
    /// The byte at which each character begins, and the end; empty for a text of ASCII alone.
    starts: Vec<usize>,
    len: usize,
}

impl CharOffsets {
    /// The offsets of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = Vec::new();
        if !text.is_ascii() {
            starts.extend(text.char_indices().map(|(at, _)| at));
            starts.push(text.len());
        }
        Self { starts, len: text.len() }
    }

    /// The character range of a byte range. An end inside a character counts as the start of the character. An end
    /// past the text counts as the end of the text.
    pub fn chars(&self, bytes: Range<usize>) -> Range<usize> {
        let char_at = |byte: usize| {
            let byte = byte.min(self.len);
            if self.starts.is_empty() { byte } else { self.starts.partition_point(|&s| s <= byte) - 1 }
        };
        char_at(bytes.start)..char_at(bytes.end)
    }

    /// The byte range of a character range, or `None` if it reaches past the text or ends before it starts.
    pub fn bytes(&self, chars: Range<usize>) -> Option<Range<usize>> {
        let byte_at = |char: usize| {
            if self.starts.is_empty() {
                (char <= self.len).then_some(char)
            } else {
                self.starts.get(char).copied()
            }
        };
        let range = byte_at(chars.start)?..byte_at(chars.end)?;
        (range.start <= range.end).then_some(range)
    }
}
