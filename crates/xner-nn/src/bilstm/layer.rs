//! The bi-LSTM as a module.

use std::sync::Arc;

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use rand::Rng;

use super::inputs::BiLstmInputs;
use super::ops::BiLstmOps;
use super::{BiLstmSpec, Emit, tensor_body};
use crate::{Packing, init};

/// The sizes of a [`BiLstm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BiLstmConfig {
    /// Input features.
    pub input: usize,
    /// Hidden units of a direction.
    pub hidden: usize,
    /// Whether both directions use one cell (Bari et al. 2020, "Source model pretraining through weight
    /// sharing": it makes the features less dependent on word order).
    pub tied: bool,
}

impl BiLstmConfig {
    /// A layer with seeded weights: uniform in ±√(1 / hidden), forget gates' bias 1.
    pub fn init<B: Backend>(&self, device: &B::Device, rng: &mut impl Rng) -> BiLstm<B> {
        let gates = 4 * self.hidden;
        let columns = gates * if self.tied { 1 } else { 2 };
        let bound = (1.0 / self.hidden.max(1) as f32).sqrt();
        let forget = self.hidden..2 * self.hidden;
        let bias = (0..columns).map(|at| if forget.contains(&(at % gates)) { 1.0 } else { 0.0 }).collect();
        BiLstm {
            w_ih: Param::from_tensor(init::uniform([self.input, columns], bound, device, rng)),
            w_hh: Param::from_tensor(init::uniform([self.hidden, columns], bound, device, rng)),
            bias: Param::from_tensor(init::tensor(bias, [columns], device)),
            hidden: self.hidden,
            tied: self.tied,
        }
    }
}

/// A bidirectional LSTM layer over packed sequences.
///
/// ```text
/// i, f, g, o = σ, σ, tanh, σ of x W + h' U + b      c = f c' + i g      h = o tanh c
/// ```
#[derive(Module, Debug)]
pub struct BiLstm<B: Backend> {
    /// `W`: `[input, cells * 4 * hidden]`; a cell's gates are `i f g o`, the forward cell stands first.
    pub w_ih: Param<Tensor<B, 2>>,
    /// `U`: `[hidden, cells * 4 * hidden]`
    pub w_hh: Param<Tensor<B, 2>>,
    /// `b`: `[cells * 4 * hidden]`
    pub bias: Param<Tensor<B, 1>>,
    hidden: usize,
    tied: bool,
}

impl<B: BiLstmOps> BiLstm<B> {
    /// The states of every packed row, forward direction first: `[rows, 2 * hidden]`.
    ///
    /// `x` is `[table rows, input]`; packed row `r` reads row `ids[r]` of it, so that the input product is made
    /// once for each distinct row. Without `ids`, `x` is in packed row order.
    pub fn forward(&self, x: Tensor<B, 2>, ids: Option<&[u32]>, packing: &Packing) -> Tensor<B, 2> {
        self.run(x, &self.spec(ids, packing))
    }

    /// The forward direction's last and the backward direction's first state of each sequence, in the
    /// caller's order: `[sequences, 2 * hidden]`; zeros for an empty sequence. `x`, `ids`: see [`BiLstm::forward`].
    pub fn ends(&self, x: Tensor<B, 2>, ids: Option<&[u32]>, packing: &Packing) -> Tensor<B, 2> {
        self.run(x, &BiLstmSpec { emit: Emit::Ends, ..self.spec(ids, packing) })
    }

    /// A call's spec for this layer's sizes, emitting all states.
    pub fn spec(&self, ids: Option<&[u32]>, packing: &Packing) -> BiLstmSpec {
        BiLstmSpec {
            packing: packing.clone(),
            ids: ids.map(Arc::from),
            hidden: self.hidden,
            tied: self.tied,
            emit: Emit::All,
            frozen: 0,
        }
    }

    /// Runs the layer as a spec says.
    ///
    /// # Panics
    /// When `x`, the spec's packing and its `ids` do not fit one another.
    pub fn run(&self, x: Tensor<B, 2>, spec: &BiLstmSpec) -> Tensor<B, 2> {
        let table = x.dims()[0];
        match &spec.ids {
            Some(ids) => {
                assert_eq!(ids.len(), spec.packing.rows(), "one id for each packed row");
                assert!(ids.iter().all(|&id| (id as usize) < table), "ids lie in the table of {table} rows");
            }
            None => assert_eq!(table, spec.packing.rows(), "one input row for each packed row"),
        }
        let inputs = BiLstmInputs {
            x: x.into_primitive().tensor(),
            w_ih: self.w_ih.val().into_primitive().tensor(),
            w_hh: self.w_hh.val().into_primitive().tensor(),
            bias: self.bias.val().into_primitive().tensor(),
        };
        init::wrap(B::bilstm(spec, inputs))
    }

    /// The states of padded sequences, `[batch, time, input]` with `lengths`, as `[batch, time, 2 * hidden]`:
    /// zeros beyond each length, and what stands in the padding changes nothing.
    pub fn forward_padded(&self, x: Tensor<B, 3>, lengths: &[usize]) -> Tensor<B, 3> {
        let [batch, time, input] = x.dims();
        let device = x.device();
        let packing = Packing::new(lengths);
        let mut taken = vec![0; packing.rows()];
        // Row `rows` of the states' table is all zeros: the padding's.
        let mut put = vec![packing.rows(); batch * time];
        for sequence in 0..packing.sequences() {
            for (step, row) in packing.rows_of(sequence).enumerate() {
                taken[row] = sequence * time + step;
                put[sequence * time + step] = row;
            }
        }
        let select = |x: Tensor<B, 2>, rows: Vec<usize>| {
            let rows: Tensor<B, 1, Int> = tensor_body::index(rows.into_iter(), &device);
            x.select(0, rows)
        };
        let states = self.forward(select(x.reshape([batch * time, input]), taken), None, &packing);
        let padding = Tensor::zeros([1, 2 * self.hidden], &device);
        let states = select(Tensor::cat(vec![states, padding], 0), put);
        states.reshape([batch, time, 2 * self.hidden])
    }
}
