//! Stochastic self-learning.

use super::Pair;
use super::config::{Induction, SelfLearningConfig};
use super::procrustes::procrustes;
use super::report::Iteration;
use super::similarity::best_pairs;
use super::spaces::Spaces;
use super::state::Current;
use crate::knn::{Csls, Dropout, splitmix64};
use crate::linalg::{Matrix, apply};
use crate::normalise::into_unit_rows;
use crate::{Result, Rows};
use xner_core::Mapping;

/// One iteration: solves the dictionary, induces a new one in which each similarity takes part by chance, and
/// raises that chance when the objective has not grown for long. The last dictionary and its solution are the result.
pub(super) fn step(
    current: &mut Current,
    spaces: &Spaces,
    config: &SelfLearningConfig,
    seed: u64,
) -> Result<Mapping> {
    if current.counters.iteration == 0 {
        current.counters.iteration = 1;
        current.counters.rate = config.keep;
    }
    let (iteration, keep) = (current.counters.iteration, current.counters.rate);
    let w = current.solved(spaces)?;
    current.mapping = None;
    let words = if keep < 1.0 { config.early_cutoff } else { config.cutoff };
    let (pairs, objective) =
        induce(spaces, &w, words, config, Dropout { keep, seed: splitmix64(seed, iteration as u64) })?;
    let size = pairs.len();
    current.pairs = Some(pairs);

    let counters = &mut current.counters;
    let improved = counters.best.is_none_or(|best| objective - best >= config.threshold);
    if improved {
        counters.best = Some(objective);
        counters.improved = iteration;
    }
    let entry =
        Iteration { iteration, pairs: size, criterion: None, objective: Some(objective), keep: Some(keep) };
    let first_of_its_rate = counters.iterations.last().is_none_or(|last| last.keep != Some(keep));
    counters.iteration += 1;
    if counters.iteration - counters.improved > config.interval {
        counters.done = keep >= 1.0;
        counters.rate = (keep * config.multiplier).min(1.0);
        counters.improved = counters.iteration;
        if counters.rate >= 1.0 && config.early_cutoff < config.cutoff && !counters.done {
            // Means over other words do not compare.
            counters.best = None;
        }
    }
    if first_of_its_rate || counters.done {
        counters.iterations.push(entry);
    }
    if counters.done {
        let pairs = current.pairs.take().unwrap_or_default();
        current.best = Some((procrustes(spaces.moving(), spaces.fixed(), &pairs)?, Some(pairs)));
    }
    // Of a language with fewer words all are in use.
    let words = words.min(spaces.moving().len().max(spaces.fixed_unit().len()));
    Ok(Mapping::SelfLearning { iteration, keep, words, objective, improved })
}

/// The dictionary under `w` and the mean cosine of each word with its nearest.
fn induce(
    spaces: &Spaces,
    w: &Matrix,
    words: usize,
    config: &SelfLearningConfig,
    dropout: Dropout,
) -> Result<(Vec<Pair>, f64)> {
    let moved = into_unit_rows(apply(spaces.moving().head(words), w), spaces.dim());
    let csls =
        Csls::new(Rows::new(&moved, spaces.dim()), spaces.fixed_unit().head(words), config.neighbours)?;
    let pairs = best_pairs(&csls.best_both(Some(dropout)), config.induction);
    let mean =
        |values: &[f32]| values.iter().map(|&x| f64::from(x)).sum::<f64>() / values.len().max(1) as f64;
    let objective = match config.induction {
        Induction::Forward => mean(csls.source_largest()),
        Induction::Backward => mean(csls.target_largest()),
        Induction::Union | Induction::Intersection => {
            f64::midpoint(mean(csls.source_largest()), mean(csls.target_largest()))
        }
    };
    Ok((pairs, objective))
}
