//! The bi-LSTM in tensor operations, for every backend.

use burn::tensor::activation::{sigmoid, tanh};
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Int, Tensor, TensorData};

use super::inputs::BiLstmInputs;
use super::{BiLstmSpec, Emit};
use crate::init::wrap;

pub(crate) fn index<B: Backend>(rows: impl Iterator<Item = usize>, device: &B::Device) -> Tensor<B, 1, Int> {
    let rows: Vec<i32> = rows.map(|row| row as i32).collect();
    let shape = [rows.len()];
    Tensor::from_data(TensorData::new(rows, shape), device)
}

/// The states, as the spec says; recorded as it is by autodiff.
pub(super) fn bilstm<B: Backend>(spec: &BiLstmSpec, inputs: BiLstmInputs<B>) -> FloatTensor<B> {
    let x: Tensor<B, 2> = wrap(inputs.x);
    let device = x.device();
    let (packing, hidden, gates) = (&spec.packing, spec.hidden, 4 * spec.hidden);
    if spec.outputs() == 0 || packing.rows() == 0 {
        return Tensor::<B, 2>::zeros([spec.outputs(), 2 * hidden], &device).into_primitive().tensor();
    }
    let x = freeze(x, spec.frozen);
    let w_hh: Tensor<B, 2> = wrap(inputs.w_hh);
    let mut projected = x.matmul(wrap(inputs.w_ih)) + wrap::<B, 1>(inputs.bias).unsqueeze();
    if let Some(ids) = &spec.ids {
        projected = projected.select(0, index::<B>(ids.iter().map(|&id| id as usize), &device));
    }
    let directions = [false, true].map(|backward| {
        let cell = if backward && !spec.tied { gates } else { 0 };
        let projected = projected.clone().narrow(1, cell, gates);
        let states = recur(spec, &projected, &w_hh.clone().narrow(1, cell, gates), backward);
        match spec.emit {
            Emit::All => states,
            Emit::Ends => ends(spec, states, backward, &device),
        }
    });
    Tensor::cat(directions.to_vec(), 1).into_primitive().tensor()
}

/// The input with the gradient of its first `frozen` columns cut off.
fn freeze<B: Backend>(x: Tensor<B, 2>, frozen: usize) -> Tensor<B, 2> {
    let features = x.dims()[1];
    let frozen = frozen.min(features);
    if frozen == 0 {
        return x;
    }
    let still = x.clone().narrow(1, 0, frozen).detach();
    if frozen == features {
        still
    } else {
        Tensor::cat(vec![still, x.narrow(1, frozen, features - frozen)], 1)
    }
}

/// One direction's states, `[rows, hidden]`.
fn recur<B: Backend>(
    spec: &BiLstmSpec,
    projected: &Tensor<B, 2>,
    w_hh: &Tensor<B, 2>,
    backward: bool,
) -> Tensor<B, 2> {
    let (packing, hidden) = (&spec.packing, spec.hidden);
    let device = projected.device();
    let mut states: Vec<Tensor<B, 2>> = Vec::with_capacity(packing.steps());
    let mut last: Option<(Tensor<B, 2>, Tensor<B, 2>)> = None;
    for n in 0..packing.steps() {
        let step = if backward { packing.steps() - 1 - n } else { n };
        let rows = packing.step(step);
        let mut sums = projected.clone().narrow(0, rows.start, rows.len());
        let mut before = None;
        if let Some((h, c)) = last {
            // Sequences that end before this step drop out; those that start here (backwards) join with zeros.
            let fit = |state: Tensor<B, 2>| match state.dims()[0] {
                kept if kept >= rows.len() => state.narrow(0, 0, rows.len()),
                kept => Tensor::cat(vec![state, Tensor::zeros([rows.len() - kept, hidden], &device)], 0),
            };
            sums = sums + fit(h).matmul(w_hh.clone());
            before = Some(fit(c));
        }
        let gate = |k: usize| sums.clone().narrow(1, k * hidden, hidden);
        let (i, f, g, o) = (sigmoid(gate(0)), sigmoid(gate(1)), tanh(gate(2)), sigmoid(gate(3)));
        let mut c = i * g;
        if let Some(before) = before {
            c = c + f * before;
        }
        let h = o * tanh(c.clone());
        states.push(h.clone());
        last = Some((h, c));
    }
    if backward {
        states.reverse();
    }
    Tensor::cat(states, 0)
}

/// The state at which each sequence ends in a direction, zeros for an empty sequence: `[sequences, hidden]`.
fn ends<B: Backend>(
    spec: &BiLstmSpec,
    states: Tensor<B, 2>,
    backward: bool,
    device: &B::Device,
) -> Tensor<B, 2> {
    let packing = &spec.packing;
    // Row `rows` of the table is all zeros.
    let table = Tensor::cat(vec![states, Tensor::zeros([1, spec.hidden], device)], 0);
    let rows = packing.lengths().iter().enumerate().map(|(sequence, &len)| match len {
        0 => packing.rows(),
        _ => packing.row(sequence, if backward { 0 } else { len - 1 }),
    });
    table.select(0, index::<B>(rows, device))
}
