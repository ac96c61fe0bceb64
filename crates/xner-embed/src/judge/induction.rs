//! Bilingual induction: how often a mapping puts a word's translation nearest to it.

use serde::{Deserialize, Serialize};

use crate::check::same_dims;
use crate::dictionary::Dictionary;
use crate::knn::{Csls, Neighbours, nearest};
use crate::normalise::unit_rows;
use crate::{Result, Rows, Vectors};

/// The neighbours that are looked at.
const DEPTH: usize = 10;

/// The shares of words with a right translation among their 1, 5 and 10 nearest, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Precision {
    /// The nearest is right.
    #[serde(rename = "p@1")]
    pub p1: f64,
    /// One of the five nearest is right.
    #[serde(rename = "p@5")]
    pub p5: f64,
    /// One of the ten nearest is right.
    #[serde(rename = "p@10")]
    pub p10: f64,
}

/// What [`induction`] found.
///
/// ```
/// # use xner_embed::{Vectors, dictionary::Dictionary, judge::induction};
/// let vectors = Vectors::from_rows(["a", "b"], 2, &[1.0, 0.0, 0.0, 1.0])?;
/// let judged = induction(&vectors, &vectors, &Dictionary::from_pairs([("a", "a")])?, 10)?;
/// let json = serde_json::to_string(&judged).unwrap();
/// assert!(json.starts_with(r#"{"nn":{"p@1":1.0,"p@5":1.0,"p@10":1.0},"csls":{"p@1":1.0,"#));
/// # Ok::<(), xner_embed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Induction {
    /// With the neighbours of largest cosine.
    pub nn: Precision,
    /// With the neighbours of largest CSLS.
    pub csls: Precision,
    /// The share of the dictionary's distinct source words that could be judged, from 0 to 1: the precisions say
    /// nothing about the others.
    pub coverage: f64,
    /// The distinct source words that were judged: those with a pair inside both vocabularies.
    pub words: usize,
    /// The distinct source words in the dictionary.
    pub dictionary_words: usize,
    /// The distinct pairs inside both vocabularies.
    pub pairs: usize,
    /// The other pairs: source or target has no vector.
    pub unknown_pairs: usize,
}

/// Judges vectors that stand in one space by a dictionary, in MUSE's counting.
///
/// Judged are the distinct source words that have a pair inside both vocabularies; a word is a hit where any of
/// its listed translations is among the nearest. They are searched in the whole target vocabulary given, and the
/// means of CSLS, over the `csls_k` nearest (MUSE: 10), are taken over the whole vocabularies. Vectors are brought
/// to length one first (in a copy, where they are not so already); zero vectors stay zero. Vocabularies of fewer
/// than 10 words, or `csls_k` of them, do.
///
/// # Errors
/// [`crate::Error::NoOverlap`], which names the dictionary, when no pair is inside both vocabularies;
/// [`crate::Error::Incompatible`] when the vectors' dimensions disagree.
pub fn induction(
    source: &Vectors,
    target: &Vectors,
    dictionary: &Dictionary,
    csls_k: usize,
) -> Result<Induction> {
    same_dims(source.dim(), target.dim())?;
    let ranks = dictionary.ranks(source, target)?;
    let pairs = ranks.pairs;
    // One source's pairs stand together: a run of them is a judged word.
    let words: Vec<&[(u32, u32)]> = pairs.chunk_by(|left, right| left.0 == right.0).collect();
    let queries: Vec<u32> = words.iter().map(|word| word[0].0).collect();

    let dim = source.dim();
    let (sources, targets) = (unit_rows(source.rows()), unit_rows(target.rows()));
    let (sources, targets) = (Rows::new(&sources, dim), Rows::new(&targets, target.dim()));
    let gathered: Vec<f32> = queries.iter().flat_map(|&rank| sources.row(rank as usize)).copied().collect();
    let nn = nearest(Rows::new(&gathered, dim), targets, DEPTH)?;
    let csls = Csls::new(sources, targets, csls_k)?.nearest_of(&queries, DEPTH);
    Ok(Induction {
        nn: precision(&nn, &words),
        csls: precision(&csls, &words),
        coverage: words.len() as f64 / ranks.words as f64,
        words: words.len(),
        dictionary_words: ranks.words,
        pairs: pairs.len(),
        unknown_pairs: ranks.unknown,
    })
}

fn precision(found: &Neighbours, words: &[&[(u32, u32)]]) -> Precision {
    let mut hits = [0_usize; DEPTH];
    for (at, word) in words.iter().enumerate() {
        let right = |id: &u32| word.iter().any(|(_, target)| target == id);
        if let Some(place) = found.ids(at).iter().position(right) {
            hits[place] += 1;
        }
    }
    let share = |k: usize| hits[..k].iter().sum::<usize>() as f64 / words.len() as f64;
    Precision { p1: share(1), p5: share(5), p10: share(10) }
}
