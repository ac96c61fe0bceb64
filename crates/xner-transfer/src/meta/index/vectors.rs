//! The vectors of a corpus's sentences.

use std::path::Path;

use xner_corpus::Sentence;
use xner_embed::Rows;
use xner_train::Fingerprint;

use super::cache;
use crate::{Error, Result};

/// What makes a vector of each sentence.
pub trait Represent {
    /// What tells it from any other: equal where the same sentences get the same vectors.
    fn identity(&self) -> &str;

    /// The vectors of sentences in their order, each of length 1. `done` is told of so many more sentences as are done.
    ///
    /// # Errors
    /// Its own.
    fn represent(&self, sentences: &[Sentence], done: &(dyn Fn(usize) + Sync)) -> Result<Vectors>;
}

/// Rows of numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vectors {
    /// The numbers of a row, at least 1.
    pub width: usize,
    /// `[count, width]`, row by row.
    pub rows: Vec<f32>,
}

/// Where vectors are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The encoder has made them.
    Made,
    /// They were in the cache, and no encoder was asked.
    Cache,
    /// What was in the cache is damaged, as this message says; the encoder has made them anew.
    MadeAnew(String),
}

/// The vectors of some sentences, each of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceVectors {
    vectors: Vectors,
    encoder: String,
    origin: Origin,
}

impl SentenceVectors {
    /// The vectors that `encoder` makes of sentences; those of a former call with the same encoder and the same
    /// sentences, where the folder `cache` has them.
    ///
    /// A file of the cache is named by what is in it, so a folder serves any number of encoders and corpora, and many
    /// programs at a time. A file that is damaged is made anew, as [`SentenceVectors::origin`] tells.
    ///
    /// # Errors
    /// The encoder's; [`Error::Data`] when it does not give a row of finite numbers for each sentence; [`Error::Io`]
    /// and [`Error::Corpus`] when the cache cannot be written.
    pub fn open_or_make(
        cache: Option<&Path>,
        encoder: &dyn Represent,
        sentences: &[Sentence],
    ) -> Result<Self> {
        Self::open_or_make_with(cache, encoder, sentences, &|_| {})
    }

    /// The same; `done` is told of so many more sentences as the encoder has read, from any thread.
    ///
    /// # Errors
    /// As [`SentenceVectors::open_or_make`].
    pub fn open_or_make_with(
        cache: Option<&Path>,
        encoder: &dyn Represent,
        sentences: &[Sentence],
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<Self> {
        let make = || {
            let vectors = encoder.represent(sentences, done)?;
            check(&vectors, sentences.len()).map_err(|message| Error::Data {
                message: format!("the encoder's vectors of {} sentences: {message}", sentences.len()),
            })?;
            Ok(vectors)
        };
        let (vectors, origin) = match cache {
            None => (make()?, Origin::Made),
            Some(folder) => {
                let name = Fingerprint::new()
                    .bytes(env!("CARGO_PKG_VERSION").as_bytes())
                    .bytes(encoder.identity().as_bytes())
                    .sentences(sentences)
                    .digest();
                cache::open_or_make(folder, &name, sentences.len(), make)?
            }
        };
        Ok(Self { vectors, encoder: encoder.identity().to_owned(), origin })
    }

    /// The number of sentences.
    pub fn len(&self) -> usize {
        self.vectors.rows.len() / self.vectors.width
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.vectors.rows.is_empty()
    }

    /// The vectors, in the sentences' order.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.vectors.rows, self.vectors.width)
    }

    /// The identity of the encoder that they are from.
    pub fn encoder(&self) -> &str {
        &self.encoder
    }

    /// Where they are from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Whether these are vectors of `count` sentences.
pub(super) fn check(vectors: &Vectors, count: usize) -> Result<(), String> {
    let Vectors { width, rows } = vectors;
    if *width == 0 || width.checked_mul(count) != Some(rows.len()) {
        return Err(format!("{} numbers in rows of {width}, expected {count} rows", rows.len()));
    }
    for (at, row) in rows.chunks_exact(*width).enumerate() {
        let square: f64 = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        if square.is_nan() || (square - 1.0).abs() > 1e-3 {
            return Err(format!("row {at} has length {}, expected 1", square.sqrt()));
        }
    }
    Ok(())
}
