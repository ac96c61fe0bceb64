//! The CRF loss in tensor operations, for every backend.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::ops::FloatTensor;

use super::inputs::CrfInputs;
use crate::Packing;
use crate::bilstm::tensor_body::index;
use crate::init::wrap;

/// The summed loss, `[1]`; recorded as it is by autodiff.
pub(super) fn crf_loss<B: Backend>(
    inputs: CrfInputs<B>,
    gold: &Arc<[u16]>,
    packing: &Packing,
) -> FloatTensor<B> {
    let emissions: Tensor<B, 2> = wrap(inputs.emissions);
    let transitions: Tensor<B, 2> = wrap(inputs.transitions);
    let (start, end): (Tensor<B, 1>, Tensor<B, 1>) = (wrap(inputs.start), wrap(inputs.end));
    let device = emissions.device();
    if packing.rows() == 0 {
        return Tensor::<B, 1>::zeros([1], &device).into_primitive().tensor();
    }
    let log_partition = log_partition(&emissions, &transitions, &start, &end, packing);

    let tags = emissions.dims()[1];
    let running: Vec<usize> = (0..packing.sequences()).filter(|&s| packing.lengths()[s] > 0).collect();
    let tag = |row: usize| gold[row] as usize;
    let pick =
        |table: Tensor<B, 1>, at: Vec<usize>| table.select(0, index::<B>(at.into_iter(), &device)).sum();
    let opened = running.iter().map(|&s| tag(packing.row(s, 0))).collect();
    let closed = running.iter().map(|&s| tag(packing.row(s, packing.lengths()[s] - 1))).collect();
    let emitted = (0..packing.rows()).map(|row| row * tags + tag(row)).collect();
    let gone: Vec<usize> = (1..packing.steps())
        .flat_map(|step| packing.step(step).zip(packing.step(step - 1)))
        .map(|(row, before)| tag(before) * tags + tag(row))
        .collect();
    let mut score = pick(start, opened) + pick(end, closed);
    score = score + pick(emissions.reshape([packing.rows() * tags]), emitted);
    if !gone.is_empty() {
        score = score + pick(transitions.reshape([tags * tags]), gone);
    }
    (log_partition - score).into_primitive().tensor()
}

/// log Z by the forward recursion, summed over the sequences: `[1]`.
fn log_partition<B: Backend>(
    emissions: &Tensor<B, 2>,
    transitions: &Tensor<B, 2>,
    start: &Tensor<B, 1>,
    end: &Tensor<B, 1>,
    packing: &Packing,
) -> Tensor<B, 1> {
    let mut finished: Vec<Tensor<B, 2>> = Vec::new();
    let mut alpha: Option<Tensor<B, 2>> = None;
    for step in 0..packing.steps() {
        let rows = packing.step(step);
        let emission = emissions.clone().narrow(0, rows.start, rows.len());
        alpha = Some(match alpha {
            None => emission + start.clone().unsqueeze(),
            Some(alpha) => {
                let alpha = retire(alpha, rows.len(), &mut finished);
                // [rows, from, 1] + [1, from, to]
                let paths = alpha.unsqueeze_dim::<3>(2) + transitions.clone().unsqueeze();
                log_sum_exp(paths, 1).squeeze_dim::<2>(1) + emission
            }
        });
    }
    finished.extend(alpha);
    let last = Tensor::cat(finished, 0) + end.clone().unsqueeze();
    log_sum_exp(last, 1).sum()
}

/// Sets the sequences beyond the first `kept` aside, as finished.
fn retire<B: Backend>(alpha: Tensor<B, 2>, kept: usize, finished: &mut Vec<Tensor<B, 2>>) -> Tensor<B, 2> {
    let all = alpha.dims()[0];
    if kept == all {
        return alpha;
    }
    finished.push(alpha.clone().narrow(0, kept, all - kept));
    alpha.narrow(0, 0, kept)
}

fn log_sum_exp<B: Backend, const D: usize>(x: Tensor<B, D>, dim: usize) -> Tensor<B, D> {
    // The maximum only keeps the exponentials in range: the result does not depend on it.
    let max = x.clone().detach().max_dim(dim);
    (x - max.clone()).exp().sum_dim(dim).log() + max
}
