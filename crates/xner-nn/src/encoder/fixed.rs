//! A layer that is trained no further.

use std::ops::Deref;
use std::sync::OnceLock;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorPrimitive};

use super::ops::{EncoderOps, ReadyLayer};
use super::{EncoderLayer, EncoderSpec};

/// An [`EncoderLayer`] for tagging, whose weights do not change. On a backend that gains by it, the first call puts the
/// weights in order for all later calls. They are then held twice.
#[derive(Debug)]
pub struct FixedLayer<B: Backend> {
    layer: EncoderLayer<B>,
    ready: OnceLock<Option<ReadyLayer<B>>>,
}

impl<B: EncoderOps> FixedLayer<B> {
    /// As [`EncoderLayer::forward`].
    ///
    /// # Panics
    /// When `x` does not fit the spec's lengths or the layer, or the heads the width.
    pub fn forward(&self, x: Tensor<B, 2>, spec: &EncoderSpec) -> Tensor<B, 2> {
        match self.ready.get_or_init(|| B::ready_layer(self.layer.parameters())) {
            Some(ready) if spec.dropout.is_none() => {
                let out = ready.call(spec, self.layer.checked(x, spec));
                Tensor::from_primitive(TensorPrimitive::Float(out))
            }
            _ => self.layer.forward(x, spec),
        }
    }
}

impl<B: Backend> FixedLayer<B> {
    /// A layer that serves only a few calls: nothing is made ready for more.
    pub fn passing(layer: EncoderLayer<B>) -> Self {
        Self { layer, ready: OnceLock::from(None) }
    }

    /// The layer, to be trained perhaps.
    pub fn into_inner(self) -> EncoderLayer<B> {
        self.layer
    }
}

impl<B: Backend> From<EncoderLayer<B>> for FixedLayer<B> {
    fn from(layer: EncoderLayer<B>) -> Self {
        Self { layer, ready: OnceLock::new() }
    }
}

impl<B: Backend> Deref for FixedLayer<B> {
    type Target = EncoderLayer<B>;
    fn deref(&self) -> &EncoderLayer<B> {
        &self.layer
    }
}

impl<B: Backend> Clone for FixedLayer<B> {
    fn clone(&self) -> Self {
        Self { layer: self.layer.clone(), ready: self.ready.clone() }
    }
}
