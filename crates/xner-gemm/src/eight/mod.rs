//! Products in 8 bits: weights quantised beforehand by output column, inputs by row as they come.
//!
//! A weight is `scale * q` with a whole `q` from -127 to 127 and a scale for its column; an input likewise with a scale
//! for its row. Sums of products are whole numbers in 32 bits and exact, so that every processor gives the same result.

#[cfg(target_arch = "x86_64")]
mod amx;
mod columns;
mod rows;
mod simd;

pub use columns::Columns8;
pub use rows::Rows8;
pub use simd::Level;

/// Columns of a panel: three vectors of 16 whole numbers.
pub(crate) const PANEL: usize = 48;
/// Rows that are multiplied with a panel at a time.
pub(crate) const ROWS: usize = 32;
/// Inputs that one instruction sums up.
pub(crate) const GROUP: usize = 4;
/// The most inputs whose sum fits 32 bits: 255 · 127 · inputs < 2³¹.
pub const MOST_INPUTS: usize = 65_536;
