//! Principal directions.

use crate::linalg::{apply, scatter, svd};
use crate::normalise::mean;
use crate::{Error, Result, Rows, Vectors};

/// The vectors around their mean, in the directions in which they vary most, `dim` of them.
///
/// The directions are those of the covariance's largest eigenvalues, strongest first; the sign of each is fixed as
/// [`svd`] does it. With as many directions as the vectors have dimensions this is a rotation around the mean.
///
/// # Errors
/// [`Error::PcaDimension`] when `dim` is 0 or above the vectors' dimension.
pub fn pca(vectors: &Vectors, dim: usize) -> Result<Vectors> {
    if dim == 0 || dim > vectors.dim() {
        return Err(Error::PcaDimension { dim, of: vectors.dim() });
    }
    let mean = mean(vectors.rows());
    let directions = svd(&scatter(vectors.rows(), &mean))?.u.head_columns(dim);
    let mut data = apply(vectors.rows(), &directions);
    let origin = apply(Rows::new(&mean, vectors.dim()), &directions);
    data.chunks_exact_mut(dim).for_each(|row| row.iter_mut().zip(&origin).for_each(|(x, m)| *x -= m));
    vectors.with_data(dim, data)
}
