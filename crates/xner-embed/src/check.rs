//! Checks that more than one module makes.

use std::fmt::Display;

use rayon::prelude::*;

use crate::rows::square;
use crate::{Error, Result, Rows};

/// The largest count of anything.
const MOST: usize = 1_000_000_000;

/// A count of at least 1, and at most [`MOST`].
pub(crate) fn at_least_one(key: &str, value: usize) -> Result<()> {
    match value {
        0 => Err(Error::config(key, "is 0, expected at least 1")),
        _ if value > MOST => Err(Error::config(key, format!("is {value}, expected at most {MOST}"))),
        _ => Ok(()),
    }
}

/// `value` is a finite number for which `holds`; `range` says which those are.
pub(crate) fn number(
    key: &str,
    value: impl Into<f64> + Display + Copy,
    holds: impl Fn(f64) -> bool,
    range: &str,
) -> Result<()> {
    let (number, fault) = (value.into(), || Error::config(key, format!("is {value}, expected {range}")));
    if number.is_finite() && holds(number) { Ok(()) } else { Err(fault()) }
}

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
    let squares: Vec<f64> = rows.data().par_chunks_exact(rows.dim()).map(square).collect();
    match squares.iter().position(|sum| !sum.is_finite()) {
        Some(row) => Err(Error::NotFinite { what: what.to_owned(), row }),
        None => Ok(squares.into_iter().fold(0.0, f64::max)),
    }
}
