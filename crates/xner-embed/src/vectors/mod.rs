//! Words and their vectors.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use crate::{Error, Result, Rows};

/// Word vectors: words by rank (most frequent first), and a matrix `[words, dim]`, row by row.
#[derive(Clone, PartialEq)]
pub struct Vectors {
    words: Vec<Box<str>>,
    ranks: HashMap<Box<str>, u32>,
    dim: usize,
    data: Vec<f32>,
}

impl fmt::Debug for Vectors {
    /// The counts alone: the numbers would fill books.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vectors").field("words", &self.len()).field("dim", &self.dim).finish_non_exhaustive()
    }
}

impl Vectors {
    /// No vectors yet, of dimension `dim`.
    pub(crate) fn empty(dim: usize, words: usize) -> Self {
        Self {
            words: Vec::with_capacity(words),
            ranks: HashMap::with_capacity(words),
            dim,
            data: Vec::with_capacity(words * dim),
        }
    }

    /// Adds a word; nothing happens when it is known already. `vector` has [`Vectors::dim`] numbers.
    pub(crate) fn push(&mut self, word: Box<str>, vector: &[f32]) {
        debug_assert_eq!(vector.len(), self.dim);
        let rank = self.words.len() as u32;
        if let Entry::Vacant(entry) = self.ranks.entry(word) {
            self.words.push(entry.key().clone());
            entry.insert(rank);
            self.data.extend_from_slice(vector);
        }
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
    /// word cannot stand in a file of vectors (see [`crate::read_vec`]).
    pub fn from_rows<S: AsRef<str>>(
        words: impl IntoIterator<Item = S>,
        dim: usize,
        data: &[f32],
    ) -> Result<Self> {
        let mut vectors = Self::empty(dim, data.len() / dim.max(1));
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
            if word.is_empty() || word.bytes().any(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
                return fault(word, row, "a word may not be empty or hold blanks or line breaks".to_owned());
            }
            vectors.push(word.into(), vector);
            row += 1;
        }
        if rows.next().is_some() {
            return fault("", row, "there are more rows than words".to_owned());
        }
        Ok(vectors)
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The length of a vector.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The words by rank.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.words.iter().map(|word| &**word)
    }

    /// The word of this rank.
    ///
    /// # Panics
    /// When `rank` is not below [`Vectors::len`].
    pub fn word(&self, rank: usize) -> &str {
        &self.words[rank]
    }

    /// The rank of a word, from 0; the word must match to the letter.
    pub fn rank(&self, word: &str) -> Option<usize> {
        self.ranks.get(word).map(|&rank| rank as usize)
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

    /// The same words with other vectors, `[words, dim]`: mapped ones, for instance.
    ///
    /// # Errors
    /// [`Error::Row`] when `dim` is 0, `data` has not `dim` numbers for each word, or a number is not finite.
    pub fn with_data(&self, dim: usize, data: Vec<f32>) -> Result<Self> {
        Self::from_rows(self.words(), dim, &data)
    }
}
