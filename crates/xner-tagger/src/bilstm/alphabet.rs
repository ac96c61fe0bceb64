//! The characters that a model knows.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use xner_corpus::read::regular_text;
use xner_train::files;

use crate::{Error, Result};

/// Numbered characters, from 1 on in the order of their code points; 0 is the unknown character.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alphabet {
    characters: Vec<char>,
    numbers: HashMap<char, u32>,
}

impl Alphabet {
    /// Of these characters, sorted; a repeated one counts once.
    pub fn new(characters: impl IntoIterator<Item = char>) -> Self {
        let mut characters: Vec<char> = characters.into_iter().filter(|&c| c != '\n').collect();
        characters.sort_unstable();
        characters.dedup();
        Self::numbered(characters)
    }

    fn numbered(characters: Vec<char>) -> Self {
        let numbers = characters.iter().copied().zip(1..).collect();
        Self { characters, numbers }
    }

    /// Of the characters that occur at least `min_count` times in these tokens.
    pub fn of_tokens<'a>(tokens: impl IntoIterator<Item = &'a str>, min_count: usize) -> Self {
        let mut counts: BTreeMap<char, usize> = BTreeMap::new();
        for character in tokens.into_iter().flat_map(str::chars) {
            *counts.entry(character).or_default() += 1;
        }
        Self::new(counts.into_iter().filter(|&(_, count)| count >= min_count).map(|(character, _)| character))
    }

    /// These characters and those of `other`.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self::new(self.characters.iter().chain(&other.characters).copied())
    }

    /// For each row of an embedding the number that its character has in `other`, 0 where it is unknown there.
    pub fn numbers_in(&self, other: &Self) -> Vec<u32> {
        std::iter::once(0).chain(self.characters.iter().map(|&character| other.number(character))).collect()
    }

    /// The number of rows of an embedding: the characters and the unknown one.
    #[allow(clippy::len_without_is_empty, reason = "there is always the unknown character")]
    pub fn len(&self) -> usize {
        self.characters.len() + 1
    }

    /// The number of a character; 0 when it is unknown.
    pub fn number(&self, character: char) -> u32 {
        self.numbers.get(&character).copied().unwrap_or(0)
    }

    /// Appends a word's numbers to `to`: all, or of a word longer than `longest` its first and last ones, as many
    /// together.
    pub fn encode(&self, word: &str, longest: usize, to: &mut Vec<u32>) {
        let count = word.chars().count();
        let head = if count <= longest { count } else { longest.div_ceil(2) };
        let tail = if count <= longest { 0 } else { longest - head };
        let kept = word.chars().enumerate().filter(|&(at, _)| at < head || at >= count - tail);
        to.extend(kept.map(|(_, character)| self.number(character)));
    }

    /// Writes the characters, one a line, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        files::write(path, |file| file.write_all(self.as_text().as_bytes()))
    }

    /// The characters as a text: one a line, in order.
    pub fn as_text(&self) -> String {
        self.characters.iter().flat_map(|&character| [character, '\n']).collect()
    }

    /// Reads a file of characters, one a line.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Corpus`] for text that is not UTF-8; [`Error::Model`], with the line, for a line
    /// that holds anything but one character, or one out of order.
    pub fn read(path: &Path) -> Result<Self> {
        let text = regular_text(path)?;
        if !text.is_empty() && !text.ends_with('\n') {
            return Err(Error::model(path, "cut short: the last line has no end"));
        }
        let mut characters: Vec<char> = Vec::new();
        for (at, line) in text.split_terminator('\n').enumerate() {
            let mut found = line.chars();
            let (Some(character), None) = (found.next(), found.next()) else {
                return Err(Error::model(
                    path,
                    format!("line {} is `{line}`, expected one character", at + 1),
                ));
            };
            if characters.last().is_some_and(|&last| last >= character) {
                return Err(Error::model(path, format!("line {}: `{character}` is out of order", at + 1)));
            }
            characters.push(character);
        }
        Ok(Self::numbered(characters))
    }
}
