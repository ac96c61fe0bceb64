//! Seeded tensors made on the host, so that every backend starts from the same numbers.

use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Tensor, TensorData, TensorPrimitive};
use rand::{Rng, RngExt};

/// A tensor of these values.
///
/// # Panics
/// When the number of values is not that of the shape.
pub fn tensor<B: Backend, const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &B::Device,
) -> Tensor<B, D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// A backend's own tensor as burn's.
pub(crate) fn wrap<B: Backend, const D: usize>(primitive: FloatTensor<B>) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

/// Values uniform in `-bound..bound`.
pub fn uniform<B: Backend, const D: usize>(
    shape: [usize; D],
    bound: f32,
    device: &B::Device,
    rng: &mut impl Rng,
) -> Tensor<B, D> {
    let values = (0..shape.iter().product()).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect();
    tensor(values, shape, device)
}

/// Values that are about normal, with this deviation: sums of twelve uniform ones, none beyond six deviations.
pub fn normal<B: Backend, const D: usize>(
    shape: [usize; D],
    deviation: f32,
    device: &B::Device,
    rng: &mut impl Rng,
) -> Tensor<B, D> {
    // A uniform value has a variance of 1/12.
    let value = |_| ((0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0) * deviation;
    tensor((0..shape.iter().product()).map(value).collect(), shape, device)
}

/// A dense layer `[input] -> [output]`: weights uniform in ±√(6 / (input + output)) (Glorot), biases zero.
pub fn linear<B: Backend>(input: usize, output: usize, device: &B::Device, rng: &mut impl Rng) -> Linear<B> {
    let bound = (6.0 / (input + output).max(1) as f32).sqrt();
    let mut layer = LinearConfig::new(input, output).init(device);
    layer.weight = Param::from_tensor(uniform([input, output], bound, device, rng));
    layer.bias = Some(Param::from_tensor(tensor(vec![0.0; output], [output], device)));
    layer
}

/// A mask for inverted dropout: each value is 0 with probability `p`, else 1 / (1 - p). Multiply by it.
///
/// # Panics
/// When `p` is not in `0.0..1.0`.
pub fn dropout_mask<B: Backend, const D: usize>(
    shape: [usize; D],
    p: f64,
    device: &B::Device,
    rng: &mut impl Rng,
) -> Tensor<B, D> {
    assert!((0.0..1.0).contains(&p), "a dropout rate is at least 0 and below 1, not {p}");
    let count: usize = shape.iter().product();
    // 16 random bits a value: the rate is right to 1 in 65,536.
    let threshold = (p * 65_536.0).round() as u64;
    let keep = (1.0 / (1.0 - p)) as f32;
    let mut values = Vec::with_capacity(count.next_multiple_of(4));
    while values.len() < count {
        let bits = rng.next_u64();
        values.extend([0, 16, 32, 48].map(|at| if (bits >> at) & 0xffff < threshold { 0.0 } else { keep }));
    }
    values.truncate(count);
    tensor(values, shape, device)
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_mask_drops_its_share_and_keeps_the_mean() {
        let device = burn_flex::FlexDevice;
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mask: Tensor<burn_flex::Flex, 2> = dropout_mask([501, 333], 0.3, &device, &mut rng);
        let values = mask.into_data().to_vec::<f32>().unwrap();
        let dropped = values.iter().filter(|&&v| v == 0.0).count() as f64 / values.len() as f64;
        assert!((dropped - 0.3).abs() < 0.005, "{dropped}");
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
    }
}
