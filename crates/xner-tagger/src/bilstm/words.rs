//! The words that a model knows.

use std::path::Path;

use hashbrown::HashTable;
use xner_corpus::read::regular_text;
use xner_train::files;
use xxhash_rust::xxh3::xxh3_64;

use crate::{Error, Result};

/// The row of the unknown word, in [`Words`] and in the table of vectors.
pub const UNKNOWN: u32 = 0;

/// Numbered words, from 1 on; 0 is the unknown word.
///
/// The words lie behind one another in one text, and the map from word to number holds numbers only: 400,000
/// words are read in the time of reading their file and hashing them once.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// All words, each with a line end behind it.
    text: String,
    /// Where each word begins; one more at the end.
    starts: Vec<usize>,
    numbers: HashTable<u32>,
}

impl Words {
    /// None but the unknown word.
    pub fn new() -> Self {
        Self { text: String::new(), starts: vec![0], numbers: HashTable::new() }
    }

    /// The number of rows: the words and the unknown one.
    #[allow(clippy::len_without_is_empty, reason = "there is always the unknown word")]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// The word of a number.
    ///
    /// # Panics
    /// When there is none: for 0 and from [`Words::len`] on.
    pub fn word(&self, number: u32) -> &str {
        let at = number as usize;
        &self.text[self.starts[at - 1]..self.starts[at] - 1]
    }

    /// All known words in order, from number 1 on.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (1..self.len() as u32).map(|number| self.word(number))
    }

    /// The number of exactly this word.
    pub fn exact(&self, word: &str) -> Option<u32> {
        self.numbers.find(xxh3_64(word.as_bytes()), |&number| self.word(number) == word).copied()
    }

    /// The number of a word: its own, else that of its lower-case form, else [`UNKNOWN`].
    pub fn number(&self, word: &str) -> u32 {
        if let Some(number) = self.exact(word) {
            return number;
        }
        let lower = word.to_lowercase();
        if lower == word { UNKNOWN } else { self.exact(&lower).unwrap_or(UNKNOWN) }
    }

    /// Adds a word and gives its number; a known word keeps the one it has.
    ///
    /// The empty word, and one with a line break in it, cannot be listed: they stay [`UNKNOWN`].
    pub fn add(&mut self, word: &str) -> u32 {
        if word.is_empty() || word.contains('\n') {
            return UNKNOWN;
        }
        if let Some(number) = self.exact(word) {
            return number;
        }
        self.text.push_str(word);
        self.text.push('\n');
        self.starts.push(self.text.len());
        let number = self.starts.len() as u32 - 1;
        self.index(number);
        number
    }

    fn index(&mut self, number: u32) {
        let Self { text, starts, numbers } = self;
        let hash = |&number: &u32| {
            let at = number as usize;
            xxh3_64(&text.as_bytes()[starts[at - 1]..starts[at] - 1])
        };
        numbers.insert_unique(hash(&number), number, hash);
    }

    /// The words as a text: one a line, in order.
    pub fn as_text(&self) -> &str {
        &self.text
    }

    /// Writes the words, one a line, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        files::write(path, |file| file.write_all(self.text.as_bytes()))
    }

    /// Reads a file of words, one a line.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Model`], with the line, for an empty or repeated word or a last line without its
    /// end; [`Error::Corpus`] for text that is not UTF-8.
    pub fn read(path: &Path) -> Result<Self> {
        let text = regular_text(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            return Err(Error::model(path, "cut short: the last line has no end"));
        }
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        let mut words = Self { text, starts, numbers: HashTable::new() };
        let Self { text, starts, numbers } = &mut words;
        let word = |number: u32| &text.as_bytes()[starts[number as usize - 1]..starts[number as usize] - 1];
        numbers.reserve(starts.len(), |&number| xxh3_64(word(number)));
        for number in 1..starts.len() as u32 {
            let (bytes, hash) = (word(number), xxh3_64(word(number)));
            if bytes.is_empty() {
                return Err(Error::model(path, format!("line {number} is empty, expected a word")));
            }
            if let Some(before) = numbers.find(hash, |&other| word(other) == bytes) {
                return Err(Error::model(path, format!("line {number} repeats the word of line {before}")));
            }
            numbers.insert_unique(hash, number, |&other| xxh3_64(word(other)));
        }
        Ok(words)
    }
}
