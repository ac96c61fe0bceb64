//! The backends that the taggers run on.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;

use crate::{BiLstmOps, CrfOps, EncoderOps, OptimiserOps, TanhOps};

/// A backend with every operation that our models need.
pub trait NerBackend: BiLstmOps + CrfOps + TanhOps + EncoderOps + OptimiserOps {
    /// Whether calls of several threads run at the same time. An accelerator runs one after another.
    const ON_CPU: bool = false;
}

#[cfg(feature = "flex")]
impl NerBackend for burn_flex::Flex {
    const ON_CPU: bool = true;
}

impl<B: NerBackend, C: CheckpointStrategy> NerBackend for Autodiff<B, C> {
    const ON_CPU: bool = B::ON_CPU;
}

/// Backends that run the tensor bodies.
#[allow(unused_macros, reason = "used for each accelerator whose feature is on")]
macro_rules! tensor_bodies {
    ($backend:ty) => {
        impl BiLstmOps for $backend {}
        impl CrfOps for $backend {}
        impl TanhOps for $backend {}
        impl EncoderOps for $backend {}
        impl OptimiserOps for $backend {}
        impl NerBackend for $backend {}
    };
}

#[cfg(feature = "cuda")]
tensor_bodies!(burn::backend::Cuda);

#[cfg(feature = "wgpu")]
tensor_bodies!(burn::backend::Wgpu);
