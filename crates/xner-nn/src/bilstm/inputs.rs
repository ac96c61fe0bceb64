//! The tensors that a bi-LSTM takes.

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

/// The tensors that go into a call.
#[derive(Debug, Clone)]
pub struct BiLstmInputs<B: Backend> {
    /// `[table rows, features]`: the input table, or the packed rows themselves.
    pub x: FloatTensor<B>,
    /// `[features, cells * 4 * hidden]`: input weights. The gates `i f g o` of a cell have `hidden` columns each, and
    /// the cells stand side by side.
    pub w_ih: FloatTensor<B>,
    /// `[hidden, cells * 4 * hidden]`: recurrent weights.
    pub w_hh: FloatTensor<B>,
    /// `[cells * 4 * hidden]`: biases, in the same order.
    pub bias: FloatTensor<B>,
}

impl<B: Backend> BiLstmInputs<B> {
    /// The tensors after a change of each.
    pub(crate) fn map<C: Backend>(&self, f: impl Fn(&FloatTensor<B>) -> FloatTensor<C>) -> BiLstmInputs<C> {
        BiLstmInputs { x: f(&self.x), w_ih: f(&self.w_ih), w_hh: f(&self.w_hh), bias: f(&self.bias) }
    }
}
