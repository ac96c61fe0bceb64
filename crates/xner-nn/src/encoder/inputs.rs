//! The tensors that an encoder layer takes.

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

/// How many weights and biases a layer has.
pub const PARAMETERS: usize = 12;

/// A layer's input and parameters. A dense layer's weights are `[input, output]`.
#[derive(Debug, Clone)]
pub struct EncoderInputs<B: Backend> {
    /// `[rows, width]`
    pub x: FloatTensor<B>,
    /// In this order: query, key and value in one, `[width, 3 width]` and `[3 width]`; attention's output,
    /// `[width, width]` and `[width]`; the first norm's gain and bias, `[width]` each; the feed-forward block's way
    /// up, `[width, inner]` and `[inner]`, or twice the columns with a gate; its way down, `[inner, width]` and
    /// `[width]`; the second norm's gain and bias. In the place of a bias that a layer has not stand zeros, and ones in
    /// that of a gain.
    pub parameters: [FloatTensor<B>; PARAMETERS],
}
