//! Singular values and vectors.

use super::Matrix;
use crate::{Error, Result};

/// A singular value decomposition `A = U diag(s) Vᵀ` of a matrix `[m, n]`; `r` is the smaller of both.
#[derive(Debug, Clone, PartialEq)]
pub struct Svd {
    /// The left singular vectors as columns, `[m, r]`, orthonormal.
    pub u: Matrix,
    /// The singular values, `[r]`, from large to small, none negative.
    pub s: Vec<f64>,
    /// The right singular vectors as columns, `[n, r]`, orthonormal.
    pub v: Matrix,
}

impl Svd {
    /// `U Vᵀ`: of a square matrix the orthogonal matrix nearest to it. For `A = Xᵀ Z` this is the solution of the
    /// Procrustes problem, the orthogonal `W` with the smallest `‖X W − Z‖`.
    pub fn rotation(&self) -> Matrix {
        self.u.product(&self.v.transposed())
    }

    /// `A` made again from its parts.
    pub fn rebuilt(&self) -> Matrix {
        self.u.scaled_columns(&self.s).product(&self.v.transposed())
    }

    /// Decides the sign that a pair of vectors leaves open: of each left vector the entry largest in absolute
    /// value is positive (the first of equals). So all backends agree.
    fn signed(mut self) -> Self {
        for j in 0..self.s.len() {
            let column = self.u.column(j);
            // Entries that differ by rounding alone must not decide, or two backends would disagree.
            let largest = column.iter().fold(0.0, |most: f64, x| most.max(x.abs())) * (1.0 - 1e-9);
            if column.iter().find(|x| x.abs() >= largest).is_some_and(|&x| x < 0.0) {
                for matrix in [&mut self.u, &mut self.v] {
                    let cols = matrix.cols();
                    for x in matrix.data_mut().iter_mut().skip(j).step_by(cols) {
                        *x = -*x;
                    }
                }
            }
        }
        self
    }
}

/// The thin singular value decomposition of `a`, `[m, n]`: by faer, or under the feature `lapack` by the system's
/// `OpenBLAS`. faer works on one thread here, so that the same input gives the same bytes with any number of them;
/// `OpenBLAS` divides the work over as many as `OPENBLAS_NUM_THREADS` says, which may change the last bits.
///
/// # Errors
/// [`Error::NotFinite`] when a number is NaN or infinite, [`Error::NoConvergence`] when the iteration does not end.
pub fn svd(a: &Matrix) -> Result<Svd> {
    if let Some(at) = a.data().iter().position(|x| !x.is_finite()) {
        return Err(Error::NotFinite { what: "matrix to decompose".to_owned(), row: at / a.cols() });
    }
    if a.data().is_empty() {
        return Ok(Svd { u: Matrix::zeros(a.rows(), 0), s: Vec::new(), v: Matrix::zeros(a.cols(), 0) });
    }
    decompose(a).map(Svd::signed).ok_or(Error::NoConvergence { rows: a.rows(), cols: a.cols() })
}

#[cfg(not(feature = "lapack"))]
fn decompose(a: &Matrix) -> Option<Svd> {
    use faer::dyn_stack::{MemBuffer, MemStack};
    use faer::linalg::svd::{ComputeSvdVectors::Thin, svd, svd_scratch};
    use faer::{Mat, Par, Spec};

    let (m, n) = (a.rows(), a.cols());
    let size = m.min(n);
    let (mut u, mut v) = (Mat::zeros(m, size), Mat::zeros(n, size));
    let mut s = faer::diag::Diag::zeros(size);
    // With rayon the bytes would depend on the number of threads.
    let par = Par::Seq;
    let mut memory = MemBuffer::new(svd_scratch::<f64>(m, n, Thin, Thin, par, Spec::default()));
    let stack = MemStack::new(&mut memory);
    svd(a.view(), s.as_mut(), Some(u.as_mut()), Some(v.as_mut()), par, stack, Spec::default()).ok()?;
    let matrix = |from: Mat<f64>| Matrix::from_fn(from.nrows(), from.ncols(), |i, j| from[(i, j)]);
    let s = s.column_vector().iter().copied().collect();
    Some(Svd { u: matrix(u), s, v: matrix(v) })
}

#[cfg(feature = "lapack")]
fn decompose(a: &Matrix) -> Option<Svd> {
    use ndarray::Array2;
    use ndarray_linalg::{JobSvd, SVDDC};

    let array = Array2::from_shape_vec((a.rows(), a.cols()), a.data().to_vec()).ok()?;
    let (u, s, v) = array.svddc(JobSvd::Some).ok()?;
    let (u, v) = (u?, v?);
    let size = s.len();
    let u = Matrix::from_fn(a.rows(), size, |i, j| u[(i, j)]);
    let v = Matrix::from_fn(a.cols(), size, |i, j| v[(j, i)]);
    Some(Svd { u, s: s.to_vec(), v })
}
