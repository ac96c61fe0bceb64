//! Dictionaries by CSLS, as MUSE builds them.

use std::collections::BTreeSet;

use super::Pair;
use super::config::{Induction, ProcrustesConfig};
use crate::knn::Csls;

/// The pairs of a dictionary between the two sides of `csls`, by row of the first side, as MUSE counts: each of
/// the first `rank_limit` rows of one side with its best translation, where neither rank is above `rank_limit`
/// (from 0, and including it); the most confident first where sizes and threshold choose among them.
pub fn induced_pairs(csls: &Csls<'_>, config: &ProcrustesConfig) -> Vec<Pair> {
    let forward = || candidates(csls, config);
    let backward =
        || candidates(&csls.reversed(), config).into_iter().map(|(j, i)| (i, j)).collect::<Vec<_>>();
    let mut pairs = match config.induction {
        Induction::Forward => forward(),
        Induction::Backward => backward(),
        Induction::Union => {
            let mut pairs = forward();
            pairs.extend(backward());
            pairs
        }
        Induction::Intersection => {
            let backward: BTreeSet<Pair> = backward().into_iter().collect();
            forward().into_iter().filter(|pair| backward.contains(pair)).collect()
        }
    };
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The translations of one side's most frequent words.
fn candidates(csls: &Csls<'_>, config: &ProcrustesConfig) -> Vec<Pair> {
    let limit = if config.rank_limit == 0 { usize::MAX } else { config.rank_limit };
    let found = csls.nearest(0..csls.source().len().min(limit), 2);
    let mut pairs: Vec<(Pair, f32)> = (0..found.len())
        .filter_map(|query| {
            let mut neighbours = found.of(query);
            let (best, score) = neighbours.next()?;
            // A lone key is as sure as can be.
            let confidence = neighbours.next().map_or(f32::INFINITY, |(_, second)| score - second);
            (best as usize <= limit).then_some(((query as u32, best), confidence))
        })
        .collect();
    // Stable, so that of equals the more frequent word comes first.
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1));
    if config.max_size > 0 {
        pairs.truncate(config.max_size);
    }
    if config.threshold > 0.0 {
        let sure =
            |at: usize, confidence: f32| at < config.min_size || f64::from(confidence) > config.threshold;
        return pairs
            .into_iter()
            .enumerate()
            .filter(|&(at, (_, c))| sure(at, c))
            .map(|(_, (pair, _))| pair)
            .collect();
    }
    pairs.into_iter().map(|(pair, _)| pair).collect()
}
