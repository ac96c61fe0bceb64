//! Bringing two languages' vectors into one space.

#[cfg(feature = "adversarial")]
pub mod adversarial;
