//! fastText's binary models: vectors for every word, of its character n-grams.

mod file;
mod ngrams;
mod table;

use std::fmt;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use self::ngrams::Ngrams;
use self::table::Table;
use crate::read::ReadOptions;
use crate::read::bytes::Bytes;
use crate::vectors::Builder;
use crate::{Error, Result, Vectors, Vocabulary};

/// So many words' vectors are made at a time.
const BLOCK: usize = 1 << 14;

/// A fastText model, as `fasttext` writes it (`.bin`, and `.ftz` with quantised rows): words, and rows for them
/// and for their character n-grams.
///
/// A word's vector is the mean of its own row and of the rows of its n-grams; an unseen word's is the mean of its
/// n-grams' rows (Bojanowski et al. 2017, <https://arxiv.org/abs/1607.04606>). All numbers of the input matrix
/// are held in memory, the output matrix and the labels of classifiers are not.
///
/// ```no_run
/// use xner_embed::FastText;
///
/// let model = FastText::open("cc.fi.300.bin")?;
/// let frequent = model.vectors(Some(200_000));
/// let unseen = model.vector("epäjärjestelmällisyys");
/// # Ok::<(), xner_embed::Error>(())
/// ```
pub struct FastText {
    words: Vocabulary,
    ngrams: Ngrams,
    table: Table,
}

impl fmt::Debug for FastText {
    /// The counts alone: the numbers would fill books.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FastText")
            .field("words", &self.words.len())
            .field("dim", &self.dim())
            .field("ngrams", &self.ngrams)
            .finish_non_exhaustive()
    }
}

impl FastText {
    /// Reads a model, plain, `.gz` or `.xz`; `-` is standard input.
    ///
    /// # Errors
    /// [`Error::Binary`] with the byte for what is no such model, is cut short or goes on behind its end, for
    /// words that are not UTF-8 or hold blanks, and for numbers that are not finite; [`Error::Empty`] for a model
    /// of no words; what opening the file says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        file::read(Bytes::open(path.as_ref())?)
    }

    /// The same from any reader; `name` stands in errors.
    ///
    /// # Errors
    /// As [`FastText::open`].
    pub fn read(reader: impl BufRead, name: impl Into<PathBuf>) -> Result<Self> {
        file::read(Bytes::new(reader, name.into(), None))
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
        self.table.dim()
    }

    /// The words by rank, most frequent first; fastText's end of sentence, `</s>`, is one of them.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.words.words()
    }

    /// The rank of a word, from 0; the word must match to the letter.
    pub fn rank(&self, word: &str) -> Option<usize> {
        self.words.rank(word)
    }

    /// The vector of a word, known or not; zeros where [`FastText::knows`] nothing about it.
    pub fn vector(&self, word: &str) -> Vec<f32> {
        self.mean(word).unwrap_or_else(|| vec![0.0; self.dim()])
    }

    /// Whether the model has a row for the word or for one of its n-grams.
    pub fn knows(&self, word: &str) -> bool {
        let mut rows = 0_usize;
        self.rows(word, |_| rows += 1);
        rows > 0
    }

    /// The vectors of the first words, or of all, subwords included: what fastText writes to its `.vec` file.
    ///
    /// They are made on all of rayon's threads.
    pub fn vectors(&self, limit: Option<usize>) -> Vectors {
        self.first(limit, false)
    }

    fn first(&self, limit: Option<usize>, lowercase: bool) -> Vectors {
        let limit = limit.unwrap_or(usize::MAX).min(self.len());
        let words: Vec<&str> = self.words().take(limit).collect();
        self.made(&words, Builder::new(self.dim()).lowercase(lowercase))
    }

    /// The vectors of these words in this order, made from subwords where the model does not have them; words that
    /// the model [knows](FastText::knows) nothing about are left out, and those that come twice.
    ///
    /// # Errors
    /// [`Error::Row`] for a word that is empty or holds blanks, since no file of vectors can.
    pub fn extend<S: AsRef<str>>(&self, words: impl IntoIterator<Item = S>) -> Result<Vectors> {
        let words = Vocabulary::new(words)?;
        let known: Vec<&str> = words.words().filter(|word| self.knows(word)).collect();
        Ok(self.made(&known, Builder::new(self.dim())))
    }

    fn made(&self, words: &[&str], mut builder: Builder) -> Vectors {
        builder.reserve(words.len());
        for block in words.chunks(BLOCK) {
            let vectors: Vec<Vec<f32>> = block.par_iter().map(|word| self.vector(word)).collect();
            for (word, vector) in block.iter().zip(&vectors) {
                builder.push(word, vector);
            }
        }
        builder.finish()
    }

    /// The mean of the word's rows, where it has any.
    fn mean(&self, word: &str) -> Option<Vec<f32>> {
        // In double precision the sum of finite numbers stays finite, and so does its mean in single precision.
        let mut sum = vec![0.0_f64; self.dim()];
        let mut count = 0_u32;
        self.rows(word, |row| {
            self.table.add(row, &mut sum);
            count += 1;
        });
        (count > 0).then(|| sum.into_iter().map(|number| (number / f64::from(count)) as f32).collect())
    }

    /// The word's own row, then those of its n-grams.
    fn rows(&self, word: &str, mut visit: impl FnMut(usize)) {
        if let Some(rank) = self.rank(word) {
            visit(rank);
        }
        self.ngrams.rows(word, |row| visit(self.words.len() + row));
    }
}

/// The vectors of a model's words.
pub(super) fn read_words(bytes: Bytes<impl BufRead>, options: &ReadOptions) -> Result<Vectors> {
    let name = bytes.name().to_owned();
    let vectors = file::read(bytes)?.first(options.limit, options.lowercase);
    if vectors.is_empty() { Err(Error::Empty { path: name }) } else { Ok(vectors) }
}
