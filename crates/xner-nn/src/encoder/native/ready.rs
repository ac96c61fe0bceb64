//! A layer for tagging, whose weights have been put in order.

use rayon::prelude::*;

use super::super::form::Norms;
use super::super::{EncoderSpec, MatrixRows, Precision};
use super::buffers::Buffer;
use super::ordered::Ordered;
use super::packed::Finish;
use super::{Norm, Parameters, attention, gate, norm, rotary, rows};

/// The least number of rows of a block. With fewer, the time goes to loading the weights.
const LEAST: usize = 16;
/// The largest number of rows of a block. The values between the products then stay in the cache.
const MOST: usize = 64;

/// The layer's numbers.
pub(in super::super) struct Ready {
    qkv: Ordered,
    out: Ordered,
    first: [Vec<f32>; 2],
    up: Ordered,
    down: Ordered,
    second: [Vec<f32>; 2],
}

impl Ready {
    pub(in super::super) fn new(parameters: Parameters<'_>, precision: Precision) -> Self {
        let Parameters { qkv, out, first, up, down, second } = parameters;
        let own = |norm: Norm<'_>| [norm.gain.to_vec(), norm.bias.to_vec()];
        let [qkv, out, up, down] = [qkv, out, up, down].map(|layer| Ordered::new(layer, precision));
        Self { qkv, out, first: own(first), up, down, second: own(second) }
    }

    /// The same from matrices in 8 bits: of query, key and value, behind attention, up, down.
    pub(in super::super) fn of_eight(parameters: Parameters<'_>, matrices: &[MatrixRows; 4]) -> Self {
        let Parameters { qkv, out, first, up, down, second } = parameters;
        let own = |norm: Norm<'_>| [norm.gain.to_vec(), norm.bias.to_vec()];
        let ordered = |at: usize, bias: &[f32]| Ordered::of_eight(&matrices[at], bias);
        Self {
            qkv: ordered(0, qkv.bias),
            out: ordered(1, out.bias),
            first: own(first),
            up: ordered(2, up.bias),
            down: ordered(3, down.bias),
            second: own(second),
        }
    }

    /// Columns of input and output.
    pub(in super::super) fn columns(&self) -> usize {
        self.out.outputs()
    }

    /// Copies of weights, `[input, output]`, and biases: of query, key and value, behind attention, up, down.
    pub(in super::super) fn dense(&self) -> [(Vec<f32>, Vec<f32>); 4] {
        [&self.qkv, &self.out, &self.up, &self.down].map(|layer| (layer.weights(), layer.bias().to_vec()))
    }

    /// Copies of both norms' gain and bias.
    pub(in super::super) fn norms(&self) -> [[Vec<f32>; 2]; 2] {
        [&self.first, &self.second].map(Clone::clone)
    }

    /// The layer's output, `[rows, width]`, without noise.
    pub(in super::super) fn forward(&self, spec: &EncoderSpec, x: &[f32]) -> Vec<f32> {
        let rows = spec.rows();
        if rows == 0 {
            return Vec::new();
        }
        let width = self.out.outputs();
        let threads = rayon::current_num_threads();
        // Each thread takes rows, so that threads need not meet between products. With too few rows it takes columns.
        let block = rows.div_ceil(threads).next_multiple_of(8).clamp(LEAST, MOST);
        let shares = threads / rows.div_ceil(block);

        let mut query = Buffer::new(rows * 3 * width);
        query.par_chunks_mut(block * 3 * width).zip(x.par_chunks(block * width)).for_each(|(query, x)| {
            if spec.form.norms == Norms::Before {
                let h = normed(x, &self.first, spec.epsilon);
                self.qkv.product(query, &h, Finish::Bias, shares);
            } else {
                self.qkv.product(query, x, Finish::Bias, shares);
            }
        });
        rotary::turn(spec, &mut query, width, false);
        let mut mixed = Buffer::new(rows * width);
        attention::forward(spec, &query, &mut mixed, width);
        drop(query);
        let mut out = vec![0.0; rows * width];
        let blocks = mixed.par_chunks(block * width).zip(x.par_chunks(block * width));
        out.par_chunks_mut(block * width).zip(blocks).for_each(|(out, (mixed, x))| {
            self.behind_attention(out, mixed, x, spec, shares);
        });
        out
    }

    /// What comes behind attention, for a block of rows.
    fn behind_attention(&self, out: &mut [f32], mixed: &[f32], x: &[f32], spec: &EncoderSpec, shares: usize) {
        let (rows, epsilon) = (x.len() / self.out.outputs(), spec.epsilon);
        if spec.form.norms != Norms::Behind {
            let mut between = Buffer::new(x.len());
            self.out.product(&mut between, mixed, Finish::Bias, shares);
            rows::add(&mut between, x);
            let h = normed(&between, &self.second, epsilon);
            self.down.product(out, &self.activated(&h, rows, spec, shares), Finish::Bias, shares);
            rows::add(out, &between);
            return;
        }
        let [first, second] = [&self.first, &self.second].map(|[gain, bias]| Norm { gain, bias });
        let [mut y, mut between] = [(); 2].map(|()| Buffer::new(x.len()));
        let mut inverse = Buffer::new(rows);
        self.out.product(&mut y, mixed, Finish::Sum, shares);
        norm::forward(&mut between, &mut y, &mut inverse, x, self.out.bias(), None, first, epsilon);
        let inner = self.activated(&between, rows, spec, shares);
        self.down.product(&mut y, &inner, Finish::Sum, shares);
        norm::forward(out, &mut y, &mut inverse, &between, self.down.bias(), None, second, epsilon);
    }

    /// What the feed-forward block's way down reads.
    fn activated(&self, x: &[f32], rows: usize, spec: &EncoderSpec, shares: usize) -> Buffer {
        let mut inner = Buffer::new(rows * self.up.outputs());
        if !spec.form.gated {
            self.up.product(&mut inner, x, Finish::Gelu, shares);
            return inner;
        }
        self.up.product(&mut inner, x, Finish::Bias, shares);
        let columns = self.up.outputs() / 2;
        let mut out = Buffer::new(rows * columns);
        gate::forward(&mut out, &inner, columns);
        out
    }
}

/// The norm of rows.
fn normed(x: &[f32], [gain, bias]: &[Vec<f32>; 2], epsilon: f32) -> Buffer {
    let [mut out, mut y] = [(); 2].map(|()| Buffer::new(x.len()));
    let mut inverse = Buffer::new(x.len() / gain.len());
    norm::plain(&mut out, &mut y, &mut inverse, x, Norm { gain, bias }, epsilon);
    out
}
