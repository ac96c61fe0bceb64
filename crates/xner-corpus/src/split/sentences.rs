//! Where sentences begin and end.

use std::ops::Range;

use rayon::prelude::*;

use super::ends::{End, Ends};
use super::{Language, Sentences, TextOptions, word_ranges};
use crate::Sentence;

/// The most tokens that a sentence found by the rules has.
const TOKENS: usize = 512;
/// The longest line that is one sentence ([`Sentences::Lines`]), in bytes.
const LINE: usize = 1 << 16;
/// Texts are split in pieces of so many bytes, on all threads.
const PIECE: usize = 1 << 16;
/// So many sentences are split into words by a thread at a time.
const BATCH: usize = 64;

/// The byte ranges of the sentences of a text, in order, without the white space around them.
///
/// Where the language is to be guessed, it is by the text's beginning. Every character but white space is in exactly
/// one. A sentence of more than 512 tokens or 16 KiB is cut at the last blank before, where there is one; so is a line
/// of more than 64 KiB where lines are sentences. A long text is split on the threads of rayon's pool; their number
/// does not change what is found.
pub fn sentence_ranges(text: &str, options: &TextOptions) -> Vec<Range<usize>> {
    Splitter::new(&options.of(text)).ranges(text, true).0
}

/// Where a text's sentences are, found one after another: work on a long text can stop between two of them.
///
/// It knows a place alone: it is given the same text at each call. [`sentence_ranges`] finds the same at once.
///
/// ```
/// use xner_corpus::split::{SentenceRanges, TextOptions};
///
/// let (text, options) = ("Ada left. Otto stayed.", TextOptions::default());
/// let mut ranges = SentenceRanges::default();
/// assert_eq!(ranges.next_of(text, &options).map(|range| &text[range]), Some("Ada left."));
/// assert_eq!(ranges.next_of(text, &options).map(|range| &text[range]), Some("Otto stayed."));
/// assert_eq!(ranges.next_of(text, &options), None);
/// ```
#[derive(Debug, Clone, Default)]
pub struct SentenceRanges {
    /// The text before it is split.
    at: usize,
}

impl SentenceRanges {
    /// The next sentence; none behind the last. It looks at what a sentence can hold, and skips white space.
    pub fn next_of(&mut self, text: &str, options: &TextOptions) -> Option<Range<usize>> {
        let found = begin(text, self.at).and_then(|begin| Splitter::new(options).next(text, begin, true));
        self.at = found.as_ref().map_or(text.len(), |range| range.end);
        found
    }
}

/// The sentences of a text, split into words; each knows the byte at which it begins. See [`sentence_ranges`].
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
    let options = options.of(text);
    in_words(text, sentence_ranges(text, &options), &options)
}

/// The sentences at these ranges of a text, but those without words.
pub(crate) fn in_words(text: &str, ranges: Vec<Range<usize>>, options: &TextOptions) -> Vec<Sentence> {
    if ranges.len() < 2 * BATCH {
        return ranges.into_iter().filter_map(|range| sentence(text, range, options)).collect();
    }
    ranges.into_par_iter().with_min_len(BATCH).filter_map(|range| sentence(text, range, options)).collect()
}

/// The sentence that stands at `range`, or `None` if it has no words.
pub(crate) fn sentence(text: &str, range: Range<usize>, options: &TextOptions) -> Option<Sentence> {
    let part = &text[range.clone()];
    let words = word_ranges(part, options.language.of(part));
    let sentence = Sentence::from_spans(part.to_owned(), words)?;
    (!sentence.is_empty()).then(|| sentence.at(range.start))
}

/// Finds sentences one by one. Where one ends depends on the text from its beginning on and on nothing before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Splitter {
    language: Language,
    sentences: Sentences,
}

impl Splitter {
    pub(crate) fn new(options: &TextOptions) -> Self {
        Self { language: options.language, sentences: options.sentences }
    }

    /// The sentences of `text`, and the byte up to which it is split. Where text may follow (`whole` is false), what
    /// depends on it is left.
    pub(crate) fn ranges(self, text: &str, whole: bool) -> (Vec<Range<usize>>, usize) {
        // A thread begins anywhere in a sentence, and goes wrong for a while. Where a true sentence begins at a
        // beginning that a thread found, all that this thread found from there on is true.
        let starts: Vec<usize> =
            (0..text.len()).step_by(PIECE).map(|at| text.floor_char_boundary(at)).collect();
        if starts.len() < 2 {
            let found = self.between(text, 0..text.len(), whole);
            let end = found.last().map_or(0, |last| last.end);
            return (found, end);
        }
        let stop = |piece: usize| starts.get(piece + 1).copied().unwrap_or(text.len());
        let pieces: Vec<Vec<Range<usize>>> = (0..starts.len())
            .into_par_iter()
            .map(|piece| self.between(text, starts[piece]..stop(piece), whole))
            .collect();
        let mut found: Vec<Range<usize>> = Vec::with_capacity(pieces.iter().map(Vec::len).sum());
        let mut at = 0;
        for (piece, guesses) in pieces.iter().enumerate() {
            while let Some(begin) = begin(text, at).filter(|&begin| begin < stop(piece)) {
                let same = guesses.partition_point(|guess| guess.start < begin);
                if guesses.get(same).is_some_and(|guess| guess.start == begin) {
                    found.extend_from_slice(&guesses[same..]);
                } else if let Some(range) = self.next(text, begin, whole) {
                    found.push(range);
                } else {
                    return (found, at);
                }
                at = found.last().map_or(at, |last| last.end);
            }
        }
        (found, at)
    }

    /// The sentences that begin in `part`, the first at its first character that is no white space.
    fn between(self, text: &str, part: Range<usize>, whole: bool) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = part.start;
        while let Some(range) =
            begin(text, at).filter(|&begin| begin < part.end).and_then(|begin| self.next(text, begin, whole))
        {
            at = range.end;
            found.push(range);
        }
        found
    }

    /// The sentence that begins at byte `start`, which is no white space; `None` where more of the text must be seen.
    fn next(self, text: &str, start: usize, whole: bool) -> Option<Range<usize>> {
        let end = match self.sentences {
            Sentences::Split => self.rules(text, start, whole)?,
            Sentences::Lines => line(text, start, whole)?,
        };
        Some(start..start + text[start..end].trim_end().len())
    }

    fn rules(self, text: &str, start: usize, whole: bool) -> Option<usize> {
        let (lexicon, greek) = (self.language.lexicon(), self.language.code() == "el");
        let end = match (Ends { text, whole, lexicon, greek }).next(start)? {
            End::Found(end) => end,
            End::Cut(end) => blank_before(text, start, end),
        };
        Some(bounded(text, start, end, self.language))
    }
}

/// The first byte from `at` on that is no white space.
fn begin(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    let skipped = rest.len() - rest.trim_start().len();
    (skipped < rest.len()).then_some(at + skipped)
}

/// The end of the line that begins at `start`.
fn line(text: &str, start: usize, whole: bool) -> Option<usize> {
    let last = start + LINE;
    let within = &text.as_bytes()[start..text.len().min(last)];
    if let Some(len) = memchr::memchr(b'\n', within) {
        return Some(start + len);
    }
    if text.len() < last {
        return whole.then_some(text.len());
    }
    Some(blank_before(text, start, text.floor_char_boundary(last)))
}

/// The last white space of a sentence that is cut at `end`, or `end` if there is none.
fn blank_before(text: &str, start: usize, end: usize) -> usize {
    text[start..end].rfind(char::is_whitespace).map_or(end, |len| start + len)
}

/// The end of a sentence, cut so that it has at most [`TOKENS`] tokens.
fn bounded(text: &str, start: usize, mut end: usize, language: Language) -> usize {
    // Nearly all sentences are done here.
    while end - start > TOKENS && may_begin(&text.as_bytes()[start..end]) > TOKENS {
        let Some(excess) = excess(&text[start..end], language) else { break };
        end = blank_before(text, start, start + excess);
    }
    end
}

/// The number of places at which a token may begin: each character but blanks, but only once in a run of ASCII
/// letters. (`n't` begins within one, but its apostrophe counts and begins none.)
fn may_begin(bytes: &[u8]) -> usize {
    let (mut count, mut in_word) = (0, false);
    for &byte in bytes {
        let letter = byte.is_ascii_alphabetic();
        let begins = !(letter && in_word) && byte & 0xc0 != 0x80 && byte != b' ';
        count += usize::from(begins);
        in_word = letter;
    }
    count
}

/// The beginning of the first token that is too many.
fn excess(sentence: &str, language: Language) -> Option<usize> {
    let mut len = 8 * TOKENS;
    loop {
        let part = &sentence[..sentence.floor_char_boundary(len)];
        let words = word_ranges(part, language);
        if let Some(word) = words.get(TOKENS) {
            return Some(word.start);
        }
        if part.len() == sentence.len() {
            return None;
        }
        len *= 2;
    }
}
