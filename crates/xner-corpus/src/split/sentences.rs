//! Where sentences begin and end.

use std::ops::Range;

use super::{Sentences, TextOptions, word_ranges};
use crate::Sentence;

/// The byte ranges of the sentences of a text, without the white space around them.
///
/// Every character but white space is in exactly one.
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
    let part = &text[range.clone()];
    for sentence in sentencex::get_sentence_boundaries(&options.language, part) {
        let bytes = range.start + sentence.start_byte..range.start + sentence.end_byte;
        found.extend(trimmed(text, bytes));
    }
}

/// The range without the white space at its ends; `None` where nothing is left.
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

/// The sentence that stands at `range`; `None` if it has no words.
pub(crate) fn sentence(text: &str, range: Range<usize>, options: &TextOptions) -> Option<Sentence> {
    let part = &text[range.clone()];
    let words = word_ranges(part, &options.language);
    let sentence = Sentence::from_spans(part.to_owned(), words)?;
    (!sentence.is_empty()).then(|| sentence.at(range.start))
}
