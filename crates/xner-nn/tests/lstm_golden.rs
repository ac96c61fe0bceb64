//! PyTorch's bi-LSTM gives the same states and gradients; `tools/golden/lstm.py` made the figures.
#![cfg(feature = "flex")]
#![allow(clippy::unwrap_used, missing_docs)]

use burn::backend::{Autodiff, Flex};
use burn::module::Param;
use burn::tensor::Tensor;
use rand::SeedableRng;
use serde_json::Value;
use xner_nn::{BiLstm, BiLstmConfig, Packing, init};

type B = Autodiff<Flex>;

fn close(what: &str, found: &[f32], golden: &Value) {
    let golden: Vec<f32> = serde_json::from_value(golden.clone()).unwrap();
    assert_eq!(found.len(), golden.len(), "{what}");
    for (at, (a, b)) in found.iter().zip(&golden).enumerate() {
        assert!((a - b).abs() < 1e-5, "{what}, value {at}: {a}, in PyTorch {b}");
    }
}

#[test]
fn states_and_gradients_equal_pytorchs() {
    let golden: Value = serde_json::from_str(include_str!("golden/lstm.json")).unwrap();
    let floats = |key: &str| serde_json::from_value::<Vec<f32>>(golden[key].clone()).unwrap();
    let lengths: Vec<usize> = serde_json::from_value(golden["lengths"].clone()).unwrap();
    let size = |key: &str| usize::try_from(golden[key].as_u64().unwrap()).unwrap();
    let (features, hidden) = (size("features"), size("hidden"));
    let (batch, time) = (lengths.len(), *lengths.iter().max().unwrap());

    let device = burn::backend::flex::FlexDevice;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(0);
    let mut layer: BiLstm<B> = BiLstmConfig { input: features, hidden, tied: false }.init(&device, &mut rng);
    layer.w_ih = Param::from_tensor(init::tensor(floats("w_ih"), [features, 8 * hidden], &device));
    layer.w_hh = Param::from_tensor(init::tensor(floats("w_hh"), [hidden, 8 * hidden], &device));
    layer.bias = Param::from_tensor(init::tensor(floats("bias"), [8 * hidden], &device));

    let x: Tensor<B, 3> = init::tensor(floats("x"), [batch, time, features], &device).require_grad();
    let states = layer.forward_padded(x.clone(), &lengths);
    close("states", &states.clone().into_data().to_vec::<f32>().unwrap(), &golden["states"]);
    let upstream: Tensor<B, 3> = init::tensor(floats("upstream"), [batch, time, 2 * hidden], &device);
    let grads = (states * upstream).sum().backward();
    let host = |tensor: Tensor<Flex, 2>| tensor.into_data().to_vec::<f32>().unwrap();
    close("d_x", &x.grad(&grads).unwrap().into_data().to_vec::<f32>().unwrap(), &golden["d_x"]);
    close("d_w_ih", &host(layer.w_ih.val().grad(&grads).unwrap()), &golden["d_w_ih"]);
    close("d_w_hh", &host(layer.w_hh.val().grad(&grads).unwrap()), &golden["d_w_hh"]);
    let d_bias = layer.bias.val().grad(&grads).unwrap().into_data().to_vec::<f32>().unwrap();
    close("d_bias", &d_bias, &golden["d_bias"]);

    let packing = Packing::new(&lengths);
    let rows: Vec<[f32; 3]> = floats("x").as_chunks::<3>().0.to_vec();
    let sequences: Vec<&[[f32; 3]]> = rows.chunks(time).collect();
    let packed = init::tensor(packing.pack(&sequences).concat(), [packing.rows(), features], &device);
    close("ends", &host(layer.ends(packed, None, &packing).inner()), &golden["ends"]);
}
