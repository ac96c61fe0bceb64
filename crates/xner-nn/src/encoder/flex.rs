//! The encoder layer on burn's CPU backend: the native body.

use burn::tensor::TensorData;
use burn_flex::{Flex, FlexTensor};

use super::inputs::{EncoderInputs, PARAMETERS};
use super::native::{self, Dense, Gradients, Inputs, Norm, Parameters, Ready};
use super::ops::{EncoderGradient, EncoderOps, MatrixRows, Ordered, ReadyLayer};
use super::{EncoderSpec, Precision};
use crate::flex::{contiguous, values};

/// Contiguous copies (usually no copies) of a call's inputs.
struct Held {
    x: FlexTensor,
    parameters: [FlexTensor; PARAMETERS],
}

impl Held {
    fn new(inputs: &EncoderInputs<Flex>) -> Self {
        Self { x: contiguous(&inputs.x), parameters: inputs.parameters.each_ref().map(contiguous) }
    }

    fn slices(&self) -> Inputs<'_> {
        let parameters = slices(&self.parameters);
        Inputs { x: values(&self.x), width: self.x.layout().shape()[1], parameters }
    }

    /// Tensors in the shapes of the parameters.
    fn like_parameters(&self, values: [Vec<f32>; PARAMETERS]) -> [FlexTensor; PARAMETERS] {
        let mut found = self.parameters.clone();
        for (tensor, values) in found.iter_mut().zip(values) {
            *tensor = Self::like(values, tensor);
        }
        found
    }

    /// A tensor in the shape of another.
    fn like(values: Vec<f32>, other: &FlexTensor) -> FlexTensor {
        FlexTensor::from_data(TensorData::new(values, other.layout().shape().clone()))
    }
}

fn slices(parameters: &[FlexTensor; PARAMETERS]) -> Parameters<'_> {
    let [qkv_w, qkv_b, out_w, out_b, gain_1, bias_1, up_w, up_b, down_w, down_b, gain_2, bias_2] =
        parameters.each_ref().map(values);
    Parameters {
        qkv: Dense { weight: qkv_w, bias: qkv_b },
        out: Dense { weight: out_w, bias: out_b },
        first: Norm { gain: gain_1, bias: bias_1 },
        up: Dense { weight: up_w, bias: up_b },
        down: Dense { weight: down_w, bias: down_b },
        second: Norm { gain: gain_2, bias: bias_2 },
    }
}

impl Ordered<Flex> for Ready {
    fn call(&self, spec: &EncoderSpec, x: FlexTensor) -> FlexTensor {
        let x = contiguous(&x);
        Held::like(self.forward(spec, values(&x)), &x)
    }

    fn width(&self) -> usize {
        self.columns()
    }

    fn parameters(&self) -> [FlexTensor; PARAMETERS] {
        let width = self.columns();
        let two = |values: Vec<f32>, inputs: usize| {
            let outputs = values.len() / inputs;
            FlexTensor::from_data(TensorData::new(values, [inputs, outputs]))
        };
        let one = |values: Vec<f32>| {
            let len = values.len();
            FlexTensor::from_data(TensorData::new(values, [len]))
        };
        let [qkv, out, up, down] = self.dense();
        let [(qkv_w, qkv_b), (out_w, out_b), (up_w, up_b), (down_w, down_b)] = [qkv, out, up, down];
        let inner = down_w.len() / width;
        let [first, second] = self.norms();
        let [[gain_1, bias_1], [gain_2, bias_2]] = [first, second].map(|norm| norm.map(one));
        [
            two(qkv_w, width),
            one(qkv_b),
            two(out_w, width),
            one(out_b),
            gain_1,
            bias_1,
            two(up_w, width),
            one(up_b),
            two(down_w, inner),
            one(down_b),
            gain_2,
            bias_2,
        ]
    }
}

impl EncoderOps for Flex {
    fn encoder_layer(spec: &EncoderSpec, inputs: EncoderInputs<Self>) -> FlexTensor {
        let held = Held::new(&inputs);
        let (out, _) = native::forward::<false>(spec, held.slices());
        Held::like(out, &held.x)
    }

    fn ready_layer(parameters: [FlexTensor; PARAMETERS], precision: Precision) -> Option<ReadyLayer<Self>> {
        let ready = Ready::new(slices(&parameters.each_ref().map(contiguous)), precision);
        Some(ReadyLayer::new(ready))
    }

    fn ready_layer_of(
        parameters: [FlexTensor; PARAMETERS],
        matrices: &[MatrixRows; 4],
    ) -> Option<ReadyLayer<Self>> {
        let ready = Ready::of_eight(slices(&parameters.each_ref().map(contiguous)), matrices);
        Some(ReadyLayer::new(ready))
    }

    fn encoder_layer_with_gradient(
        spec: &EncoderSpec,
        inputs: &EncoderInputs<Self>,
    ) -> Option<(FlexTensor, EncoderGradient<Self>)> {
        let held = Held::new(inputs);
        let (out, saved) = native::forward::<true>(spec, held.slices());
        let out = Held::like(out, &held.x);
        // Without rows there is nothing to save, and burn's own recording does.
        let saved = saved?;
        let spec = spec.clone();
        let gradient = EncoderGradient::new(move |grad: FlexTensor, required| {
            let grad = contiguous(&grad);
            let Gradients { x, parameters } =
                native::backward(&spec, held.slices(), &saved, values(&grad), required);
            let parameters = parameters.map(|found| held.like_parameters(found));
            (x.map(|x| Held::like(x, &held.x)), parameters)
        });
        Some((out, gradient))
    }
}
