//! The tensors that the CRF loss takes.

use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

/// The tensors that go into a call.
#[derive(Debug, Clone)]
pub struct CrfInputs<B: Backend> {
    /// `[rows, tags]`: a score for each tag of each packed row.
    pub emissions: FloatTensor<B>,
    /// `[tags, tags]`: the score of going from one tag (row) to another (column).
    pub transitions: FloatTensor<B>,
    /// `[tags]`: the score of opening with a tag.
    pub start: FloatTensor<B>,
    /// `[tags]`: the score of closing with a tag.
    pub end: FloatTensor<B>,
}
