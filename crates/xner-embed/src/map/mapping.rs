//! A mapping: what is done to source and target vectors to bring them into one space.

use super::spaces::Spaces;
use crate::check::same_dim;
use crate::linalg::{Matrix, apply};
use crate::normalise::Fitted;
use crate::{Result, Rows, Vectors};

/// The mappings of both languages into their common space. The side that stays has the identity, unless whitening
/// and re-weighting moved both.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The source's matrix, `[dim, dim]`: a normalised source vector `x` becomes `x W`.
    pub source: Matrix,
    /// The target's matrix, `[dim, dim]`.
    pub target: Matrix,
    /// The source's normalisation, which comes first.
    pub source_steps: Fitted,
    /// The target's normalisation.
    pub target_steps: Fitted,
}

impl Mapping {
    pub(super) fn new(spaces: &Spaces, moving: Matrix, fixed: Matrix) -> Self {
        let (source, target) = spaces.oriented(moving, fixed);
        let (source_steps, target_steps) = (spaces.source_steps.clone(), spaces.target_steps.clone());
        Self { source, target, source_steps, target_steps }
    }

    /// The dimension of the vectors that it maps.
    pub fn dim(&self) -> usize {
        self.source.rows()
    }

    /// Any vectors of the source language in the common space: those that were learnt from, and others such as those
    /// of words that subwords alone make.
    ///
    /// # Errors
    /// [`Error::Incompatible`](crate::Error::Incompatible) when they have another dimension.
    pub fn apply_source(&self, vectors: &Vectors) -> Result<Vectors> {
        mapped(vectors, &self.source_steps, &self.source, "source vectors")
    }

    /// Any vectors of the target language in the common space.
    ///
    /// # Errors
    /// [`Error::Incompatible`](crate::Error::Incompatible) when they have another dimension.
    pub fn apply_target(&self, vectors: &Vectors) -> Result<Vectors> {
        mapped(vectors, &self.target_steps, &self.target, "target vectors")
    }
}

fn mapped(vectors: &Vectors, steps: &Fitted, w: &Matrix, what: &str) -> Result<Vectors> {
    same_dim(vectors.dim(), what, w.rows(), "mapping")?;
    let mut data = vectors.data().to_vec();
    steps.apply(&mut data);
    let data = if *w == Matrix::identity(w.rows()) { data } else { apply(Rows::new(&data, w.rows()), w) };
    vectors.with_data(w.cols(), data)
}
