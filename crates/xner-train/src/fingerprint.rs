//! A short name for a config and its data, so that a checkpoint is resumed with nothing else.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde::Serialize;
use xner_corpus::read::check_regular;
use xner_corpus::{Labelled, Sentence};
use xxhash_rust::xxh3::Xxh3;

use crate::{Error, Result};

/// A running hash (XXH3, 128 bits) of what a training run depends on; the same on every machine.
#[derive(Default)]
pub struct Fingerprint(Xxh3);

impl Fingerprint {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes, with their length, so that two neighbours cannot be mistaken for one.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a value's JSON.
    ///
    /// # Errors
    /// [`Error::Io`] for a value that JSON has not.
    pub fn json(&mut self, value: &impl Serialize) -> Result<&mut Self> {
        let text =
            serde_json::to_string(value).map_err(|fault| Error::io(Path::new("config"))(fault.into()))?;
        Ok(self.bytes(text.as_bytes()))
    }

    /// Adds the bytes of a file, which need not fit into memory, with their number behind them.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    pub fn file(&mut self, path: &Path) -> Result<&mut Self> {
        check_regular(path)?;
        let mut file = File::open(path).map_err(Error::io(path))?;
        let mut buffer = vec![0; 1 << 20];
        let mut length: u64 = 0;
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    self.0.update(&buffer[..count]);
                    length += count as u64;
                }
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(fault) => return Err(Error::io(path)(fault)),
            }
        }
        self.0.update(&length.to_le_bytes());
        Ok(self)
    }

    /// Adds numbers.
    pub fn floats(&mut self, values: &[f32]) -> &mut Self {
        self.0.update(&(values.len() as u64).to_le_bytes());
        let mut buffer = Vec::with_capacity(4 * 4096);
        for chunk in values.chunks(4096) {
            buffer.clear();
            buffer.extend(chunk.iter().flat_map(|value| value.to_le_bytes()));
            self.0.update(&buffer);
        }
        self
    }

    /// Adds the tokens of sentences.
    pub fn sentences(&mut self, sentences: &[Sentence]) -> &mut Self {
        self.bytes(&(sentences.len() as u64).to_le_bytes());
        for sentence in sentences {
            self.bytes(&(sentence.len() as u64).to_le_bytes());
            self.words(sentence.tokens());
        }
        self
    }

    /// Adds words.
    pub fn words<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> &mut Self {
        for word in words {
            self.bytes(word.as_bytes());
        }
        self
    }

    /// Adds the tokens and entities of labelled sentences.
    pub fn corpus(&mut self, corpus: &[Labelled]) -> &mut Self {
        self.bytes(&(corpus.len() as u64).to_le_bytes());
        for labelled in corpus {
            self.bytes(&(labelled.sentence.len() as u64).to_le_bytes());
            self.words(labelled.sentence.tokens());
            for entity in &labelled.entities {
                self.0.update(&(entity.tokens.start as u64).to_le_bytes());
                self.0.update(&(entity.tokens.end as u64).to_le_bytes());
                self.bytes(entity.kind.as_str().as_bytes());
            }
        }
        self
    }

    /// The hash so far, 32 hexadecimal digits.
    pub fn digest(&self) -> String {
        format!("{:032x}", self.0.digest128())
    }
}
