//! Self-attention over a sentence's states.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::Rng;
use xner_nn::{NerBackend, Packing, init, tanh};

/// Scores in memory at once at most, unless one token of each sentence needs more: a sentence of thousands of
/// tokens is read in blocks of its tokens.
const BUDGET: usize = 1 << 20;

/// The self-attention layer of Xie et al. (2018), section 3.3, over a sentence's states `h`:
///
/// ```text
/// q_i     = tanh(W h_i + b)
/// a_ij    = softmax over the sentence's tokens j of (q_i · q_j where j ≠ i, else 0)
/// c_i     = Σ_j a_ij h_j
/// output  = [h_i ; c_i]
/// ```
///
/// A token's score with itself is 0, not left out: so it keeps a share, and a sentence of one token is its own
/// context. Padding takes no part.
#[derive(Module, Debug)]
pub struct Attention<B: Backend> {
    /// `W`, `b`: `[dim, dim]` and `[dim]` for states of `dim` numbers.
    pub query: Linear<B>,
}

impl<B: Backend> Attention<B> {
    /// With seeded weights, for states of `dim` numbers.
    pub fn new(dim: usize, device: &B::Device, rng: &mut impl Rng) -> Self {
        Self { query: init::linear(dim, dim, device, rng) }
    }
}

impl<B: NerBackend> Attention<B> {
    /// The context `c` of each token, `[rows, dim]`, from the states, `[rows, dim]` in packed rows.
    ///
    /// Time grows with the square of a sentence's length.
    pub fn context(&self, states: Tensor<B, 2>, packing: &Packing) -> Tensor<B, 2> {
        self.context_in_blocks(states, packing, BUDGET)
    }

    fn context_in_blocks(&self, states: Tensor<B, 2>, packing: &Packing, budget: usize) -> Tensor<B, 2> {
        let [rows, dim] = states.dims();
        if rows == 0 {
            return states;
        }
        let device = states.device();
        let padded = Padded::of(packing);
        let Padded { sentences, time, .. } = padded;
        // Row `rows` is all zeros: the padding's.
        let pad = |x: Tensor<B, 2>| {
            let table = Tensor::cat(vec![x, Tensor::zeros([1, dim], &device)], 0);
            table.select(0, index::<B>(&padded.put, &device)).reshape([sentences, time, dim])
        };
        let queries = pad(tanh(self.query.forward(states.clone())));
        let states = pad(states);
        let keys = queries.clone().swap_dims(1, 2);
        let padding = init::tensor::<B, 3>(padded.padding(), [sentences, 1, time], &device);
        let step = (budget / (sentences * time)).clamp(1, time);
        let block = |start: usize| {
            let count = step.min(time - start);
            let others = init::tensor::<B, 3>(off_diagonal(start, count, time), [1, count, time], &device);
            let scores = queries.clone().narrow(1, start, count).matmul(keys.clone());
            softmax(scores * others + padding.clone(), 2).matmul(states.clone())
        };
        let context = Tensor::cat((0..time).step_by(step).map(block).collect(), 1);
        context.reshape([sentences * time, dim]).select(0, index::<B>(&padded.taken, &device))
    }
}

/// Where the packed rows lie in a padded batch of the sentences that have tokens, longest first.
struct Padded {
    sentences: usize,
    time: usize,
    /// For each padded place its packed row; the number of packed rows where there is none.
    put: Vec<usize>,
    /// For each packed row its padded place.
    taken: Vec<usize>,
}

impl Padded {
    fn of(packing: &Packing) -> Self {
        let (sentences, time) = (packing.active(0), packing.steps());
        let mut put = vec![packing.rows(); sentences * time];
        let mut taken = vec![0; packing.rows()];
        for step in 0..time {
            for (rank, row) in packing.step(step).enumerate() {
                put[rank * time + step] = row;
                taken[row] = rank * time + step;
            }
        }
        Self { sentences, time, put, taken }
    }

    /// What is added to the score of each place: nothing, or minus infinity for padding.
    fn padding(&self) -> Vec<f32> {
        let rows = self.taken.len();
        self.put.iter().map(|&row| if row < rows { 0.0 } else { f32::NEG_INFINITY }).collect()
    }
}

/// Rows `start..start + count` of a square matrix of ones with zeros on its diagonal.
fn off_diagonal(start: usize, count: usize, size: usize) -> Vec<f32> {
    let mut values = vec![1.0; count * size];
    for row in 0..count {
        values[row * size + start + row] = 0.0;
    }
    values
}

fn index<B: Backend>(rows: &[usize], device: &B::Device) -> Tensor<B, 1, Int> {
    let rows: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
    let shape = [rows.len()];
    Tensor::from_data(TensorData::new(rows, shape), device)
}

#[cfg(test)]
#[path = "attention_tests.rs"]
mod tests;
