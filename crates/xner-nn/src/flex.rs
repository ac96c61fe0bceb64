//! Burn's CPU tensors from and as slices.

use burn::tensor::TensorData;
use burn_flex::FlexTensor;

/// A tensor of these values.
pub(crate) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// The tensor with its values in order. Nothing is copied if they are in order already.
pub(crate) fn contiguous(tensor: &FlexTensor) -> FlexTensor {
    if tensor.as_slice::<f32>().is_some() { tensor.clone() } else { tensor.to_contiguous() }
}

/// As [`contiguous`], for a tensor that the caller gives away.
pub(crate) fn owned(tensor: FlexTensor) -> FlexTensor {
    if tensor.as_slice::<f32>().is_some() { tensor } else { tensor.to_contiguous() }
}

/// The values of a contiguous tensor.
///
/// # Panics
/// When the tensor is not of `f32`: the taggers' models are all of that type.
pub(crate) fn values(tensor: &FlexTensor) -> &[f32] {
    #[allow(clippy::expect_used, reason = "a contract of the caller's, see Panics")]
    tensor.as_slice::<f32>().expect("a contiguous tensor of f32")
}
