//! A transformer encoder's layer over packed sentences (Vaswani et al. 2017), in the form that an architecture gives
//! it.

mod autodiff;
mod fixed;
#[cfg(feature = "flex")]
mod flex;
mod form;
mod inputs;
mod layer;
#[cfg(feature = "flex")]
mod native;
mod noise;
mod ops;
mod precision;
mod spec;
mod tensor_body;
#[cfg(all(test, feature = "flex"))]
mod tests;

pub use fixed::{FixedLayer, Hold};
pub use form::{Biases, DropoutSites, EncoderForm, Norms};
pub use inputs::{EncoderInputs, PARAMETERS};
pub use layer::{EncoderLayer, EncoderLayerConfig};
#[cfg(feature = "flex")]
pub use native::release_buffers;
pub use ops::{EncoderGradient, EncoderGradients, EncoderOps, MatrixRows, ReadyLayer, RequiredGradients};
pub use precision::Precision;
pub use spec::{EncoderDropout, EncoderSpec};
