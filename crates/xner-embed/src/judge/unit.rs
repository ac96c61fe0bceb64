//! Rows of length one.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::check::same_dim;
use crate::{Result, Rows, Vectors};

/// So far from 1 may a squared length be and pass for 1: what single precision leaves after a division.
const TOLERANCE: f64 = 1e-6;

/// Source and target vectors of one dimension.
pub(crate) fn check_dims(source: &Vectors, target: &Vectors) -> Result<()> {
    same_dim(source.dim(), "source vectors", target.dim(), "target vectors")
}

/// The rows at length one, zero rows as they are: borrowed where all are so already, else a copy.
pub(crate) fn unit_rows(rows: Rows<'_>) -> Cow<'_, [f32]> {
    let dim = rows.dim();
    let square = |row: &[f32]| row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    let fits = |row: &[f32]| {
        let square = square(row);
        square == 0.0 || (square - 1.0).abs() <= TOLERANCE
    };
    if rows.data().par_chunks_exact(dim).all(fits) {
        return Cow::Borrowed(rows.data());
    }
    let mut data = rows.data().to_vec();
    data.par_chunks_exact_mut(dim).for_each(|row| {
        let square = square(row);
        if square > 0.0 {
            let factor = square.sqrt().recip();
            for x in row {
                *x = (f64::from(*x) * factor) as f32;
            }
        }
    });
    Cow::Owned(data)
}
