//! The bi-LSTM on burn's CPU backend: the native body.

use burn::tensor::TensorData;
use burn_flex::{Flex, FlexTensor};

use super::BiLstmSpec;
use super::inputs::BiLstmInputs;
use super::native::{self, Inputs};
use super::ops::{BiLstmGradient, BiLstmOps};
use crate::flex::{contiguous, values};

/// Contiguous copies (usually no copies) of a call's inputs.
struct Held {
    x: FlexTensor,
    w_ih: FlexTensor,
    w_hh: FlexTensor,
    bias: FlexTensor,
}

impl Held {
    fn new(inputs: &BiLstmInputs<Flex>) -> Self {
        Self {
            x: contiguous(&inputs.x),
            w_ih: contiguous(&inputs.w_ih),
            w_hh: contiguous(&inputs.w_hh),
            bias: contiguous(&inputs.bias),
        }
    }

    fn slices(&self) -> Inputs<'_> {
        Inputs {
            x: values(&self.x),
            features: self.x.layout().shape()[1],
            w_ih: values(&self.w_ih),
            w_hh: values(&self.w_hh),
            bias: values(&self.bias),
        }
    }
}

fn tensor(values: Vec<f32>, shape: [usize; 2]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

impl BiLstmOps for Flex {
    fn bilstm(spec: &BiLstmSpec, inputs: BiLstmInputs<Self>) -> FlexTensor {
        let held = Held::new(&inputs);
        let (out, _) = native::forward::<false>(spec, held.slices());
        tensor(out, [spec.outputs(), 2 * spec.hidden])
    }

    fn bilstm_with_gradient(
        spec: &BiLstmSpec,
        inputs: &BiLstmInputs<Self>,
    ) -> Option<(FlexTensor, BiLstmGradient<Self>)> {
        let held = Held::new(inputs);
        let (out, saved) = native::forward::<true>(spec, held.slices());
        let out = tensor(out, [spec.outputs(), 2 * spec.hidden]);
        let spec = spec.clone();
        let gradient = BiLstmGradient::new(move |grad: FlexTensor, want_x| {
            let grad = contiguous(&grad);
            let inputs = held.slices();
            let found = native::backward(&spec, inputs, &saved, values(&grad), want_x);
            let columns = spec.cells() * 4 * spec.hidden;
            let features = inputs.features;
            let x = found.x.map(|x| tensor(x, [inputs.x.len() / features.max(1), features]));
            let bias = FlexTensor::from_data(TensorData::new(found.bias, [columns]));
            (x, [tensor(found.w_ih, [features, columns]), tensor(found.w_hh, [spec.hidden, columns]), bias])
        });
        Some((out, gradient))
    }
}
