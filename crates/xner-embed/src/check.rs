//! Checks that more than one module makes.

use rayon::prelude::*;

use crate::rows::square;
use crate::{Error, Result, Rows};

/// Two things of one dimension.
pub(crate) fn same_dim(left: usize, left_name: &str, right: usize, right_name: &str) -> Result<()> {
    if left == right {
        return Ok(());
    }
    Err(Error::Incompatible {
        left,
        left_name: left_name.to_owned(),
        right,
        right_name: right_name.to_owned(),
    })
}

/// Source and target vectors of one dimension.
pub(crate) fn same_dims(source: usize, target: usize) -> Result<()> {
    same_dim(source, "source vectors", target, "target vectors")
}

/// The largest squared length of a row.
///
/// # Errors
/// [`Error::NotFinite`] with the first row that has a number that is not finite.
pub(crate) fn largest_square(rows: Rows<'_>, what: &str) -> Result<f64> {
    let largest = rows
        .data()
        .par_chunks_exact(rows.dim())
        .enumerate()
        .map(|(at, row)| Some(square(row)).filter(|sum| sum.is_finite()).ok_or(at))
        .collect::<Vec<_>>();
    let mut most = 0.0_f64;
    for row in largest {
        most = most.max(row.map_err(|row| Error::NotFinite { what: what.to_owned(), row })?);
    }
    Ok(most)
}
