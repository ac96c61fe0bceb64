//! Words by rank, and ranks by word.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

use super::storage::Storage;
use crate::{Error, Result};

/// An empty place of the index.
pub(crate) const FREE_PLACE: u32 = u32::MAX;
/// So many words at most: every rank is below [`FREE_PLACE`].
pub(crate) const MOST_WORDS: usize = FREE_PLACE as usize;

/// Words by rank, each of them once.
///
/// All words stand in one run of bytes. The ranks of words are found through an open-addressing index of at least
/// twice as many places as words, filled in the order of ranks by linear probing from the word's xxh3 hash: it is
/// the same in memory and in a native file, so that a mapped file needs nothing built.
pub struct Vocabulary {
    /// The words, one after the other.
    pub(crate) text: Storage<u8>,
    /// Where each word begins in `text`, and behind the last where it ends: `[words + 1]`.
    pub(crate) offsets: Storage<u64>,
    /// Ranks, or [`FREE_PLACE`]: a power of two of them.
    pub(crate) index: Storage<u32>,
    /// Rows that were dropped because their word had come before.
    duplicates: usize,
}

impl Vocabulary {
    /// The words of an iterator; of equal words the first stays.
    ///
    /// # Errors
    /// [`Error::Row`] when a word is empty or holds blanks or line breaks, which no file of vectors can hold.
    pub fn new<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut builder = VocabularyBuilder::default();
        for (row, word) in words.into_iter().enumerate() {
            let word = word.as_ref();
            if let Some(message) = word_fault(word.as_bytes()).or_else(|| builder.fault()) {
                return Err(Error::Row { word: word.to_owned(), row, message });
            }
            builder.push(word);
        }
        Ok(builder.finish())
    }

    /// From the parts of a file, which have been checked.
    pub(crate) fn from_parts(text: Storage<u8>, offsets: Storage<u64>, index: Storage<u32>) -> Self {
        Self { text, offsets, index, duplicates: 0 }
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// So many rows were dropped when this was made, since their words had come before.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// The words by rank.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|rank| self.word(rank))
    }

    /// The word of this rank.
    ///
    /// # Panics
    /// When `rank` is not below [`Vocabulary::len`].
    pub fn word(&self, rank: usize) -> &str {
        let bytes = self.bytes(rank).unwrap_or_default();
        // Checked already, but a mapped file may have been overwritten since.
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// The rank of a word, from 0; the word must match to the letter.
    pub fn rank(&self, word: &str) -> Option<usize> {
        let places = self.index.len();
        let first = xxh3_64(word.as_bytes()) as usize;
        // At most once round, whatever a file holds.
        for step in 0..places {
            let rank = self.index[first.wrapping_add(step) & (places - 1)];
            if rank == FREE_PLACE {
                return None;
            }
            let rank = rank as usize;
            if rank < self.len() && self.bytes(rank) == Some(word.as_bytes()) {
                return Some(rank);
            }
        }
        None
    }

    fn bytes(&self, rank: usize) -> Option<&[u8]> {
        self.text.get(self.offsets[rank] as usize..self.offsets[rank + 1] as usize)
    }
}

impl PartialEq for Vocabulary {
    /// Equal words in the same order.
    fn eq(&self, other: &Self) -> bool {
        *self.offsets == *other.offsets && *self.text == *other.text
    }
}

impl Eq for Vocabulary {}

impl fmt::Debug for Vocabulary {
    /// The count alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vocabulary").field("words", &self.len()).finish_non_exhaustive()
    }
}

/// Why these bytes cannot be a word of a file of vectors.
pub(crate) fn word_fault(word: &[u8]) -> Option<String> {
    (word.is_empty() || word.iter().any(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')))
        .then(|| "a word may not be empty or hold blanks or line breaks".to_owned())
}

/// The places that an index of so many words has.
fn places_for(words: usize) -> usize {
    (words * 2).next_power_of_two().max(4)
}

/// A vocabulary being made.
pub(crate) struct VocabularyBuilder {
    text: Vec<u8>,
    offsets: Vec<u64>,
    index: Vec<u32>,
    duplicates: usize,
}

impl Default for VocabularyBuilder {
    fn default() -> Self {
        Self { text: Vec::new(), offsets: vec![0], index: vec![FREE_PLACE; places_for(0)], duplicates: 0 }
    }
}

impl VocabularyBuilder {
    /// The number of words.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Why there is no room for another word.
    pub(crate) fn fault(&self) -> Option<String> {
        (self.len() >= MOST_WORDS).then(|| format!("more than {MOST_WORDS} words"))
    }

    /// Adds a word, whose rank is then the last; false, and one duplicate more, when it is known.
    /// [`VocabularyBuilder::fault`] must have been asked.
    pub(crate) fn push(&mut self, word: &str) -> bool {
        self.insert(word).1
    }

    /// The same with the word's rank.
    pub(crate) fn insert(&mut self, word: &str) -> (u32, bool) {
        let words = self.len();
        if self.index.len() < places_for(words + 1) {
            self.grow();
        }
        let mask = self.index.len() - 1;
        let mut place = xxh3_64(word.as_bytes()) as usize & mask;
        // Half of the places at least are free.
        while self.index[place] != FREE_PLACE {
            let known = self.index[place];
            let rank = known as usize;
            if self.text[self.offsets[rank] as usize..self.offsets[rank + 1] as usize] == *word.as_bytes() {
                self.duplicates += 1;
                return (known, false);
            }
            place = (place + 1) & mask;
        }
        self.index[place] = words as u32;
        self.text.extend_from_slice(word.as_bytes());
        self.offsets.push(self.text.len() as u64);
        (words as u32, true)
    }

    fn grow(&mut self) {
        let places = self.index.len() * 2;
        self.index.clear();
        self.index.resize(places, FREE_PLACE);
        for (rank, ends) in self.offsets.windows(2).enumerate() {
            let word = &self.text[ends[0] as usize..ends[1] as usize];
            let mut place = xxh3_64(word) as usize & (places - 1);
            while self.index[place] != FREE_PLACE {
                place = (place + 1) & (places - 1);
            }
            self.index[place] = rank as u32;
        }
    }

    /// The vocabulary.
    pub(crate) fn finish(mut self) -> Vocabulary {
        self.text.shrink_to_fit();
        self.offsets.shrink_to_fit();
        Vocabulary {
            text: Storage::Owned(self.text),
            offsets: Storage::Owned(self.offsets),
            index: Storage::Owned(self.index),
            duplicates: self.duplicates,
        }
    }
}
