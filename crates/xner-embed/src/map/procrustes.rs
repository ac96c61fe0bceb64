//! The orthogonal Procrustes problem.

use super::Pair;
use crate::check::same_dims;
use crate::linalg::{Matrix, cross, svd};
use crate::{Error, Result, Rows};

/// The orthogonal `W`, `[dim, dim]`, with the smallest `Σ ‖x_i W − z_j‖²` over the pairs `(i, j)`.
///
/// With `U S Vᵀ = SVD(Xᵀ Z)` it is `W = U Vᵀ`. Equation 5 of Bari et al. 2020 is the same seen from the other side:
/// `W = V Uᵀ` of the same decomposition maps rows of `Z` onto those of `X`. The orthogonal group is meant, rotations
/// and reflections alike: two spaces that were learnt apart may be mirror images.
///
/// ```
/// use xner_embed::{Rows, map::procrustes};
///
/// // A quarter turn: (1, 0) becomes (0, 1), (0, 1) becomes (-1, 0).
/// let (x, z) = ([1.0, 0.0, 0.0, 1.0], [0.0, 1.0, -1.0, 0.0]);
/// let w = procrustes(Rows::new(&x, 2), Rows::new(&z, 2), &[(0, 0), (1, 1)])?;
/// let turn = [0.0, 1.0, -1.0, 0.0];
/// assert!(w.data().iter().zip(turn).all(|(a, b): (&f64, f64)| (a - b).abs() < 1e-12));
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unmappable`] when there is no pair, [`Error::Incompatible`] when the dimensions disagree,
/// [`Error::NotFinite`] when a number of a pair is NaN or infinite.
///
/// # Panics
/// When a pair names a row that does not exist.
pub fn procrustes(x: Rows<'_>, z: Rows<'_>, pairs: &[Pair]) -> Result<Matrix> {
    if pairs.is_empty() {
        return Err(Error::unmappable("dictionary", "no pair to learn from"));
    }
    same_dims(x.dim(), z.dim())?;
    Ok(svd(&cross(x, z, pairs))?.rotation())
}
