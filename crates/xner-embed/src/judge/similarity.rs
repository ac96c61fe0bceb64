//! Word similarity: whether cosines rank pairs of words as people do.

use std::borrow::Cow;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_corpus::read::Input;

use super::{pearson, spearman};
use crate::dictionary::lines::{Lines, columns};
use crate::rows::{dot, square};
use crate::{Error, Result, Vectors, check};

/// Pairs of words with the similarity that people gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarityPairs {
    name: PathBuf,
    pairs: Vec<(Box<str>, Box<str>, f64)>,
}

impl SimilarityPairs {
    /// Reads lines of two words and a score, with tabs between or, on a line without a tab, blanks; plain, `.gz`
    /// or `.xz`, `-` is standard input. A first line whose third column is no number is a header and is skipped,
    /// as are empty lines.
    ///
    /// # Errors
    /// [`Error::Corpus`] with the line for another number of columns, an empty cell, a score that is no finite
    /// number, invalid UTF-8; [`Error::Pairs`] for a file without a pair; what opening the file says.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let Input { reader, name } = Input::open(path)?;
        Self::read_from(reader, name)
    }

    /// The same from any reader; `name` stands in errors.
    ///
    /// # Errors
    /// As [`SimilarityPairs::read`].
    pub fn read_from(reader: impl BufRead, name: impl Into<PathBuf>) -> Result<Self> {
        let mut lines = Lines::new(reader, name.into());
        let mut pairs = Vec::new();
        let mut line = String::new();
        let mut first = true;
        while lines.next(&mut line)? {
            let columns = columns(&line);
            let head = std::mem::take(&mut first);
            let [one, two, score] = columns[..] else {
                let found = columns.len();
                return Err(lines.malformed(format!("expected two words and a score, found {found} columns")));
            };
            if one.is_empty() || two.is_empty() {
                return Err(lines.malformed("a word is empty"));
            }
            match score.parse::<f64>() {
                Ok(score) if score.is_finite() => pairs.push((one.into(), two.into(), score)),
                Err(_) if head => {}
                _ => return Err(lines.malformed(format!("the score `{score}` is no finite number"))),
            }
        }
        if pairs.is_empty() {
            return Err(lines.empty());
        }
        Ok(Self { name: lines.name, pairs })
    }

    /// The number of pairs.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The pairs and their scores.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str, f64)> {
        self.pairs.iter().map(|(one, two, score)| (&**one, &**two, *score))
    }
}

/// What [`similarity`] found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Similarity {
    /// Pearson's correlation of cosines and scores.
    pub pearson: f64,
    /// Spearman's rank correlation of cosines and scores.
    pub spearman: f64,
    /// The share of pairs whose words both have a vector, from 0 to 1.
    pub coverage: f64,
    /// The number of these pairs.
    pub known: usize,
    /// The number of all pairs.
    pub pairs: usize,
}

/// Compares cosines with people's scores: the first word of each pair is looked up in `first`, the second in
/// `second`, which are the same vectors for one language, and vectors in one space for two.
///
/// A word is looked up as it is, then lower-cased, then with its first letter upper-cased. A zero vector has
/// cosine 0 with everything.
///
/// ```
/// use xner_embed::Vectors;
/// use xner_embed::judge::{SimilarityPairs, similarity};
///
/// let vectors = Vectors::from_rows(["cup", "mug", "sky"], 2, &[1.0, 0.1, 1.0, 0.0, 0.0, 1.0])?;
/// let text = "word1 word2 score\ncup mug 9.5\ncup sky 1.5\nMug sky 1\nmug owl 2\n";
/// let pairs = SimilarityPairs::read_from(text.as_bytes(), "example")?;
/// let judged = similarity(&vectors, &vectors, &pairs)?;
/// assert_eq!((judged.spearman, judged.known, judged.pairs), (1.0, 3, 4));
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Incompatible`] when the two vectors' dimensions disagree; [`Error::Pairs`] when fewer than two
/// pairs are known, or their scores or cosines are all the same.
pub fn similarity(first: &Vectors, second: &Vectors, pairs: &SimilarityPairs) -> Result<Similarity> {
    check::same_dim(first.dim(), "first words' vectors", second.dim(), "second words' vectors")?;
    let known = pairs
        .iter()
        .filter_map(|(one, two, score)| Some((cosine(look_up(first, one)?, look_up(second, two)?), score)));
    let (cosines, scores): (Vec<f64>, Vec<f64>) = known.unzip();
    let fault = |message: String| Error::Pairs { path: pairs.name.clone(), message };
    if cosines.len() < 2 {
        let (known, all) = (cosines.len(), pairs.len());
        return Err(fault(format!("{known} of its {all} pairs have vectors, a correlation needs two")));
    }
    match (pearson(&cosines, &scores), spearman(&cosines, &scores)) {
        (Some(pearson), Some(spearman)) => Ok(Similarity {
            pearson,
            spearman,
            coverage: cosines.len() as f64 / pairs.len() as f64,
            known: cosines.len(),
            pairs: pairs.len(),
        }),
        _ => Err(fault("all scores or all cosines are the same, so they have no correlation".to_owned())),
    }
}

fn look_up<'a>(vectors: &'a Vectors, word: &str) -> Option<&'a [f32]> {
    let capitalised = || {
        let mut chars = word.chars();
        let head = chars.next()?;
        Some(head.to_uppercase().chain(chars).collect::<String>())
    };
    let lower = |word: &str| Cow::<str>::Owned(word.to_lowercase());
    vectors.get(word).or_else(|| vectors.get(&lower(word))).or_else(|| vectors.get(&capitalised()?))
}

fn cosine(x: &[f32], y: &[f32]) -> f64 {
    // One root of the product, not two: the cosine of a vector with itself is then 1 to the bit, a tie with others.
    let cosine = dot(x, y) / (square(x) * square(y)).sqrt();
    if cosine.is_finite() { cosine } else { 0.0 }
}
