//! t-SNE of vectors.

use bhtsne::{Neighbor, tSNE};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::error::refuse;
use crate::{Error, Result};

/// Settings of [`tsne`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tsne {
    /// About how many neighbours a point stays near to. At most a third of the other points is used.
    pub perplexity: f32,
    /// Rounds of gradient descent.
    pub epochs: usize,
    /// The seed of the places at which the points begin.
    pub seed: u64,
}

impl Default for Tsne {
    fn default() -> Self {
        Self { perplexity: 30.0, epochs: 1000, seed: 1 }
    }
}

/// How coarsely far points are taken as one. 0 would be exact.
const THETA: f32 = 0.5;
/// The least number of points. Fewer have no neighbourhoods to keep.
const FEWEST: usize = 5;

/// Places in the plane for vectors `[points, dim]`. Vectors that are near each other (by Euclidean distance) get
/// places that are near each other. This is t-distributed stochastic neighbour embedding (van der Maaten and Hinton
/// 2008) in its Barnes-Hut form.
///
/// A seed gives the same places to the last bit, on any number of threads: the descent runs on one thread.
///
/// # Errors
/// [`Error::Input`] when `vectors` are not a whole number of rows, are fewer than 5, or are not all finite, or when the
/// perplexity is less than 1. [`Error::Thread`] when the system gives no thread.
pub fn tsne(vectors: &[f32], dim: usize, settings: &Tsne) -> Result<Vec<[f32; 2]>> {
    if dim == 0 || !vectors.len().is_multiple_of(dim) {
        return refuse(format!("{} numbers are no vectors of {dim}", vectors.len()));
    }
    let rows: Vec<&[f32]> = vectors.chunks_exact(dim).collect();
    if rows.len() < FEWEST {
        return refuse(format!("{} points, t-SNE needs at least {FEWEST}", rows.len()));
    }
    if let Some(at) = vectors.iter().position(|value| !value.is_finite()) {
        return refuse(format!("point {} has a number that is not finite", at / dim + 1));
    }
    if !settings.perplexity.is_finite() || settings.perplexity < 1.0 {
        return refuse(format!("a perplexity of {}, expected at least 1", settings.perplexity));
    }
    let perplexity = settings.perplexity.min((rows.len() - 1) as f32 / 3.0);
    let neighbours = nearest(&rows, ((3.0 * perplexity) as usize).clamp(1, rows.len() - 1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.map_err(|fault| Error::Thread { message: fault.to_string() })?;
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

/// The `count` nearest other points of each point, the nearest first. Of equally near ones the first by index.
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

/// Places close to the middle, drawn nearly normally with deviation 0.0001: each is twelve uniform draws less six.
fn begin(points: usize, seed: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0;
    (0..2 * points).map(|_| 1e-4 * normal()).collect()
}
