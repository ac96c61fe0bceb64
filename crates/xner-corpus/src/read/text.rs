//! Plain text, a sentence at a time.

use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind};
use std::path::PathBuf;

use super::lines::Place;
use crate::split::{HEAD, Sentences, Splitter, TextOptions, in_words};
use crate::{Error, Result, Sentence};

/// Reads plain text as sentences, split into words: see [`crate::split`].
///
/// Each sentence keeps its text, and the byte of the file at which the text begins ([`Sentence::offset`]; a byte order
/// mark counts). What the source has at once is split at once, on all threads; a sentence is given out as soon as what
/// has been read shows where it ends. Memory is bounded for any file, for sentences are: see
/// [`sentence_ranges`](crate::split::sentence_ranges). After an error the reader ends.
///
/// A source may say that it pauses, by a fault of the kind [`ErrorKind::WouldBlock`]. Then what has been read ends
/// where its last line ends, and is given out; the source is asked again for what follows.
pub struct Reader<R> {
    source: R,
    place: Place,
    options: TextOptions,
    /// The same with the language of the text in hand, where that is to be guessed.
    known: Option<TextOptions>,
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
    /// What is wrong behind the sentences that are ready.
    fault: Option<Error>,
    /// The beginning of the line in hand, for the byte at which it is not UTF-8.
    column: usize,
    /// `pending` is looked at again when it is so long, or has a new line.
    patience: usize,
    /// Whether the source pauses.
    paused: bool,
    ended: bool,
}

impl<R: BufRead> Reader<R> {
    /// A reader of `reader`, which errors call `name`.
    pub fn new(reader: R, name: impl Into<PathBuf>, options: TextOptions) -> Self {
        Self {
            source: reader,
            place: Place { path: name.into(), line: 1 },
            options,
            known: None,
            pending: String::new(),
            offset: 0,
            partial: Vec::new(),
            ready: VecDeque::new(),
            characters: 0,
            character: 0,
            fault: None,
            column: 0,
            patience: 0,
            paused: false,
            ended: false,
        }
    }

    /// The character of the file at which the sentence yielded last begins; a byte order mark counts.
    pub fn character(&self) -> usize {
        self.character
    }

    /// Reads until sentences are ready or the file has ended.
    fn fill(&mut self) {
        while self.ready.is_empty() && !self.ended {
            let before = self.pending.len();
            if let Err(fault) = self.read() {
                self.fault = Some(fault);
                self.ended = true;
            }
            let line = memchr::memchr(b'\n', &self.pending.as_bytes()[before..]).is_some();
            if line || self.ended || self.paused || self.pending.len() >= self.patience {
                self.split();
            }
        }
    }

    /// Adds what the source has to the pending text; nothing at the end of the file.
    fn read(&mut self) -> Result<()> {
        let len = loop {
            match self.source.fill_buf() {
                Ok(buffer) => {
                    self.partial.extend_from_slice(buffer);
                    break buffer.len();
                }
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => {
                    self.paused = true;
                    return Ok(());
                }
                Err(fault) => return Err(self.place.io(fault)),
            }
        };
        self.source.consume(len);
        self.ended = len == 0;
        let (valid, fault) = match std::str::from_utf8(&self.partial) {
            Ok(text) => (text.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some() || self.ended),
        };
        // Checked above, so nothing is replaced here.
        let text = String::from_utf8_lossy(&self.partial[..valid]);
        let line = memchr::memrchr(b'\n', text.as_bytes()).map(|end| end + 1);
        self.place.line += memchr::memchr_iter(b'\n', text.as_bytes()).count();
        self.column = line.map_or(self.column + valid, |line| valid - line);
        let fault = fault.then(|| self.place.encoding(&self.partial, self.column));
        let bom = self.offset == 0 && self.pending.is_empty() && text.starts_with('\u{feff}');
        let skipped = if bom { '\u{feff}'.len_utf8() } else { 0 };
        self.offset += skipped;
        self.characters += usize::from(bom);
        self.pending.push_str(&text[skipped..]);
        self.partial.drain(..valid);
        fault.map_or(Ok(()), Err)
    }

    /// How the text is split: its language is guessed by its beginning, or by that of each line where lines are
    /// sentences. None where more of it must be seen, and `all` is not all that can be for now.
    fn known(&mut self, all: bool) -> Option<TextOptions> {
        if !self.options.language.is_many() || self.options.sentences == Sentences::Lines {
            return Some(self.options.clone());
        }
        if self.known.is_none() && (all || self.pending.len() >= HEAD) {
            self.known = Some(self.options.of(&self.pending));
        }
        self.known.clone()
    }

    /// Splits the pending text as far as what follows cannot change it.
    fn split(&mut self) {
        // A line that has not ended waits for its end.
        let pauses = std::mem::take(&mut self.paused);
        let paused = pauses && self.pending.ends_with(['\n', '\r']);
        let whole = paused || self.ended && self.fault.is_none();
        let Some(options) = self.known(pauses || self.ended) else { return };
        let (ranges, end) = Splitter::new(&options).ranges(&self.pending, whole);
        let found = in_words(&self.pending, ranges, &options);
        if paused {
            // What comes behind a pause may be of another language.
            self.known = None;
        }
        let mut counted = 0;
        for sentence in found {
            let begin = sentence.offset();
            self.characters += self.pending[counted..begin].chars().count();
            self.ready.push_back((sentence.at(self.offset + begin), self.characters));
            counted = begin;
        }
        let rest = &self.pending[end..];
        let end = end + rest.len() - rest.trim_start().len();
        self.characters += self.pending[counted..end].chars().count();
        self.pending.drain(..end);
        self.offset += end;
        self.patience = self.pending.len() + self.pending.len() / 4;
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Sentence>;

    fn next(&mut self) -> Option<Self::Item> {
        self.fill();
        match self.ready.pop_front() {
            Some((sentence, character)) => {
                self.character = character;
                Some(Ok(sentence))
            }
            None => self.fault.take().map(Err),
        }
    }
}
