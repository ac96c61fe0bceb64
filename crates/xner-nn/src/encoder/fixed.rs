//! A layer that is trained no further.

use std::borrow::Cow;
use std::sync::OnceLock;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorPrimitive};

use super::ops::{EncoderOps, MatrixRows, ReadyLayer};
use super::{EncoderLayer, EncoderSpec, Precision};

/// How a layer for tagging holds its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// As they are, and in order beside that from the first call on: it may be trained yet.
    Both,
    /// Once, in this precision.
    Once(Precision),
}

impl Hold {
    /// The layer so held.
    pub fn layer<B: EncoderOps>(self, layer: EncoderLayer<B>) -> FixedLayer<B> {
        match self {
            Self::Both => FixedLayer::from(layer),
            Self::Once(precision) => FixedLayer::once(layer, precision),
        }
    }
}

/// An [`EncoderLayer`] for tagging, whose weights do not change. A backend that gains by it puts the weights in order.
#[derive(Debug)]
pub struct FixedLayer<B: Backend>(Held<B>);

#[derive(Debug, Clone)]
enum Held<B: Backend> {
    /// The layer; the first call puts the weights in order, a second copy, for all later calls.
    Both(EncoderLayer<B>, OnceLock<Option<ReadyLayer<B>>>),
    /// The weights in order, and the layer without them.
    Ready(ReadyLayer<B>, EncoderLayer<B>),
}

impl<B: EncoderOps> FixedLayer<B> {
    /// A layer whose weights are held once, in order where the backend gains by it, in a precision.
    pub fn once(layer: EncoderLayer<B>, precision: Precision) -> Self {
        match B::ready_layer(layer.parameters(), precision) {
            Some(ready) => Self(Held::Ready(ready, layer.hollow())),
            None => Self::passing(layer),
        }
    }

    /// A layer with matrices in 8 bits, in the order of [`EncoderOps::ready_layer_of`], from a backend that computes in
    /// 8 bits; of `layer` its biases and norms count. Else none.
    pub fn of_eight(layer: &EncoderLayer<B>, matrices: &[MatrixRows; 4]) -> Option<Self> {
        let ready = B::ready_layer_of(layer.parameters(), matrices)?;
        Some(Self(Held::Ready(ready, layer.hollow())))
    }

    /// As [`EncoderLayer::forward`].
    ///
    /// # Panics
    /// When `x` does not fit the spec's lengths or the layer, or the heads the width.
    pub fn forward(&self, x: Tensor<B, 2>, spec: &EncoderSpec) -> Tensor<B, 2> {
        let ready = match &self.0 {
            Held::Both(layer, ready) => {
                let ready = ready.get_or_init(|| B::ready_layer(layer.parameters(), Precision::Full));
                let Some(ready) = ready.as_ref().filter(|_| spec.dropout.is_none()) else {
                    return layer.forward(x, spec);
                };
                ready
            }
            Held::Ready(..) if spec.dropout.is_some() => return self.layer().forward(x, spec),
            Held::Ready(ready, _) => ready,
        };
        let width = ready.width();
        let out = ready.call(spec, EncoderLayer::checked(x, spec, width));
        Tensor::from_primitive(TensorPrimitive::Float(out))
    }

    /// The layer; a copy where the weights are held in order alone.
    pub fn layer(&self) -> Cow<'_, EncoderLayer<B>> {
        match &self.0 {
            Held::Both(layer, _) => Cow::Borrowed(layer),
            Held::Ready(ready, hollow) => Cow::Owned(hollow.filled(ready.parameters())),
        }
    }

    /// The layer, to be trained perhaps.
    pub fn into_inner(self) -> EncoderLayer<B> {
        match self.0 {
            Held::Both(layer, _) => layer,
            Held::Ready(ready, hollow) => hollow.filled(ready.parameters()),
        }
    }
}

impl<B: Backend> FixedLayer<B> {
    /// A layer that serves only a few calls: nothing is made ready for more.
    pub fn passing(layer: EncoderLayer<B>) -> Self {
        Self(Held::Both(layer, OnceLock::from(None)))
    }
}

impl<B: Backend> From<EncoderLayer<B>> for FixedLayer<B> {
    fn from(layer: EncoderLayer<B>) -> Self {
        Self(Held::Both(layer, OnceLock::new()))
    }
}

impl<B: Backend> Clone for FixedLayer<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
