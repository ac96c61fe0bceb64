//! The encoder layer on the CPU: products by `gemm`, everything else in vector kernels, the gradient by hand.
//!
//! A layer whose norms stand behind is in `forward` and `backward`, one whose norms stand before in `before`.
//!
//! Rows are worked on in blocks, side by side on rayon's threads; no sum depends on how many threads there are.

mod attention;
mod backward;
mod before;
mod buffers;
mod eight;
mod feed;
mod forward;
mod gate;
mod gelu;
mod norm;
mod ordered;
mod packed;
mod ready;
mod rotary;
mod rows;

pub(super) use backward::{Gradients, backward};
pub use buffers::release_buffers;
pub(super) use forward::forward;
pub(super) use ready::Ready;

/// The call's numbers as slices.
#[derive(Clone, Copy)]
pub(super) struct Inputs<'a> {
    /// `[rows, width]`
    pub x: &'a [f32],
    /// Columns of `x`.
    pub width: usize,
    pub parameters: Parameters<'a>,
}

/// A layer's weights, biases and gains.
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a> {
    pub qkv: Dense<'a>,
    pub out: Dense<'a>,
    pub first: Norm<'a>,
    pub up: Dense<'a>,
    pub down: Dense<'a>,
    pub second: Norm<'a>,
}

/// A dense layer's weights, `[input, output]`, and biases.
#[derive(Clone, Copy)]
pub(super) struct Dense<'a> {
    pub weight: &'a [f32],
    pub bias: &'a [f32],
}

impl Dense<'_> {
    /// The columns that come out.
    fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// The columns that go in.
    fn inputs(&self) -> usize {
        self.weight.len() / self.bias.len()
    }
}

/// A layer norm's gain and bias.
#[derive(Clone, Copy)]
pub(super) struct Norm<'a> {
    pub gain: &'a [f32],
    pub bias: &'a [f32],
}
