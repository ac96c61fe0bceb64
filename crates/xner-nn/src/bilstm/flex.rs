//! The bi-LSTM on burn's CPU backend: the native body.

use burn_flex::{Flex, FlexTensor};

use super::BiLstmSpec;
use super::inputs::BiLstmInputs;
use super::native::{self, Inputs};
use super::ops::{BiLstmGradient, BiLstmOps};
use crate::flex::{contiguous, tensor, values};

/// The numbers of a call's inputs, which are contiguous.
fn slices(held: &BiLstmInputs<Flex>) -> Inputs<'_> {
    Inputs {
        x: values(&held.x),
        features: held.x.layout().shape()[1],
        w_ih: values(&held.w_ih),
        w_hh: values(&held.w_hh),
        bias: values(&held.bias),
    }
}

impl BiLstmOps for Flex {
    fn bilstm(spec: &BiLstmSpec, inputs: BiLstmInputs<Self>) -> FlexTensor {
        let held = inputs.map(contiguous);
        let (out, _) = native::forward::<false>(spec, slices(&held));
        tensor(out, [spec.outputs(), 2 * spec.hidden])
    }

    fn bilstm_with_gradient(
        spec: &BiLstmSpec,
        inputs: &BiLstmInputs<Self>,
    ) -> Option<(FlexTensor, BiLstmGradient<Self>)> {
        let held = inputs.map(contiguous);
        let (out, saved) = native::forward::<true>(spec, slices(&held));
        let out = tensor(out, [spec.outputs(), 2 * spec.hidden]);
        let spec = spec.clone();
        let gradient = BiLstmGradient::new(move |grad: FlexTensor, want_x| {
            let grad = contiguous(&grad);
            let inputs = slices(&held);
            let found = native::backward(&spec, inputs, &saved, values(&grad), want_x);
            let columns = spec.cells() * 4 * spec.hidden;
            let features = inputs.features;
            let x = found.x.map(|x| tensor(x, [inputs.x.len() / features.max(1), features]));
            let bias = tensor(found.bias, [columns]);
            (x, [tensor(found.w_ih, [features, columns]), tensor(found.w_hh, [spec.hidden, columns]), bias])
        });
        Some((out, gradient))
    }
}
