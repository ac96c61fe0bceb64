//! Iterated Procrustes with a CSLS dictionary.

use super::config::{CriterionConfig, ProcrustesConfig};
use super::report::Iteration;
use super::spaces::Spaces;
use super::state::Current;
use super::{criterion, induced_pairs};
use crate::knn::Csls;
use crate::{Result, Rows};
use xner_core::Mapping;

/// One iteration: solves the dictionary (or takes the initialiser's mapping as it is), computes the criterion,
/// keeps the best, and induces the next dictionary from the same CSLS means.
pub(super) fn step(
    current: &mut Current,
    spaces: &Spaces,
    config: &ProcrustesConfig,
    criterion: &CriterionConfig,
) -> Result<Mapping> {
    let w = current.solved(spaces)?;
    let (pairs, _) = (current.pairs.take(), current.mapping.take());
    let moved = spaces.moved_unit(&w);
    let csls = Csls::new(Rows::new(&moved, spaces.dim()), spaces.fixed_unit(), config.neighbours)?;
    let value = if criterion.neighbours == config.neighbours {
        criterion::of_csls(&csls, criterion)
    } else {
        criterion::criterion(csls.source(), csls.target(), criterion)?
    };
    let counters = &mut current.counters;
    let (iteration, size) = (counters.iteration, pairs.as_ref().map_or(0, Vec::len));
    counters.initial_criterion.get_or_insert(value);
    counters.iterations.push(Iteration {
        iteration,
        pairs: size,
        criterion: Some(value),
        objective: None,
        keep: None,
    });
    let best = counters.best.is_none_or(|best| value > best);
    if best {
        counters.best = Some(value);
        current.best = Some((w.clone(), pairs));
    }
    if iteration < config.iterations {
        let next = induced_pairs(&csls, config);
        // An empty intersection leaves nothing to learn from: the best so far stays.
        counters.done = next.is_empty();
        current.pairs = Some(next);
    } else {
        counters.done = true;
    }
    counters.iteration += 1;
    Ok(Mapping::Procrustes { iteration, of: config.iterations, pairs: size, criterion: value, best })
}
