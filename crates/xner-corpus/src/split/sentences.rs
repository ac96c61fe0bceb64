//! Where sentences begin and end.

use std::ops::Range;

use super::{Sentences, TextOptions, word_ranges};
use crate::Sentence;

/// The number of bytes in which sentence ends are looked for at a time. If quotation marks are never closed, the time
/// grows with the square of this.
const WINDOW: usize = 1 << 14;

/// The byte ranges of the sentences of a text, without the white space around them.
///
/// Every character but white space is in exactly one. One of more than 16 KiB is cut at a space.
pub fn sentence_ranges(text: &str, options: &TextOptions) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        if options.sentences == Sentences::Lines || line.trim().is_empty() {
            paragraph(text, start..end, options, &mut found);
            start = end;
        }
        at = end;
    }
    paragraph(text, start..text.len(), options, &mut found);
    found
}

fn paragraph(text: &str, range: Range<usize>, options: &TextOptions, found: &mut Vec<Range<usize>>) {
    let Some(range) = trimmed(text, range) else { return };
    if options.sentences == Sentences::Lines {
        found.push(range);
        return;
    }
    let mut start = range.start;
    while start < range.end {
        let end = window(text, start..range.end);
        let first = found.len();
        for sentence in sentencex::get_sentence_boundaries(&options.language, &text[start..end]) {
            found.extend(trimmed(text, start + sentence.start_byte..start + sentence.end_byte));
        }
        // The last sentence of a window may go on behind it.
        let goes_on = end < range.end && found.len() > first + 1;
        start = if goes_on { found.pop().map_or(end, |last| last.start) } else { end };
    }
}

/// The end of the window at the start of `range`: behind a space, where there is one.
fn window(text: &str, range: Range<usize>) -> usize {
    if range.len() <= WINDOW {
        return range.end;
    }
    let end = text.floor_char_boundary(range.start + WINDOW);
    let space = text[range.start..end].char_indices().rfind(|(_, c)| c.is_whitespace());
    space.map_or(end, |(at, c)| range.start + at + c.len_utf8())
}

/// The range without the white space at its ends, or `None` if nothing is left.
fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let kept = part.trim();
    (!kept.is_empty()).then(|| start..start + kept.len())
}

/// The sentences of a text, split into words; each knows the byte at which it begins.
///
/// ```
/// use xner_corpus::split::{TextOptions, sentences};
///
/// let text = "Dr. Ada Smith's plane left. She was in the U.S. by May 3.";
/// let found = sentences(text, &TextOptions::default());
/// assert_eq!(found.len(), 2);
/// assert_eq!(found[0].tokens().collect::<Vec<_>>(), ["Dr.", "Ada", "Smith", "'s", "plane", "left", "."]);
/// assert_eq!(&text[found[1].offset()..], found[1].text());
/// ```
pub fn sentences(text: &str, options: &TextOptions) -> Vec<Sentence> {
    let ranges = sentence_ranges(text, options);
    ranges.into_iter().filter_map(|range| sentence(text, range, options)).collect()
}

/// The sentence that stands at `range`, or `None` if it has no words.
pub(crate) fn sentence(text: &str, range: Range<usize>, options: &TextOptions) -> Option<Sentence> {
    let part = &text[range.clone()];
    let words = word_ranges(part, &options.language);
    let sentence = Sentence::from_spans(part.to_owned(), words)?;
    (!sentence.is_empty()).then(|| sentence.at(range.start))
}
