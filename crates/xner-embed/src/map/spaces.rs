//! The two spaces as learning sees them: normalised, limited, the one that moves and the one that stays.

use super::Pair;
use super::config::{Direction, MapConfig};
use crate::check::same_dims;
use crate::linalg::{Matrix, apply};
use crate::normalise::{Fitted, into_unit_rows};
use crate::{Error, Result, Rows, Vectors};

/// Source and target after normalisation, the first `limit` words of each.
#[derive(Debug)]
pub(super) struct Spaces {
    dim: usize,
    moving: Vec<f32>,
    fixed: Vec<f32>,
    fixed_unit: Vec<f32>,
    direction: Direction,
    pub(super) source_steps: Fitted,
    pub(super) target_steps: Fitted,
}

impl Spaces {
    pub(super) fn new(source: &Vectors, target: &Vectors, config: &MapConfig) -> Result<Self> {
        for (vectors, what) in [(source, "source vectors"), (target, "target vectors")] {
            if vectors.is_empty() {
                return Err(Error::unmappable(what, "there are none"));
            }
            if vectors.data().iter().all(|&x| x == 0.0) {
                return Err(Error::unmappable(what, "all are zero"));
            }
        }
        same_dims(source.dim(), target.dim())?;
        let dim = source.dim();
        let fit = |vectors: &Vectors| {
            let mut data = vectors.rows().head(config.limit).data().to_vec();
            let fitted = Fitted::fit(&mut data, dim, &config.normalise)?;
            Ok::<_, Error>((data, fitted))
        };
        let ((source, source_steps), (target, target_steps)) = (fit(source)?, fit(target)?);
        let (moving, fixed) = match config.direction {
            Direction::SourceToTarget => (source, target),
            Direction::TargetToSource => (target, source),
        };
        let fixed_unit = into_unit_rows(fixed.clone(), dim);
        Ok(Self { dim, moving, fixed, fixed_unit, direction: config.direction, source_steps, target_steps })
    }

    pub(super) fn dim(&self) -> usize {
        self.dim
    }

    /// The vectors that move.
    pub(super) fn moving(&self) -> Rows<'_> {
        Rows::new(&self.moving, self.dim)
    }

    /// The vectors that stay.
    pub(super) fn fixed(&self) -> Rows<'_> {
        Rows::new(&self.fixed, self.dim)
    }

    /// The vectors that stay, each of unit length.
    pub(super) fn fixed_unit(&self) -> Rows<'_> {
        Rows::new(&self.fixed_unit, self.dim)
    }

    /// The vectors that move, mapped, each of unit length.
    pub(super) fn moved_unit(&self, w: &Matrix) -> Vec<f32> {
        into_unit_rows(apply(self.moving(), w), self.dim)
    }

    /// What belongs to the side that moves and to the side that stays, as source's and target's, or the other way
    /// round: exchanging or not is all that there is to it.
    pub(super) fn oriented<T>(&self, first: T, second: T) -> (T, T) {
        match self.direction {
            Direction::SourceToTarget => (first, second),
            Direction::TargetToSource => (second, first),
        }
    }

    /// Pairs of source and target as pairs of moving and fixed, or the other way round.
    pub(super) fn oriented_pairs(&self, pairs: Vec<Pair>) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = pairs.into_iter().map(|(i, j)| self.oriented(i, j)).collect();
        pairs.sort_unstable();
        pairs
    }
}
