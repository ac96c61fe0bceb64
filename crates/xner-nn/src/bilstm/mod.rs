//! The bidirectional LSTM over packed sequences.

mod autodiff;
#[cfg(feature = "flex")]
mod flex;
mod inputs;
#[cfg(feature = "flex")]
mod kernel;
mod layer;
#[cfg(feature = "flex")]
mod native;
mod ops;
mod spec;
pub(crate) mod tensor_body;

pub use inputs::BiLstmInputs;
pub use layer::{BiLstm, BiLstmConfig};
pub use ops::{BiLstmGradient, BiLstmOps};
pub use spec::{BiLstmSpec, Emit};

#[cfg(all(test, feature = "flex"))]
mod tests;
