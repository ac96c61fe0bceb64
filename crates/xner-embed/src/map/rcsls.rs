//! Relaxed CSLS.

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::Pair;
use super::config::RcslsConfig;
use super::procrustes::procrustes;
use super::report::Iteration;
use super::spaces::Spaces;
use super::state::Current;
use crate::knn::{Neighbours, nearest};
use crate::linalg::{Matrix, apply, cross, svd};
use crate::normalise::into_unit_rows;
use crate::{Error, Result, Rows};
use xner_core::Mapping;

/// Rates below this move nothing any more.
const SMALLEST_RATE: f64 = 1e-4;

/// One step down the gradient of Joulin et al. 2018, equation 4, over the pairs of the dictionary:
///
/// `-2 x W yᵀ + 1/k Σ x W y_jᵀ + 1/k Σ x_j W yᵀ`, mean over the pairs, where the `y_j` are the `k` neighbours of `x W`
/// among the words that stay and the `x_j` those of `y` among the words that move. All vectors are of unit length.
pub(super) fn step(
    current: &mut Current,
    spaces: &Spaces,
    config: &RcslsConfig,
    seed: u64,
) -> Result<Mapping> {
    let pairs = current.pairs.clone().unwrap_or_default();
    if pairs.is_empty() {
        return Err(Error::unmappable("dictionary", "no pair to learn from"));
    }
    let moving = into_unit_rows(spaces.moving().head(config.words).data().to_vec(), spaces.dim());
    let all = into_unit_rows(spaces.moving().data().to_vec(), spaces.dim());
    let sides = Sides {
        pool: Rows::new(&moving, spaces.dim()),
        keys: spaces.fixed_unit().head(config.words),
        moving: Rows::new(&all, spaces.dim()),
        fixed: spaces.fixed_unit(),
    };
    if current.counters.iteration == 0 {
        current.counters.iteration = 1;
        current.counters.rate = config.learning_rate;
        current.mapping = Some(procrustes(sides.moving, sides.fixed, &pairs)?);
    }
    let step = current.counters.iteration;
    let w = current.mapping.take().unwrap_or_else(|| Matrix::identity(spaces.dim()));
    let drawn = match config.batch {
        Some(batch) if batch < pairs.len() => {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(step as u64);
            sample(&mut rng, pairs.len(), batch).into_iter().map(|at| pairs[at]).collect()
        }
        _ => pairs,
    };
    let (loss, gradient) = loss_and_gradient(&sides, &w, &drawn, config.neighbours)?;

    let counters = &mut current.counters;
    let rate = counters.rate;
    counters.iterations.push(Iteration {
        iteration: step,
        pairs: drawn.len(),
        criterion: None,
        objective: Some(loss),
        keep: None,
    });
    let whole = config.batch.is_none();
    let worse = whole && counters.best.is_some_and(|best| loss > best);
    if worse {
        // Back to where the loss was less, for a shorter step; its gradient is computed again.
        counters.rate /= 2.0;
        let (before, _) = current.best.take().unwrap_or((w, None));
        counters.best = None;
        current.mapping = Some(before);
    } else {
        counters.best = Some(loss);
        current.best = Some((w.clone(), None));
        let mut next = w;
        next.data_mut().iter_mut().zip(gradient.data()).for_each(|(w, g)| *w -= rate * g);
        if config.spectral {
            let mut parts = svd(&next)?;
            parts.s.iter_mut().for_each(|s| *s = s.min(1.0));
            next = parts.rebuilt();
        }
        current.mapping = Some(next);
    }
    counters.iteration += 1;
    counters.done = step >= config.steps || counters.rate < SMALLEST_RATE;
    // A batch's loss says nothing about another's: the last mapping it is.
    if counters.done && (!whole || current.best.is_none()) {
        current.best = current.mapping.take().map(|w| (w, None));
    }
    Ok(Mapping::Rcsls { step, of: config.steps, loss, learning_rate: rate })
}

/// Unit vectors: those of pairs, and those among which neighbours are looked for.
struct Sides<'a> {
    moving: Rows<'a>,
    fixed: Rows<'a>,
    pool: Rows<'a>,
    keys: Rows<'a>,
}

fn loss_and_gradient(sides: &Sides<'_>, w: &Matrix, pairs: &[Pair], k: usize) -> Result<(f64, Matrix)> {
    let dim = w.rows();
    let gather = |rows: Rows<'_>, at: fn(&Pair) -> u32| -> Vec<f32> {
        pairs.iter().flat_map(|pair| rows.row(at(pair) as usize)).copied().collect()
    };
    let (x, y) = (gather(sides.moving, |pair| pair.0), gather(sides.fixed, |pair| pair.1));
    let (x, y) = (Rows::new(&x, dim), Rows::new(&y, dim));
    let mapped = apply(x, w);
    let pool = apply(sides.pool, w);
    let near_keys = nearest(Rows::new(&mapped, dim), sides.keys, k)?;
    let near_pool = nearest(y, Rows::new(&pool, dim), k)?;
    let (key_means, pool_means) = (means(&near_keys, sides.keys), means(&near_pool, sides.pool));

    let same: Vec<Pair> = (0..pairs.len() as u32).map(|at| (at, at)).collect();
    let direct = cross(x, y, &same);
    let to_keys = cross(x, Rows::new(&key_means, dim), &same);
    let from_pool = cross(Rows::new(&pool_means, dim), y, &same);
    let count = pairs.len() as f64;
    let gradient = Matrix::from_fn(dim, dim, |i, j| {
        (to_keys.at(i, j) + from_pool.at(i, j) - 2.0 * direct.at(i, j)) / count
    });
    // The loss is linear in W as long as the neighbours stay.
    let loss = gradient.data().iter().zip(w.data()).map(|(g, w)| g * w).sum();
    Ok((loss, gradient))
}

/// For each query the mean of its neighbours' vectors.
fn means(found: &Neighbours, keys: Rows<'_>) -> Vec<f32> {
    let mut out = Vec::with_capacity(found.len() * keys.dim());
    for query in 0..found.len() {
        let mut sum = vec![0.0_f32; keys.dim()];
        for &id in found.ids(query) {
            sum.iter_mut().zip(keys.row(id as usize)).for_each(|(sum, x)| *sum += x);
        }
        out.extend(sum.iter().map(|x| x / found.k().max(1) as f32));
    }
    out
}
