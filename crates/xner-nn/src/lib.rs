//! Layers and fused sequence operations on burn, generic over its `Backend`.
//!
//! Sequences of unequal lengths are laid out without padding by [`Packing`]; [`BiLstm`] and [`Crf`] run over
//! packed rows. Each is an operation of the backend ([`BiLstmOps`], [`CrfOps`]) with a body in tensor
//! operations for every backend, a native body for the CPU (`flex`) and a hand-written gradient for autodiff.
//! [`NerBackend`] is the sum of what a model needs.

mod backend;
mod bilstm;
mod crf;
#[cfg(feature = "flex")]
mod flex;
pub mod init;
mod packing;
#[cfg(feature = "flex")]
mod product;
#[cfg(feature = "flex")]
mod simd;
mod tanh;

pub use backend::NerBackend;
pub use bilstm::{BiLstm, BiLstmConfig, BiLstmGradient, BiLstmInputs, BiLstmOps, BiLstmSpec, Emit};
pub use crf::{Crf, CrfGradient, CrfInputs, CrfOps, Reduction};
pub use packing::Packing;
pub use tanh::{TanhOps, tanh};
