//! First dictionaries: identical words, numerals, a given dictionary.

use super::Pair;
use crate::dictionary::Dictionary;
use crate::{Error, Result, Vectors};

/// The words that both languages write alike among the `limit` most frequent of each, by source rank.
///
/// # Errors
/// [`Error::Unmappable`] when there is none.
pub fn identical(source: &Vectors, target: &Vectors, limit: usize) -> Result<Vec<Pair>> {
    common(source, target, limit, "identical words", |_| true)
}

/// The words of digits 0 to 9 alone that both languages have among the `limit` most frequent of each, by source rank.
///
/// # Errors
/// [`Error::Unmappable`] when there is none.
pub fn numerals(source: &Vectors, target: &Vectors, limit: usize) -> Result<Vec<Pair>> {
    common(source, target, limit, "numerals", |word| word.bytes().all(|byte| byte.is_ascii_digit()))
}

fn common(
    source: &Vectors,
    target: &Vectors,
    limit: usize,
    what: &str,
    takes: impl Fn(&str) -> bool,
) -> Result<Vec<Pair>> {
    let words = source.words().take(limit).enumerate().filter(|(_, word)| takes(word));
    let pairs: Vec<Pair> = words
        .filter_map(|(rank, word)| {
            target.rank(word).filter(|&other| other < limit).map(|other| (rank, other))
        })
        .map(|(rank, other)| (rank as u32, other as u32))
        .collect();
    if pairs.is_empty() {
        let message =
            format!("source and target have none in common among their {limit} most frequent words");
        return Err(Error::unmappable(what, message));
    }
    Ok(pairs)
}

/// The pairs of a dictionary whose words are among the `limit` most frequent of each language, by source rank.
///
/// # Errors
/// [`Error::NoOverlap`] when no pair has both its words among the vectors, [`Error::Unmappable`] when none is within
/// the limit.
pub fn from_dictionary(
    dictionary: &Dictionary,
    source: &Vectors,
    target: &Vectors,
    limit: usize,
) -> Result<Vec<Pair>> {
    let mut pairs = dictionary.ranks(source, target)?.pairs;
    pairs.retain(|&(i, j)| (i.max(j) as usize) < limit);
    pairs.sort_unstable();
    pairs.dedup();
    if pairs.is_empty() {
        let message = format!("no pair has both its words among the {limit} most frequent of its language");
        return Err(Error::unmappable(dictionary.name().display().to_string(), message));
    }
    Ok(pairs)
}
