//! The backends that train.

use burn::tensor::backend::AutodiffBackend;
use xner_nn::NerBackend;

/// A backend with gradients that has every operation of our models, as its inner backend has.
///
/// It stands for `A: AutodiffBackend + NerBackend, A::InnerBackend: NerBackend`.
pub trait TrainBackend: AutodiffBackend<InnerBackend: NerBackend> + NerBackend {}

impl<A: AutodiffBackend<InnerBackend: NerBackend> + NerBackend> TrainBackend for A {}
