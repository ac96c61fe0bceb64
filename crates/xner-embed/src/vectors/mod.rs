//! Words and their vectors.

mod builder;
mod format;
mod length;
mod mapped_file;
mod storage;
mod vocabulary;

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;

pub(crate) use self::builder::Builder;
pub use self::format::Format;
pub(crate) use self::format::{FASTTEXT_MAGIC, NATIVE};
pub(crate) use self::mapped_file::map_file;
pub(crate) use self::storage::Storage;
pub use self::vocabulary::Vocabulary;
pub(crate) use self::vocabulary::{FREE_PLACE, MOST_WORDS, VocabularyBuilder, word_fault};
use crate::{Error, Result, Rows};

/// So many numbers are looked at by a thread at a time.
const SHARE: usize = 1 << 16;

/// Word vectors: words by rank (most frequent first), and a matrix `[words, dim]`, row by row.
///
/// Both may lie in a mapped file (see [`crate::read::open`]). A clone shares words and numbers.
#[derive(Clone)]
pub struct Vectors {
    vocabulary: Arc<Vocabulary>,
    dim: usize,
    data: Arc<Storage<f32>>,
}

impl fmt::Debug for Vectors {
    /// The counts alone: the numbers would fill books.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vectors").field("words", &self.len()).field("dim", &self.dim).finish_non_exhaustive()
    }
}

impl PartialEq for Vectors {
    /// Equal words and numbers.
    fn eq(&self, other: &Self) -> bool {
        let words = Arc::ptr_eq(&self.vocabulary, &other.vocabulary) || self.vocabulary == other.vocabulary;
        words && self.dim == other.dim && self.data() == other.data()
    }
}

impl Vectors {
    /// Vectors of these words: `data` is `[words, dim]`, row by row.
    ///
    /// # Errors
    /// [`Error::Row`] when `dim` is 0, `data` has not `dim` numbers for each word, or a number is not finite.
    pub fn new(vocabulary: Arc<Vocabulary>, dim: usize, data: Vec<f32>) -> Result<Self> {
        let fault = |row: usize, message: String| {
            let word = if row < vocabulary.len() { vocabulary.word(row) } else { "" };
            Err(Error::Row { word: word.to_owned(), row, message })
        };
        if dim == 0 {
            return fault(0, "vectors of no numbers, expected at least 1".to_owned());
        }
        let rows = data.len() / dim;
        if rows < vocabulary.len() {
            return fault(rows, format!("{} numbers, expected {dim}", data.len() % dim));
        }
        if vocabulary.len().checked_mul(dim) != Some(data.len()) {
            return fault(vocabulary.len(), "there are more rows than words".to_owned());
        }
        if let Some(at) = not_finite(&data) {
            return fault(at / dim, format!("{} is not finite", data[at]));
        }
        Ok(Self::from_parts(vocabulary, dim, Storage::Owned(data)))
    }

    /// Vectors from words and rows of `data`, `[words, dim]`; of a word that comes twice the first row stays.
    ///
    /// ```
    /// let vectors = xner_embed::Vectors::from_rows(["a", "b"], 2, &[1.0, 2.0, 3.0, 4.0])?;
    /// assert_eq!(vectors.get("b"), Some([3.0, 4.0].as_slice()));
    /// # Ok::<(), xner_embed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Row`] when `dim` is 0, `data` has not `dim` numbers for each word, a number is not finite, or a
    /// word cannot stand in a file of vectors: it is empty, or holds a blank or a line break.
    pub fn from_rows<S: AsRef<str>>(
        words: impl IntoIterator<Item = S>,
        dim: usize,
        data: &[f32],
    ) -> Result<Self> {
        let mut builder = Builder::new(dim);
        let mut rows = if dim == 0 { [].chunks(1) } else { data.chunks(dim) };
        let mut row = 0;
        let fault =
            |word: &str, row, message: String| Err(Error::Row { word: word.to_owned(), row, message });
        for word in words {
            let word = word.as_ref();
            let vector = rows.next().unwrap_or_default();
            if vector.len() != dim || dim == 0 {
                return fault(word, row, format!("{} numbers, expected {dim} and at least 1", vector.len()));
            }
            if let Some(number) = vector.iter().find(|number| !number.is_finite()) {
                return fault(word, row, format!("{number} is not finite"));
            }
            if let Some(message) = word_fault(word.as_bytes()).or_else(|| builder.fault()) {
                return fault(word, row, message);
            }
            builder.push(word, vector);
            row += 1;
        }
        if dim == 0 {
            return fault("", row, "vectors of no numbers, expected at least 1".to_owned());
        }
        if rows.next().is_some() {
            return fault("", row, "there are more rows than words".to_owned());
        }
        Ok(builder.finish())
    }

    /// From parts that fit together, of a `dim` that is not 0.
    pub(crate) fn from_parts(vocabulary: Arc<Vocabulary>, dim: usize, data: Storage<f32>) -> Self {
        debug_assert_eq!(vocabulary.len() * dim, data.len());
        Self { vocabulary, dim, data: Arc::new(data) }
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.vocabulary.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.vocabulary.is_empty()
    }

    /// The length of a vector; never 0.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The words alone, which other vectors may share.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// The words by rank.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.vocabulary.words()
    }

    /// The word of this rank.
    ///
    /// # Panics
    /// When `rank` is not below [`Vectors::len`].
    pub fn word(&self, rank: usize) -> &str {
        self.vocabulary.word(rank)
    }

    /// The rank of a word, from 0; the word must match to the letter.
    pub fn rank(&self, word: &str) -> Option<usize> {
        self.vocabulary.rank(word)
    }

    /// The vector of a word.
    pub fn get(&self, word: &str) -> Option<&[f32]> {
        self.rank(word).map(|rank| self.row(rank))
    }

    /// The vector of this rank.
    ///
    /// # Panics
    /// When `rank` is not below [`Vectors::len`].
    pub fn row(&self, rank: usize) -> &[f32] {
        &self.data[rank * self.dim..(rank + 1) * self.dim]
    }

    /// All vectors, `[words, dim]`, row by row.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// All vectors as rows.
    pub fn rows(&self) -> Rows<'_> {
        Rows::new(&self.data, self.dim)
    }

    /// The same words, shared, with other vectors, `[words, dim]`: mapped ones, for instance.
    ///
    /// # Errors
    /// As [`Vectors::new`].
    pub fn with_data(&self, dim: usize, data: Vec<f32>) -> Result<Self> {
        Self::new(Arc::clone(&self.vocabulary), dim, data)
    }

    /// The numbers, `[words, dim]`, to be changed in place: copied only where they lie in a file or are shared
    /// with a clone.
    pub fn into_data(self) -> Vec<f32> {
        match Arc::try_unwrap(self.data) {
            Ok(data) => data.into_vec(),
            Err(shared) => shared.to_vec(),
        }
    }

    /// The first `count` words, or all where there are not so many.
    #[must_use]
    pub fn head(&self, count: usize) -> Self {
        if count >= self.len() {
            return self.clone();
        }
        let mut builder = Builder::new(self.dim);
        for (word, row) in self.words().zip(self.rows().iter()).take(count) {
            builder.push(word, row);
        }
        builder.finish()
    }

    /// So many rows were dropped when these vectors were read or made, since their words had come before.
    pub fn duplicates(&self) -> usize {
        self.vocabulary.duplicates()
    }

    /// The number of vectors whose numbers are all 0: they have no direction, so no cosine and no neighbours.
    pub fn zeros(&self) -> usize {
        let zero = |row: &[f32]| row.iter().all(|&number| number == 0.0);
        self.data.par_chunks(self.dim).filter(|row| zero(row)).count()
    }

    /// Whether the numbers lie in a mapped file.
    pub fn is_mapped(&self) -> bool {
        self.data.is_mapped()
    }

    /// Looks at every word and number of a mapped file, which opening it does not.
    ///
    /// Vectors that were not mapped always pass.
    ///
    /// # Errors
    /// [`Error::Row`] for a number that is not finite, or a word that is not found at its rank.
    pub fn verify(&self) -> Result<()> {
        let fault = |row, message: String| Err(Error::Row { word: self.word(row).to_owned(), row, message });
        if let Some(at) = not_finite(&self.data) {
            return fault(at / self.dim, format!("{} is not finite", self.data[at]));
        }
        let lost =
            (0..self.len()).into_par_iter().find_first(|&rank| self.rank(self.word(rank)) != Some(rank));
        lost.map_or(Ok(()), |rank| fault(rank, "the index does not have it at its rank".to_owned()))
    }
}

/// Where the first number is that is not finite.
fn not_finite(data: &[f32]) -> Option<usize> {
    // All of a share without a branch, so that it is done many at a time.
    let sound = |share: &[f32]| share.iter().fold(true, |sound, number| sound & number.is_finite());
    let share = data.par_chunks(SHARE).position_first(|share| !sound(share))?;
    let begin = share * SHARE;
    data[begin..].iter().position(|number| !number.is_finite()).map(|at| begin + at)
}
