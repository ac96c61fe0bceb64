//! The loss of a linear-chain CRF over packed sequences.

mod autodiff;
#[cfg(feature = "flex")]
mod flex;
mod layer;
mod ops;
mod tensor_body;

pub use layer::{Crf, Reduction};
pub use ops::{CrfGradient, CrfInputs, CrfOps};

#[cfg(all(test, feature = "flex"))]
mod tests;
