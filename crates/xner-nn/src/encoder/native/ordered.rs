//! Weights put in order for tagging, in the precision that is asked for.

use super::super::{MatrixRows, Precision};
use super::Dense;
use super::eight::Eight;
use super::packed::{Finish, Packed};

/// A dense layer's weights in order, and its bias.
pub(in super::super) enum Ordered {
    Full(Packed),
    Eight(Eight),
}

impl Ordered {
    pub(super) fn new(layer: Dense<'_>, precision: Precision) -> Self {
        match precision {
            Precision::Full => Self::Full(Packed::new(layer)),
            Precision::Eight => Self::Eight(Eight::new(layer)),
        }
    }

    pub(super) fn of_eight(matrix: &MatrixRows, bias: &[f32]) -> Self {
        Self::Eight(Eight::of(matrix, bias))
    }

    pub(super) fn bias(&self) -> &[f32] {
        match self {
            Self::Full(layer) => layer.bias(),
            Self::Eight(layer) => layer.bias(),
        }
    }

    /// A copy of the weights, `[input, output]`; of those in 8 bits the values that they stand for.
    pub(super) fn weights(&self) -> Vec<f32> {
        match self {
            Self::Full(layer) => layer.weights(),
            Self::Eight(layer) => layer.weights(),
        }
    }

    pub(super) fn outputs(&self) -> usize {
        match self {
            Self::Full(layer) => layer.outputs(),
            Self::Eight(layer) => layer.outputs(),
        }
    }

    /// `out = finish(x W)`. The columns are split into shares, which threads compute side by side. The sums do not
    /// depend on the number of shares.
    pub(super) fn product(&self, out: &mut [f32], x: &[f32], finish: Finish, shares: usize) {
        match self {
            Self::Full(layer) => layer.product(out, x, finish, shares),
            Self::Eight(layer) => layer.product(out, x, finish, shares),
        }
    }
}
