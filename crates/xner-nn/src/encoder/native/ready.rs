//! A layer for tagging, its weights in order.

use super::super::EncoderSpec;
use super::buffers::Buffer;
use super::packed::{Finish, Packed};
use super::{Norm, Parameters, attention, norm};

/// The layer's numbers.
pub(in super::super) struct Ready {
    qkv: Packed,
    out: Packed,
    first: [Vec<f32>; 2],
    up: Packed,
    down: Packed,
    second: [Vec<f32>; 2],
}

impl Ready {
    pub(in super::super) fn new(parameters: Parameters<'_>) -> Self {
        let Parameters { qkv, out, first, up, down, second } = parameters;
        let own = |norm: Norm<'_>| [norm.gain.to_vec(), norm.bias.to_vec()];
        let [qkv, out, up, down] = [qkv, out, up, down].map(Packed::new);
        Self { qkv, out, first: own(first), up, down, second: own(second) }
    }

    /// The layer's output, `[rows, width]`, without noise.
    pub(in super::super) fn forward(&self, spec: &EncoderSpec, x: &[f32]) -> Vec<f32> {
        let rows = spec.rows();
        if rows == 0 {
            return Vec::new();
        }
        let width = self.out.outputs();
        let mut query = Buffer::new(rows * 3 * width);
        self.qkv.product(&mut query, x, Finish::Bias);
        let mut mixed = Buffer::new(rows * width);
        attention::forward(spec, &query, &mut mixed, width);
        drop(query);
        let [mut y, mut between] = [(); 2].map(|()| Buffer::new(rows * width));
        let mut inverse = Buffer::new(rows);
        let [first, second] = [&self.first, &self.second].map(|[gain, bias]| Norm { gain, bias });
        self.out.product(&mut y, &mixed, Finish::Sum);
        norm::forward(&mut between, &mut y, &mut inverse, x, self.out.bias(), None, first, spec.epsilon);
        let mut inner = Buffer::new(rows * self.up.outputs());
        self.up.product(&mut inner, &between, Finish::Gelu);
        self.down.product(&mut y, &inner, Finish::Sum);
        let mut result = vec![0.0; rows * width];
        norm::forward(
            &mut result,
            &mut y,
            &mut inverse,
            &between,
            self.down.bias(),
            None,
            second,
            spec.epsilon,
        );
        result
    }
}
