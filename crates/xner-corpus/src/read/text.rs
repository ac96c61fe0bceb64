//! Plain text, a sentence at a time.

use std::collections::VecDeque;
use std::io::{BufRead, Read};
use std::path::PathBuf;

use super::lines::Place;
use crate::split::{Sentences, TextOptions, sentences};
use crate::{Result, Sentence};

/// A line is taken in pieces of at most so many bytes.
const PIECE: u64 = 1 << 16;
/// A paragraph longer than this is cut at the last sentence end found so far.
const PARAGRAPH: usize = 1 << 16;

/// Reads plain text as sentences, split into words: see [`crate::split`].
///
/// Each sentence keeps its text, and the byte of the file at which the text begins ([`Sentence::offset`]; a byte order
/// mark counts). Memory is bounded for any file: a paragraph or a line of more than 64 KiB is split piece by piece.
/// After an error the reader ends.
pub struct Reader<R> {
    source: R,
    place: Place,
    options: TextOptions,
    /// Text that has been read and not been split yet.
    pending: String,
    /// Where in the file `pending` begins.
    offset: usize,
    /// Bytes read that do not make a whole character yet.
    partial: Vec<u8>,
    /// Sentences, and the character at which each begins.
    ready: VecDeque<(Sentence, usize)>,
    /// The characters before `pending`.
    characters: usize,
    /// The character at which the sentence yielded last begins.
    character: usize,
    /// Bytes of the line in hand that are in `pending` already.
    column: usize,
    ended: bool,
}

impl<R: BufRead> Reader<R> {
    /// A reader of `reader`, which errors call `name`.
    pub fn new(reader: R, name: impl Into<PathBuf>, options: TextOptions) -> Self {
        Self {
            source: reader,
            place: Place { path: name.into(), line: 1 },
            options,
            pending: String::new(),
            offset: 0,
            partial: Vec::new(),
            ready: VecDeque::new(),
            characters: 0,
            character: 0,
            column: 0,
            ended: false,
        }
    }

    /// The character of the file at which the sentence yielded last begins; a byte order mark counts.
    pub fn character(&self) -> usize {
        self.character
    }

    /// Reads until sentences are ready or the file has ended.
    fn fill(&mut self) -> Result<()> {
        while self.ready.is_empty() && !self.ended {
            let before = self.pending.len();
            if !self.read_piece()? {
                self.ended = true;
                self.release(self.pending.len());
                break;
            }
            let line_ends = self.pending.ends_with('\n');
            let whole = self.column == 0;
            self.column = if line_ends { 0 } else { self.column + self.pending.len() - before };
            let blank = whole && line_ends && self.pending[before..].trim().is_empty();
            if blank || line_ends && self.options.sentences == Sentences::Lines {
                self.release(self.pending.len());
            } else if self.pending.len() > PARAGRAPH {
                self.release_most();
            }
        }
        Ok(())
    }

    /// Adds the next line, or a piece of it, to the pending text; false at the end of the file.
    fn read_piece(&mut self) -> Result<bool> {
        let known = self.partial.len();
        let read = (&mut self.source).take(PIECE).read_until(b'\n', &mut self.partial);
        read.map_err(|error| self.place.io(error))?;
        let ended = self.partial.len() == known;
        if ended && known == 0 {
            return Ok(false);
        }
        let valid = match std::str::from_utf8(&self.partial) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() && !ended => error.valid_up_to(),
            Err(error) => return Err(self.place.encoding(&self.partial, self.column + error.valid_up_to())),
        };
        // Checked above, so nothing is replaced here.
        let text = String::from_utf8_lossy(&self.partial[..valid]);
        self.place.line += usize::from(text.ends_with('\n'));
        if self.offset == 0 && self.pending.is_empty() && text.starts_with('\u{feff}') {
            (self.offset, self.characters) = ('\u{feff}'.len_utf8(), 1);
            self.pending.push_str(&text[self.offset..]);
        } else {
            self.pending.push_str(&text);
        }
        self.partial.drain(..valid);
        Ok(true)
    }

    /// Splits the first `len` bytes of the pending text.
    fn release(&mut self, len: usize) {
        let found = sentences(&self.pending[..len], &self.options);
        let mut counted = 0;
        for sentence in found {
            let begin = sentence.offset();
            self.characters += self.pending[counted..begin].chars().count();
            self.ready.push_back((sentence.at(self.offset + begin), self.characters));
            counted = begin;
        }
        self.characters += self.pending[counted..len].chars().count();
        self.pending.drain(..len);
        self.offset += len;
    }

    /// Splits the pending text but for its last sentence, which may go on; without a sentence end, all but the
    /// last word.
    fn release_most(&mut self) {
        let ranges = crate::split::sentence_ranges(&self.pending, &self.options);
        let cut = match ranges.as_slice() {
            [.., last] if last.start > 0 && ranges.len() > 1 => last.start,
            _ => match self.pending.trim_end().rfind(char::is_whitespace) {
                Some(space) if space > 0 => space,
                _ => self.pending.len(),
            },
        };
        self.release(cut);
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Sentence>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.fill() {
            self.ended = true;
            return Some(Err(error));
        }
        let (sentence, character) = self.ready.pop_front()?;
        self.character = character;
        Some(Ok(sentence))
    }
}
