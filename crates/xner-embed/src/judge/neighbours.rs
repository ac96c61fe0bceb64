//! Nearest neighbours of one word, and analogies: for looking at vectors by hand.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::rows::{dot, square};
use crate::{Error, Result, Vectors, check};

/// A word near another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour<'a> {
    /// The word.
    pub word: &'a str,
    /// Its rank.
    pub rank: usize,
    /// The cosine of its vector with what was asked for.
    pub cosine: f32,
}

/// The `k` words whose vectors have the largest cosine with that of `word`, which is left out itself; best first.
///
/// ```
/// use xner_embed::{Vectors, judge::neighbours};
///
/// let vectors = Vectors::from_rows(["one", "two", "sky"], 2, &[1.0, 0.0, 2.0, 0.2, 0.0, 1.0])?;
/// assert_eq!(neighbours(&vectors, "one", 1)?[0].word, "two");
/// assert_eq!(neighbours(&vectors, "uno", 1).unwrap_err().to_string(), "not among the vectors: `uno`");
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownWords`] when the word has no vector.
pub fn neighbours<'a>(vectors: &'a Vectors, word: &str, k: usize) -> Result<Vec<Neighbour<'a>>> {
    let ([rank], _) = known(vectors, [word])?;
    Ok(search(vectors, vectors.row(rank), &[rank], k))
}

/// The `k` words whose vectors have the largest cosine with `query`: a vector of another language in the same
/// space, for instance; best first.
///
/// # Errors
/// [`Error::Incompatible`] when `query` has another dimension; [`Error::NotFinite`] when a number in it is not finite.
pub fn nearest_words<'a>(vectors: &'a Vectors, query: &[f32], k: usize) -> Result<Vec<Neighbour<'a>>> {
    check::same_dim(query.len(), "query", vectors.dim(), "vectors")?;
    if query.iter().any(|number| !number.is_finite()) {
        return Err(Error::NotFinite { what: "query".to_owned(), row: 0 });
    }
    Ok(search(vectors, query, &[], k))
}

/// What stands to `c` as `b` stands to `a`: the `k` words with the largest cosine with `b − a + c`, each at length
/// one (3CosAdd, Mikolov et al. 2013); `a`, `b` and `c` are left out. Best first.
///
/// ```
/// use xner_embed::{Vectors, judge::analogy};
///
/// let words = ["man", "king", "woman", "queen", "tree"];
/// let rows = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, -1.0, 0.0, 0.5];
/// let vectors = Vectors::from_rows(words, 3, &rows)?;
/// assert_eq!(analogy(&vectors, "man", "king", "woman", 1)?[0].word, "queen");
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::UnknownWords`] with all words that have no vector.
pub fn analogy<'a>(vectors: &'a Vectors, a: &str, b: &str, c: &str, k: usize) -> Result<Vec<Neighbour<'a>>> {
    let (ranks, lengths) = known(vectors, [a, b, c])?;
    let rows = ranks.map(|rank| vectors.row(rank));
    let at = |word: usize, d: usize| f64::from(rows[word][d]) / lengths[word];
    let query: Vec<f32> = (0..vectors.dim()).map(|d| (at(1, d) - at(0, d) + at(2, d)) as f32).collect();
    Ok(search(vectors, &query, &ranks, k))
}

/// The ranks of words and their vectors' lengths, 1 for a zero vector.
fn known<const N: usize>(vectors: &Vectors, words: [&str; N]) -> Result<([usize; N], [f64; N])> {
    let unknown: Vec<String> =
        words.iter().filter(|word| vectors.rank(word).is_none()).map(|word| (*word).to_owned()).collect();
    if !unknown.is_empty() {
        return Err(Error::UnknownWords { words: unknown });
    }
    let ranks = words.map(|word| vectors.rank(word).unwrap_or_default());
    let length = |rank: usize| match square(vectors.row(rank)).sqrt() {
        0.0 => 1.0,
        length => length,
    };
    Ok((ranks, ranks.map(length)))
}

/// One pass over the vectors, which need no unit length and are not copied.
fn search<'a>(vectors: &'a Vectors, query: &[f32], left_out: &[usize], k: usize) -> Vec<Neighbour<'a>> {
    let own = square(query).sqrt();
    let cosine = |row: &[f32]| {
        let cosine = (dot(row, query) / (own * square(row).sqrt())) as f32;
        // Zero vectors, and what is not finite in a mapped file, are near to nothing. Added to 0, −0 and 0 tie.
        if cosine.is_finite() { 0.0 + cosine } else { 0.0 }
    };
    let scores = vectors.data().par_chunks_exact(vectors.dim()).map(cosine);
    let mut found: Vec<(usize, f32)> = scores.collect::<Vec<_>>().into_iter().enumerate().collect();
    found.retain(|(rank, _)| !left_out.contains(rank));
    let order = |left: &(usize, f32), right: &(usize, f32)| -> Ordering {
        right.1.total_cmp(&left.1).then(left.0.cmp(&right.0))
    };
    if k < found.len() {
        found.select_nth_unstable_by(k, order);
        found.truncate(k);
    }
    found.sort_unstable_by(order);
    let neighbour = |(rank, cosine)| Neighbour { word: vectors.word(rank), rank, cosine };
    found.into_iter().map(neighbour).collect()
}
