#![doc = include_str!("../README.md")]
#![allow(clippy::inline_always, reason = "vector kernels are compiled into each instruction set's entry")]

mod batch;
mod buffer;
mod constraints;
mod crf;
mod emissions;
mod error;
mod k_best;
mod layout;
mod linear;
mod logarithmic;
mod parameters;
mod posterior;
mod simd;
mod tables;
mod trellis;
mod viterbi;

pub use batch::Gradient;
pub use constraints::Constraints;
pub use crf::Crf;
pub use emissions::Emissions;
pub use error::{Error, Result};
pub use layout::Layout;
pub use parameters::Parameters;
pub use posterior::Posterior;
pub use viterbi::Path;
