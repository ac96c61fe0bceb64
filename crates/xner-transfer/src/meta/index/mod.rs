//! The most similar sentences, by the cosine of a pretrained encoder's vectors (equations 5 and 6 of the paper).
//!
//! [`Pretrained`] makes vectors of sentences, [`SentenceVectors`] holds those of one corpus and keeps them on disk, and
//! [`SentenceIndex`] searches them: exactly, on all threads, a block at a time.
//!
//! ```
//! use xner_corpus::Sentence;
//! use xner_transfer::Result;
//! use xner_transfer::meta::index::{Represent, SentenceIndex, SentenceVectors, Vectors};
//!
//! /// Anything may stand in for an encoder; this one counts words and letters.
//! struct Lengths;
//!
//! impl Represent for Lengths {
//!     fn identity(&self) -> &'static str {
//!         "lengths"
//!     }
//!
//!     fn represent(&self, sentences: &[Sentence], _: &(dyn Fn(usize) + Sync)) -> Result<Vectors> {
//!         let row = |s: &Sentence| {
//!             let (words, letters) = (s.len() as f32, s.text().len() as f32);
//!             [words / words.hypot(letters), letters / words.hypot(letters)]
//!         };
//!         Ok(Vectors { width: 2, rows: sentences.iter().flat_map(row).collect() })
//!     }
//! }
//!
//! let sentences = ["a b", "a long sentence", "c d", "antidisestablishmentarianism"];
//! let source: Vec<Sentence> = sentences.iter().map(|text| Sentence::from_tokens(text.split(' '))).collect();
//! let index = SentenceIndex::open_or_make(None, &Lengths, &source)?;
//! assert_eq!(index.tasks(1)?[0][0].sentence, 2);
//!
//! let query = SentenceVectors::open_or_make(None, &Lengths, &[Sentence::from_tokens(["e", "f"])])?;
//! let found = index.nearest(&query, 2)?;
//! assert_eq!((found[0][0].sentence, found[0][1].sentence), (0, 2));
//! # Ok::<(), xner_transfer::Error>(())
//! ```

mod cache;
mod pretrained;
mod vectors;

use std::path::Path;

use xner_corpus::Sentence;
use xner_embed::{Rows, knn};

pub use self::pretrained::{Pretrained, Representation};
pub use self::vectors::{Origin, Represent, SentenceVectors, Vectors};
use crate::{Error, Result};

/// Whether a corpus has enough sentences to find `k` similar ones of another sentence or, with `own` 1, of each of its
/// own.
///
/// # Errors
/// [`Error::Data`] when it does not.
pub fn enough(sentences: usize, k: usize, own: usize) -> Result<()> {
    let expected = k.saturating_add(own);
    if sentences >= expected {
        return Ok(());
    }
    let why = if own == 0 {
        format!("{k} similar sentences are wanted")
    } else {
        format!("{k} similar sentences of each are wanted, without itself")
    };
    Err(Error::Data {
        message: format!("the source has {sentences} sentences, expected at least {expected}: {why}"),
    })
}

/// A similar sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Its place in the source, from 0.
    pub sentence: usize,
    /// The cosine of the two vectors, in single precision: that of equal sentences may be off 1 by rounding.
    pub cosine: f32,
}

/// The sentences of a source corpus, to be searched.
///
/// Neighbours come nearest first; of equal cosines, the one that stands first in the source. Sentences that are there
/// twice are each other's neighbours like any others: only a sentence itself, known by its place, is left out of its
/// own task.
#[derive(Debug, Clone, PartialEq)]
pub struct SentenceIndex {
    vectors: SentenceVectors,
}

impl SentenceIndex {
    /// The index of a source corpus; its vectors as [`SentenceVectors::open_or_make`] has them.
    ///
    /// # Errors
    /// [`Error::Data`] for a sentence without words, of which nothing could be learnt; as
    /// [`SentenceVectors::open_or_make`].
    pub fn open_or_make(cache: Option<&Path>, encoder: &dyn Represent, source: &[Sentence]) -> Result<Self> {
        Self::open_or_make_with(cache, encoder, source, &|_| {})
    }

    /// The same; `done` is told of so many more sentences as the encoder has read, from any thread.
    ///
    /// # Errors
    /// As [`SentenceIndex::open_or_make`].
    pub fn open_or_make_with(
        cache: Option<&Path>,
        encoder: &dyn Represent,
        source: &[Sentence],
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<Self> {
        if let Some(at) = source.iter().position(Sentence::is_empty) {
            let message = format!(
                "source sentence {} of {} has no words, expected at least one: leave such sentences out",
                at + 1,
                source.len()
            );
            return Err(Error::Data { message });
        }
        Ok(Self { vectors: SentenceVectors::open_or_make_with(cache, encoder, source, done)? })
    }

    /// The number of source sentences.
    pub fn len(&self) -> usize {
        self.vectors.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// The vectors of the source sentences.
    pub fn vectors(&self) -> &SentenceVectors {
        &self.vectors
    }

    /// The `k` source sentences nearest to each query. None is left out: a query that is a source sentence finds
    /// itself.
    ///
    /// # Errors
    /// [`Error::Setting`] when `k` is 0; [`Error::Data`] when there are fewer source sentences than `k`, or the
    /// queries' vectors are another encoder's.
    pub fn nearest(&self, queries: &SentenceVectors, k: usize) -> Result<Vec<Vec<Neighbour>>> {
        self.check(k, 0)?;
        if queries.encoder() != self.vectors.encoder() {
            let message = "the queries' vectors were made by another encoder than the source's".to_owned();
            return Err(Error::Data { message });
        }
        self.search(queries.rows(), k)
    }

    /// For each source sentence the `k` others nearest to it: the support of its pseudo task.
    ///
    /// # Errors
    /// [`Error::Setting`] when `k` is 0; [`Error::Data`] when there are fewer source sentences than `k + 1`.
    pub fn tasks(&self, k: usize) -> Result<Vec<Vec<Neighbour>>> {
        self.check(k, 1)?;
        let mut found = self.search(self.vectors.rows(), k + 1)?;
        for (own, neighbours) in found.iter_mut().enumerate() {
            // Where `k + 1` others stand before it, for they are equal to it, the last is one too many.
            let at = neighbours.iter().position(|neighbour| neighbour.sentence == own).unwrap_or(k);
            neighbours.remove(at);
        }
        Ok(found)
    }

    fn check(&self, k: usize, own: usize) -> Result<()> {
        if k == 0 {
            return Err(Error::setting("k", "is 0, expected at least 1 similar sentence"));
        }
        enough(self.len(), k, own)
    }

    fn search(&self, queries: Rows<'_>, k: usize) -> Result<Vec<Vec<Neighbour>>> {
        let found = knn::nearest(queries, self.vectors.rows(), k)?;
        let neighbour = |(id, cosine)| Neighbour { sentence: id as usize, cosine };
        Ok((0..found.len()).map(|at| found.of(at).map(neighbour).collect()).collect())
    }
}
