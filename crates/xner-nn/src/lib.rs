#![doc = include_str!("../README.md")]
#![allow(clippy::inline_always, reason = "vector kernels are compiled into each instruction set's entry")]

mod adam;
mod backend;
mod bilstm;
mod building;
mod crf;
pub mod device;
mod encoder;
#[cfg(feature = "flex")]
mod flex;
pub mod init;
mod packing;
mod rows;
#[cfg(feature = "flex")]
mod simd;
mod tanh;

pub use adam::{Adam, AdamState, OptimiserOps, SquareSum, clip_factor};
pub use backend::NerBackend;
pub use bilstm::{BiLstm, BiLstmConfig, BiLstmGradient, BiLstmInputs, BiLstmOps, BiLstmSpec, Emit};
pub use building::Building;
pub use crf::{Crf, CrfGradient, CrfInputs, CrfOps, Reduction};
#[cfg(feature = "flex")]
pub use encoder::release_buffers;
pub use encoder::{
    Biases, DropoutSites, EncoderDropout, EncoderForm, EncoderGradient, EncoderGradients, EncoderInputs,
    EncoderLayer, EncoderLayerConfig, EncoderOps, EncoderSpec, FixedLayer, Hold, MatrixRows, Norms,
    PARAMETERS as ENCODER_PARAMETERS, Precision, ReadyLayer, RequiredGradients,
};
pub use packing::Packing;
pub use rows::standardised;
pub use tanh::{TanhOps, tanh};
