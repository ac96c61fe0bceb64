//! Ranges of settings.

use std::fmt::Display;

use crate::{Error, Result};

/// The largest count of anything: of epochs, of sentences in a batch, of words.
pub const MOST: usize = 1_000_000_000;
/// The largest size of a layer, a vector or a window: of what memory is taken by.
pub const LARGEST: usize = 65_536;

/// At least one, and at most [`MOST`].
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn positive(key: &str, value: usize) -> Result<()> {
    within(key, value, MOST)
}

/// A size that memory is taken by: at least one, and at most [`LARGEST`].
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn size(key: &str, value: usize) -> Result<()> {
    within(key, value, LARGEST)
}

/// At most [`MOST`]; it may be 0.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn count(key: &str, value: usize) -> Result<()> {
    within(key, value.max(1), MOST)
}

fn within(key: &str, value: usize, most: usize) -> Result<()> {
    match value {
        0 => Err(Error::setting(key, "is 0, expected at least 1")),
        _ if value > most => Err(Error::setting(key, format!("is {value}, expected at most {most}"))),
        _ => Ok(()),
    }
}

/// At least one and at most [`MOST`], where it is given.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn positive_if_given(key: &str, value: Option<usize>) -> Result<()> {
    positive(key, value.unwrap_or(1))
}

/// A share of something, perhaps all of it: in `0..=1`.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn fraction(key: &str, value: impl Into<f64> + Display + Copy) -> Result<()> {
    number(key, value, |value| (0.0..=1.0).contains(&value), "at least 0 and at most 1")
}

/// A share that leaves something over: in `0..1`.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn share(key: &str, value: impl Into<f64> + Display + Copy) -> Result<()> {
    number(key, value, |value| (0.0..1.0).contains(&value), "at least 0 and below 1")
}

/// A finite number above 0.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn above_zero(key: &str, value: impl Into<f64> + Display + Copy) -> Result<()> {
    number(key, value, |value| value.is_finite() && value > 0.0, "a finite number above 0")
}

/// A finite number, 0 or above.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn not_negative(key: &str, value: impl Into<f64> + Display + Copy) -> Result<()> {
    number(key, value, |value| value.is_finite() && value >= 0.0, "a finite number, 0 or above")
}

/// A number for which `holds`; `expected` says which those are.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn number(
    key: &str,
    value: impl Into<f64> + Display + Copy,
    holds: impl Fn(f64) -> bool,
    expected: &str,
) -> Result<()> {
    if holds(value.into()) {
        Ok(())
    } else {
        Err(Error::setting(key, format!("is {value}, expected {expected}")))
    }
}
