//! The loss of a linear-chain CRF over packed sequences.

mod autodiff;
#[cfg(feature = "flex")]
mod flex;
mod inputs;
mod layer;
mod ops;
mod tensor_body;

pub use inputs::CrfInputs;
pub use layer::{Crf, Reduction};
pub use ops::{CrfGradient, CrfOps};

#[cfg(all(test, feature = "flex"))]
mod tests;
