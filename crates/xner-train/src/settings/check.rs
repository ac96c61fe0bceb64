//! Ranges of settings.

use std::fmt::Display;

use crate::{Error, Result};

/// At least one.
///
/// # Errors
/// [`Error::Setting`] with the key.
pub fn positive(key: &str, value: usize) -> Result<()> {
    if value == 0 { Err(Error::setting(key, "is 0, expected at least 1")) } else { Ok(()) }
}

/// At least one, where it is given.
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
