//! What chance reaches: whether a mapping found anything.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::config::{CriterionConfig, Induction, ProcrustesConfig};
use super::{criterion, induced_pairs, procrustes};
use crate::check::same_dims;
use crate::knn::Csls;
use crate::linalg::{Matrix, apply, svd};
use crate::normalise::into_unit_rows;
use crate::{Result, Rows};

/// So many of each side's most frequent words are looked at: enough to tell, and quick.
const WORDS: usize = 3000;
/// Fewer words say nothing: any rotation can be made to fit them.
const FEWEST: usize = 200;
/// Random rotations.
const STARTS: u64 = 3;
/// Iterations of Procrustes by which each is made better, as a mapping is.
const ITERATIONS: usize = 8;
/// So much of the way from what chance reaches to 1 a mapping must be above it.
const MARGIN: f64 = 0.05;

/// The criterion of two languages in one space beside what chance reaches on the same vectors.
///
/// A rotation that has nothing to do with the words still has neighbours, and iterated Procrustes brings them nearer.
/// So a mapping that found nothing has a criterion too, which nobody can tell from a good one alone. Here the vectors
/// of one side are turned by random rotations, each is made better by the same iterations, and the middle one of the
/// criteria reached is what chance gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Chance {
    /// The most frequent words of either side that were looked at.
    pub words: usize,
    /// The criterion of the two sides as they stand, over these words.
    pub criterion: f64,
    /// The criteria that random rotations reach, the lowest first.
    pub random: Vec<f64>,
    /// Whether the criterion is no better than chance: the mapping failed.
    pub failed: bool,
}

impl Chance {
    /// What chance reaches: the middle of [`Chance::random`].
    pub fn level(&self) -> f64 {
        self.random.get(self.random.len() / 2).copied().unwrap_or(-1.0)
    }

    /// The criterion below which a mapping counts as failed: 5 % of the way from what chance reaches to 1.
    pub fn limit(&self) -> f64 {
        self.level() + MARGIN * (1.0 - self.level())
    }

    /// What a person should know: how the criterion stands beside chance.
    pub fn told(&self) -> String {
        let (criterion, level, limit) = (self.criterion, self.level(), self.limit());
        if self.failed {
            format!(
                "the mapping failed: its criterion over the {} most frequent words is {criterion:.3}, and that of \
                 chance {level:.3} (a mapping counts from {limit:.3} on); its words are no translations",
                self.words
            )
        } else {
            format!(
                "criterion over the {} most frequent words {criterion:.3}, of chance {level:.3}",
                self.words
            )
        }
    }
}

/// Compares two sides that are meant to stand in one space with what chance reaches. Nothing where there are too few
/// words to tell: fewer than 200, or than twice the dimensions. `seed` decides the random rotations.
///
/// # Errors
/// [`crate::Error::Incompatible`] when the dimensions disagree, [`crate::Error::NotFinite`] when a number is NaN or
/// infinite.
pub fn chance(
    moved: Rows<'_>,
    fixed: Rows<'_>,
    config: &CriterionConfig,
    seed: u64,
) -> Result<Option<Chance>> {
    same_dims(moved.dim(), fixed.dim())?;
    let (dim, words) = (moved.dim(), WORDS.min(config.words));
    let [moved, fixed] = [moved, fixed].map(|rows| rows.head(words));
    if moved.len().min(fixed.len()) < FEWEST.max(2 * dim) {
        return Ok(None);
    }
    let [moved, fixed] = [moved, fixed].map(|rows| into_unit_rows(rows.data().to_vec(), dim));
    let [moved, fixed] = [&moved, &fixed].map(|data| Rows::new(data, dim));
    let own = criterion::of_csls(&Csls::new(moved, fixed, config.neighbours)?, config);
    let mut random = Vec::new();
    for start in 0..STARTS {
        random.push(refined(moved, fixed, rotation(dim, seed, start)?, config)?);
    }
    random.sort_by(f64::total_cmp);
    let words = moved.len().max(fixed.len());
    let mut found = Chance { words, criterion: own, random, failed: false };
    found.failed = own < found.limit();
    Ok(Some(found))
}

/// The best criterion on the way from a rotation by iterated Procrustes.
fn refined(moved: Rows<'_>, fixed: Rows<'_>, mut w: Matrix, config: &CriterionConfig) -> Result<f64> {
    let how = ProcrustesConfig {
        rank_limit: 0,
        induction: Induction::Intersection,
        max_size: 0,
        neighbours: config.neighbours,
        ..ProcrustesConfig::default()
    };
    let mut best = -1.0_f64;
    for _ in 0..ITERATIONS {
        let turned = into_unit_rows(apply(moved, &w), moved.dim());
        let csls = Csls::new(Rows::new(&turned, moved.dim()), fixed, config.neighbours)?;
        best = best.max(criterion::of_csls(&csls, config));
        let pairs = induced_pairs(&csls, &how);
        if pairs.is_empty() {
            break;
        }
        w = procrustes(moved, fixed, &pairs)?;
    }
    Ok(best)
}

/// A random rotation or reflection, each as likely as any other: the orthogonal part of normal numbers.
fn rotation(dim: usize, seed: u64, start: u64) -> Result<Matrix> {
    let mut key = [0; 32];
    for (part, value) in [seed, 3, start].into_iter().enumerate() {
        key[part * 8..][..8].copy_from_slice(&value.to_le_bytes());
    }
    let mut rng = ChaCha8Rng::from_seed(key);
    let mut normal = || {
        // Box and Muller; the first is never 0.
        let (a, b) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    };
    Ok(svd(&Matrix::from_fn(dim, dim, |_, _| normal()))?.rotation())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Words that lie about some centres, as words of one meaning do.
    fn words(count: usize, dim: usize, seed: u64) -> Vec<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = |scale: f32| -> Vec<f32> {
            (0..dim).map(|at| scale * (rng.random::<f32>() - 0.5) / (1.0 + at as f32).sqrt()).collect()
        };
        let centres: Vec<Vec<f32>> = (0..20).map(|_| draw(2.0)).collect();
        (0..count)
            .flat_map(|at| draw(1.0).into_iter().zip(centres[at % 20].clone()).map(|(a, b)| a + b))
            .collect()
    }

    #[test]
    fn a_rotation_is_one_and_the_seed_decides_it() {
        let q = rotation(7, 1, 0).unwrap();
        assert!(q.product(&q.transposed()).distance(&Matrix::identity(7)) < 1e-9);
        assert_eq!(q, rotation(7, 1, 0).unwrap());
        assert!(q.distance(&rotation(7, 2, 0).unwrap()) > 0.1);
    }

    #[test]
    fn what_is_in_one_space_is_told_from_what_is_not() {
        let (dim, config) = (20, CriterionConfig::default());
        let own = words(600, dim, 1);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let near: Vec<f32> = own.iter().map(|x| x + 0.1 * (rng.random::<f32>() - 0.5)).collect();
        let of =
            |other: &[f32]| chance(Rows::new(&own, dim), Rows::new(other, dim), &config, 1).unwrap().unwrap();
        let good = of(&near);
        assert!(!good.failed && good.criterion > 0.9, "{good:?}");
        // The same words in a space of its own, and other words altogether.
        let turned = apply(Rows::new(&near, dim), &rotation(dim, 9, 9).unwrap());
        for other in [turned, words(600, dim, 77)] {
            let bad = of(&other);
            assert!(bad.failed && bad.told().starts_with("the mapping failed"), "{bad:?}");
            assert_eq!(bad, of(&other));
        }
        let few = chance(Rows::new(&own[..dim * 100], dim), Rows::new(&near, dim), &config, 1).unwrap();
        assert_eq!(few, None);
    }
}
