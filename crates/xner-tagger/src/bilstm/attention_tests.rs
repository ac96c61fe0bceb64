#![allow(clippy::unwrap_used)]

use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Param};
use burn_flex::{Flex, FlexDevice};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_train::weights::host;

use super::*;

const DIM: usize = 5;

/// A layer whose biases are not zero, and states of sentences of these lengths.
fn case<B: NerBackend>(lengths: &[usize], seed: u64) -> (Attention<B>, Vec<Vec<Vec<f32>>>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut layer = Attention::new(DIM, &B::Device::default(), &mut rng);
    layer.query.bias = Some(Param::from_tensor(init::uniform([DIM], 1.0, &B::Device::default(), &mut rng)));
    let mut state = || (0..DIM).map(|_| rng.random_range(-2.0f32..2.0)).collect();
    let sentences = lengths.iter().map(|&length| (0..length).map(|_| state()).collect()).collect();
    (layer, sentences)
}

fn packed(sentences: &[Vec<Vec<f32>>]) -> (Packing, Vec<f32>) {
    let packing = Packing::new(&sentences.iter().map(Vec::len).collect::<Vec<_>>());
    let borrowed: Vec<Vec<&[f32]>> =
        sentences.iter().map(|sentence| sentence.iter().map(Vec::as_slice).collect()).collect();
    let rows = packing.pack(&borrowed).concat();
    (packing, rows)
}

/// The contexts of each sentence's tokens, by the layer.
fn contexts(layer: &Attention<Flex>, sentences: &[Vec<Vec<f32>>], budget: usize) -> Vec<Vec<Vec<f32>>> {
    let (packing, rows) = packed(sentences);
    let states = init::tensor::<Flex, 2>(rows, [packing.rows(), DIM], &FlexDevice);
    let found = host(layer.context_in_blocks(states, &packing, budget));
    let of = |sentence| packing.rows_of(sentence).map(|row| found[row * DIM..][..DIM].to_vec()).collect();
    (0..sentences.len()).map(of).collect()
}

/// The contexts by the definition, sentence by sentence, in double precision.
fn by_definition(layer: &Attention<Flex>, sentences: &[Vec<Vec<f32>>]) -> Vec<Vec<Vec<f64>>> {
    let weight = host(layer.query.weight.val());
    let bias = host(layer.query.bias.as_ref().unwrap().val());
    let query = |state: &Vec<f32>| -> Vec<f64> {
        let sum = |to: usize| -> f64 {
            (0..DIM).map(|from| f64::from(state[from]) * f64::from(weight[from * DIM + to])).sum()
        };
        (0..DIM).map(|to| (sum(to) + f64::from(bias[to])).tanh()).collect()
    };
    let contexts = |sentence: &Vec<Vec<f32>>| {
        let queries: Vec<Vec<f64>> = sentence.iter().map(query).collect();
        let context = |i: usize| -> Vec<f64> {
            let score = |j: usize| -> f64 {
                if i == j { 0.0 } else { queries[i].iter().zip(&queries[j]).map(|(a, b)| a * b).sum() }
            };
            let shares: Vec<f64> = (0..sentence.len()).map(|j| score(j).exp()).collect();
            let sum: f64 = shares.iter().sum();
            let mixed = |d: usize| {
                shares.iter().zip(sentence).map(|(share, h)| share / sum * f64::from(h[d])).sum::<f64>()
            };
            (0..DIM).map(mixed).collect()
        };
        (0..sentence.len()).map(context).collect()
    };
    sentences.iter().map(contexts).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn contexts_are_those_of_the_definition(
        lengths in prop::collection::vec(0usize..12, 1..8), seed in any::<u64>(), budget in 1usize..300,
    ) {
        let (layer, sentences) = case::<Flex>(&lengths, seed);
        let expected = by_definition(&layer, &sentences);
        for budget in [budget, BUDGET] {
            let found = contexts(&layer, &sentences, budget);
            for (found, expected) in found.iter().flatten().flatten().zip(expected.iter().flatten().flatten()) {
                prop_assert!((f64::from(*found) - expected).abs() < 1e-5, "{} and {}", found, expected);
            }
            prop_assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), lengths.clone());
        }
    }

    /// What stands beside a sentence in its batch, be it infinite, changes nothing of it.
    #[test]
    fn neighbours_change_nothing(lengths in prop::collection::vec(0usize..9, 2..6), seed in any::<u64>()) {
        let (layer, mut sentences) = case::<Flex>(&lengths, seed);
        let together = contexts(&layer, &sentences, BUDGET);
        for (sentence, together) in sentences.iter().zip(&together) {
            let alone = contexts(&layer, std::slice::from_ref(sentence), BUDGET);
            for (alone, together) in alone[0].iter().flatten().zip(together.iter().flatten()) {
                prop_assert!((alone - together).abs() < 1e-6);
            }
        }
        sentences[0].iter_mut().flatten().for_each(|value| *value = f32::NAN);
        let beside = contexts(&layer, &sentences, BUDGET);
        prop_assert_eq!(&beside[1..], &together[1..]);
    }
}

#[test]
fn a_single_token_is_its_own_context() {
    let (layer, sentences) = case::<Flex>(&[1], 7);
    assert_eq!(contexts(&layer, &sentences, BUDGET), sentences);
}

#[test]
fn gradients_equal_finite_differences() {
    type Auto = Autodiff<Flex>;
    let (layer, sentences) = case::<Auto>(&[3, 1, 0, 4], 3);
    let (packing, rows) = packed(&sentences);
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let weights: Vec<f32> = (0..rows.len()).map(|_| rng.random_range(-1.0f32..1.0)).collect();
    for budget in [BUDGET, 25] {
        let built = xner_nn::Building::begin();
        let states = init::tensor::<Auto, 2>(rows.clone(), [packing.rows(), DIM], &FlexDevice).require_grad();
        let out = layer.context_in_blocks(states.clone(), &packing, budget);
        let upstream = init::tensor(weights.clone(), [packing.rows(), DIM], &FlexDevice);
        let grads = built.backward(&(out * upstream).sum());
        let bias = layer.query.bias.as_ref().unwrap();
        let found = [
            host(states.grad(&grads).unwrap()),
            host(layer.query.weight.grad(&grads).unwrap()),
            host(bias.grad(&grads).unwrap()),
        ];
        let plain = layer.valid();
        let inputs =
            [rows.clone(), host(plain.query.weight.val()), host(plain.query.bias.as_ref().unwrap().val())];
        // The weighted sum in double precision, from outputs in single.
        let value = |[rows, weight, bias]: &[Vec<f32>; 3]| -> f64 {
            let mut layer = plain.clone();
            layer.query.weight = Param::from_tensor(init::tensor(weight.clone(), [DIM, DIM], &FlexDevice));
            layer.query.bias = Some(Param::from_tensor(init::tensor(bias.clone(), [DIM], &FlexDevice)));
            let states = init::tensor::<Flex, 2>(rows.clone(), [packing.rows(), DIM], &FlexDevice);
            let out = host(layer.context(states, &packing));
            out.iter().zip(&weights).map(|(out, weight)| f64::from(*out) * f64::from(*weight)).sum()
        };
        for input in 0..3 {
            for at in 0..inputs[input].len() {
                let moved = |by: f32| {
                    let mut inputs = inputs.clone();
                    inputs[input][at] += by;
                    value(&inputs)
                };
                let step = 1e-2;
                // A fourth-order difference.
                let slope = (8.0 * (moved(step) - moved(-step)) - (moved(2.0 * step) - moved(-2.0 * step)))
                    / (12.0 * f64::from(step));
                let found = f64::from(found[input][at]);
                assert!(
                    (slope - found).abs() < 3e-4,
                    "input {input}, value {at}: {found}, by differences {slope}"
                );
            }
        }
    }
}
