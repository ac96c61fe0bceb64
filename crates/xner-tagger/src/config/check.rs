//! Ranges of settings.

use crate::{Error, Result};

/// At least one.
pub(super) fn positive(key: &str, value: usize) -> Result<()> {
    if value == 0 { Err(Error::setting(key, "is 0, expected at least 1")) } else { Ok(()) }
}

/// A share that leaves something over: in `0..1`.
pub(super) fn share(key: &str, value: f32) -> Result<()> {
    if (0.0..1.0).contains(&value) {
        Ok(())
    } else {
        Err(Error::setting(key, format!("is {value}, expected at least 0 and below 1")))
    }
}

/// A finite number above 0.
pub(super) fn above_zero(key: &str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(Error::setting(key, format!("is {value}, expected a finite number above 0")))
    }
}

/// A finite number, 0 or above.
pub(super) fn not_negative(key: &str, value: f64) -> Result<()> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(Error::setting(key, format!("is {value}, expected a finite number, 0 or above")))
    }
}
