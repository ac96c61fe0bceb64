//! The CRF loss on burn's CPU backend: the kernels of `xner-crf`.

use std::sync::Arc;

use burn::tensor::TensorData;
use burn_flex::{Flex, FlexTensor};
use xner_crf::{Crf, Layout, Parameters};

use super::inputs::CrfInputs;
use super::ops::{CrfGradient, CrfOps};
use crate::Packing;
use crate::flex::{contiguous, tensor, values};

fn owned(tensor: &FlexTensor) -> Vec<f32> {
    values(&contiguous(tensor)).to_vec()
}

fn kernels(inputs: &CrfInputs<Flex>, packing: &Packing) -> xner_crf::Result<(Crf, Layout)> {
    let parameters = Parameters::new(owned(&inputs.transitions), owned(&inputs.start), owned(&inputs.end))?;
    let layout =
        Layout::new(packing.lengths(), packing.rows(), |sequence, step| packing.row(sequence, step))?;
    Ok((Crf::new(&parameters), layout))
}

/// The loss and the gradients, or what is wrong with the scores.
fn gradient(
    inputs: &CrfInputs<Flex>,
    gold: &[u16],
    packing: &Packing,
) -> xner_crf::Result<(f64, CrfGradient<Flex>)> {
    let (crf, layout) = kernels(inputs, packing)?;
    let tags = crf.tags();
    let emissions = contiguous(&inputs.emissions);
    let mut by_emissions = vec![0.0; packing.rows() * tags];
    let found = crf.gradient(values(&emissions), &layout, gold, None, &mut by_emissions)?;
    let gradient = CrfGradient([
        tensor(by_emissions, [packing.rows(), tags]),
        tensor(found.transitions, [tags, tags]),
        tensor(found.start, [tags]),
        tensor(found.end, [tags]),
    ]);
    Ok((found.loss, gradient))
}

/// Scores that are not finite make the loss NaN, as they do in tensor operations: an operation cannot fail,
/// and whoever trains looks at the loss. Nothing else can be wrong here: [`crate::Crf::loss`] has checked the
/// shapes and the gold tags.
impl CrfOps for Flex {
    fn crf_loss(inputs: CrfInputs<Self>, gold: &Arc<[u16]>, packing: &Packing) -> FlexTensor {
        let emissions = contiguous(&inputs.emissions);
        let losses =
            kernels(&inputs, packing).and_then(|(crf, layout)| crf.losses(values(&emissions), &layout, gold));
        let loss = losses.map_or(f64::NAN, |losses| losses.iter().sum());
        tensor(vec![loss as f32], [1])
    }

    fn crf_loss_with_gradient(
        inputs: &CrfInputs<Self>,
        gold: &Arc<[u16]>,
        packing: &Packing,
    ) -> Option<(FlexTensor, CrfGradient<Self>)> {
        let (loss, gradient) = gradient(inputs, gold, packing).unwrap_or_else(|_| {
            let like = |tensor: &FlexTensor| {
                let shape = tensor.layout().shape().clone();
                FlexTensor::from_data(TensorData::new(vec![f32::NAN; shape.num_elements()], shape))
            };
            let all = [&inputs.emissions, &inputs.transitions, &inputs.start, &inputs.end];
            (f64::NAN, CrfGradient(all.map(like)))
        });
        Some((tensor(vec![loss as f32], [1]), gradient))
    }
}
