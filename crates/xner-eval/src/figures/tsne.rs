//! t-SNE of vectors.

use bhtsne::{Neighbor, tSNE};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::{Error, Result};

/// Settings of [`tsne`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tsne {
    /// How many neighbours a point looks at, softly; no more than a third of the other points are used.
    pub perplexity: f32,
    /// Rounds of gradient descent.
    pub epochs: usize,
    /// Decides where the points begin.
    pub seed: u64,
}

impl Default for Tsne {
    fn default() -> Self {
        Self { perplexity: 30.0, epochs: 1000, seed: 1 }
    }
}

/// How coarsely far points are seen as one; 0 would be exact.
const THETA: f32 = 0.5;
/// Fewer points have no neighbourhoods to keep.
const FEWEST: usize = 5;

/// Places in the plane for vectors `[points, dim]`, so that near vectors (by Euclidean distance) are near there:
/// t-distributed stochastic neighbour embedding (van der Maaten and Hinton 2008) in its Barnes-Hut form.
///
/// A seed gives the same places to the last bit, on any number of threads: the descent runs on one thread.
///
/// # Errors
/// [`Error::Figure`] when `vectors` are no whole number of rows, fewer than 5, or not all finite, or the perplexity
/// is not at least 1.
pub fn tsne(vectors: &[f32], dim: usize, settings: &Tsne) -> Result<Vec<[f32; 2]>> {
    let fault = |message: String| Err(Error::Figure { message });
    if dim == 0 || !vectors.len().is_multiple_of(dim) {
        return fault(format!("{} numbers are no vectors of {dim}", vectors.len()));
    }
    let rows: Vec<&[f32]> = vectors.chunks_exact(dim).collect();
    if rows.len() < FEWEST {
        return fault(format!("{} points, t-SNE needs at least {FEWEST}", rows.len()));
    }
    if let Some(at) = vectors.iter().position(|value| !value.is_finite()) {
        return fault(format!("point {} has a number that is not finite", at / dim + 1));
    }
    if !settings.perplexity.is_finite() || settings.perplexity < 1.0 {
        return fault(format!("a perplexity of {}, expected at least 1", settings.perplexity));
    }
    let perplexity = settings.perplexity.min((rows.len() - 1) as f32 / 3.0);
    let neighbours = nearest(&rows, ((3.0 * perplexity) as usize).clamp(1, rows.len() - 1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|fault| Error::Figure { message: format!("no thread for t-SNE: {fault}") })?;
    let places = pool.install(|| {
        let mut plane: tSNE<f32, &[f32]> = tSNE::new(&rows);
        plane
            .perplexity(perplexity)
            .epochs(settings.epochs)
            .initial_embedding(begin(rows.len(), settings.seed))
            .barnes_hut_with_neighbors(THETA, &neighbours);
        plane.embedding()
    });
    Ok(places.as_chunks::<2>().0.to_vec())
}

/// Each point's `count` nearest others, nearest first, ties by number.
fn nearest(rows: &[&[f32]], count: usize) -> Vec<Vec<Neighbor<f32>>> {
    let of = |at: usize| {
        let mut all: Vec<Neighbor<f32>> = (0..rows.len())
            .filter(|&index| index != at)
            .map(|index| Neighbor { index, distance: distance(rows[at], rows[index]) })
            .collect();
        let order = |a: &Neighbor<f32>, b: &Neighbor<f32>| {
            a.distance.total_cmp(&b.distance).then(a.index.cmp(&b.index))
        };
        all.select_nth_unstable_by(count - 1, order);
        all.truncate(count);
        all.sort_unstable_by(order);
        all
    };
    (0..rows.len()).into_par_iter().map(of).collect()
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f32>().sqrt()
}

/// Places close to the middle: near enough normal, of deviation 0.0001, by twelve uniform draws less six.
fn begin(points: usize, seed: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0;
    (0..2 * points).map(|_| 1e-4 * normal()).collect()
}
