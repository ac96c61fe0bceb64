//! The discriminator's steps: native and tensor bodies, burn's autodiff, the equations, finite differences.
#![cfg(feature = "adversarial")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use burn::backend::Autodiff;
use burn::tensor::activation::{leaky_relu, log_sigmoid};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_flex::{Flex, FlexDevice};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_embed::map::adversarial::{Batch, Dense, FlexNetwork, Network, TensorNetwork};

type Auto = Autodiff<Flex>;

const LEAK: f32 = 0.2;

fn tensor<B: Backend, const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<B, D>
where
    B::Device: Default,
{
    Tensor::from_data(TensorData::new(values, shape), &B::Device::default())
}

fn values<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Vec<f32> {
    tensor.into_data().to_vec::<f32>().unwrap()
}

struct Case {
    layers: Vec<Dense>,
    rows: usize,
    dim: usize,
    inputs: Vec<f32>,
    masks: Vec<Vec<f32>>,
    targets: Vec<f32>,
}

fn case(sizes: &[usize], rows: usize, masked: bool, seed: u64) -> Case {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = |count: usize, scale: f32| -> Vec<f32> {
        (0..count).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * scale).collect()
    };
    let layers: Vec<Dense> = sizes
        .iter()
        .zip(sizes[1..].iter().chain([&1]))
        .map(|(&inputs, &outputs)| Dense {
            inputs,
            outputs,
            weight: draw(inputs * outputs, 1.5 / (inputs as f32).sqrt()),
            bias: draw(outputs, 0.3),
        })
        .collect();
    let dim = sizes[0];
    let inputs = draw(rows * dim, 1.0);
    let targets = draw(rows, 0.5).iter().map(|x| x + 0.5).collect();
    let masks = sizes[1..]
        .iter()
        .filter(|_| masked)
        .map(|&units| {
            draw(rows * units, 1.0).iter().map(|&x| if x < -0.4 { 0.0 } else { 1.0 / 0.7 }).collect()
        })
        .collect();
    Case { layers, rows, dim, inputs, masks, targets }
}

impl Case {
    fn batch<B: Backend>(&self) -> Batch<B>
    where
        B::Device: Default,
    {
        let mask = |(mask, layer): (&Vec<f32>, &Dense)| tensor(mask.clone(), [self.rows, layer.outputs]);
        Batch {
            inputs: tensor(self.inputs.clone(), [self.rows, self.dim]),
            masks: self.masks.iter().zip(&self.layers).map(mask).collect(),
        }
    }
}

/// Losses of some steps on one batch, and the weights after them.
fn steps<N: Network<Flex>>(case: &Case, count: usize, rate: f32) -> (Vec<f32>, Vec<Dense>) {
    let mut network = N::new(&case.layers, LEAK, &FlexDevice);
    let losses = (0..count)
        .map(|_| values(network.discriminator_step(case.batch(), &case.targets, rate))[0])
        .collect();
    (losses, network.layers())
}

fn fooling<N: Network<Flex>>(case: &Case, target: f32, scale: f32) -> (f32, Vec<f32>) {
    let mut network = N::new(&case.layers, LEAK, &FlexDevice);
    let (loss, gradient) =
        network.mapping_gradient(tensor(case.inputs.clone(), [case.rows, case.dim]), target, scale);
    assert_eq!(network.layers(), case.layers, "the network stays as it is");
    (values(loss)[0], values(gradient))
}

fn near(a: &[f32], b: &[f32], tolerance: f32) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        prop_assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{} and {}", a, b);
    }
    Ok(())
}

fn same_layers(a: &[Dense], b: &[Dense], tolerance: f32) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        prop_assert_eq!((a.inputs, a.outputs), (b.inputs, b.outputs));
        near(&a.weight, &b.weight, tolerance)?;
        near(&a.bias, &b.bias, tolerance)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn native_and_tensor_bodies_agree(
        dim in 1usize..80, hidden in prop::collection::vec(1usize..300, 1..4), rows in 1usize..80,
        masked in any::<bool>(), seed in any::<u64>(),
    ) {
        let mut sizes = vec![dim];
        sizes.extend(hidden);
        let case = case(&sizes, rows, masked, seed);
        let (native_losses, native) = steps::<FlexNetwork>(&case, 3, 0.1);
        let (tensor_losses, tensor) = steps::<TensorNetwork<Flex>>(&case, 3, 0.1);
        // A unit whose sum is 0 up to rounding may have either slope of the leaky ReLU.
        near(&native_losses, &tensor_losses, 1e-4)?;
        same_layers(&native, &tensor, 5e-4)?;
        let (native_loss, native) = fooling::<FlexNetwork>(&case, 0.9, 0.01);
        let (tensor_loss, tensor) = fooling::<TensorNetwork<Flex>>(&case, 0.9, 0.01);
        near(&[native_loss], &[tensor_loss], 1e-5)?;
        near(&native, &tensor, 5e-4)?;
    }
}

/// The logits, recorded by autodiff.
fn logits(
    layers: &[(Tensor<Auto, 2>, Tensor<Auto, 1>)],
    inputs: Tensor<Auto, 2>,
    masks: &[Tensor<Auto, 2>],
) -> Tensor<Auto, 2> {
    let mut x = inputs;
    for (at, (weight, bias)) in layers.iter().enumerate() {
        let z = x.matmul(weight.clone()) + bias.clone().unsqueeze();
        if at + 1 == layers.len() {
            return z;
        }
        x = leaky_relu(z, f64::from(LEAK));
        if let Some(mask) = masks.get(at) {
            x = x * mask.clone();
        }
    }
    panic!("no layers");
}

/// The mean over rows of `- y log P - (1 - y) log (1 - P)`: equation 3 halved.
fn cross_entropy(logits: Tensor<Auto, 2>, targets: Tensor<Auto, 2>) -> Tensor<Auto, 1> {
    let (yes, no) = (log_sigmoid(logits.clone()), log_sigmoid(logits.neg()));
    let one_less = targets.clone().neg() + 1.0;
    (targets * yes + one_less * no).mean().neg()
}

fn parameters(case: &Case) -> Vec<(Tensor<Auto, 2>, Tensor<Auto, 1>)> {
    let layer = |layer: &Dense| {
        let weight = tensor(layer.weight.clone(), [layer.inputs, layer.outputs]);
        let bias = tensor::<Auto, 1>(layer.bias.clone(), [layer.outputs]);
        (weight.require_grad(), bias.require_grad())
    };
    case.layers.iter().map(layer).collect()
}

#[test]
fn tensor_body_equals_autodiff() {
    for (sizes, masked) in [(vec![5, 7], false), (vec![20, 33, 64], true), (vec![9, 4, 40, 6], true)] {
        let case = case(&sizes, 11, masked, 7);
        let parameters = parameters(&case);
        let batch = case.batch::<Auto>();
        let targets = tensor::<Auto, 2>(case.targets.clone(), [case.rows, 1]);
        let loss = cross_entropy(logits(&parameters, batch.inputs, &batch.masks), targets);
        let grads = loss.backward();
        let rate = 0.3;
        let (losses, after) = steps::<TensorNetwork<Flex>>(&case, 1, rate);
        near(&losses, &values(loss), 1e-6).unwrap();
        for ((layer, before), (weight, bias)) in after.iter().zip(&case.layers).zip(&parameters) {
            let step = |before: &[f32], gradient: Vec<f32>| -> Vec<f32> {
                before.iter().zip(gradient).map(|(x, g)| x - rate * g).collect()
            };
            near(&layer.weight, &step(&before.weight, values(weight.grad(&grads).unwrap())), 1e-6).unwrap();
            near(&layer.bias, &step(&before.bias, values(bias.grad(&grads).unwrap())), 1e-6).unwrap();
        }

        let mapped = tensor::<Auto, 2>(case.inputs.clone(), [case.rows, case.dim]).require_grad();
        let targets = tensor::<Auto, 2>(vec![0.9; case.rows], [case.rows, 1]);
        let loss = cross_entropy(logits(&parameters, mapped.clone(), &[]), targets);
        let grads = loss.backward();
        let (found, gradient) = fooling::<TensorNetwork<Flex>>(&case, 0.9, 1.0 / case.rows as f32);
        near(&[found], &values(loss), 1e-6).unwrap();
        near(&gradient, &values(mapped.grad(&grads).unwrap()), 1e-6).unwrap();
    }
}

/// The logit of each row, in double precision.
fn plainly(case: &Case, layers: &[Dense], inputs: &[f64]) -> Vec<f64> {
    let mut x = inputs.to_vec();
    for (at, layer) in layers.iter().enumerate() {
        let mut out = vec![0.0; case.rows * layer.outputs];
        for row in 0..case.rows {
            for j in 0..layer.outputs {
                let sum: f64 = (0..layer.inputs)
                    .map(|i| x[row * layer.inputs + i] * f64::from(layer.weight[i * layer.outputs + j]))
                    .sum();
                let z = sum + f64::from(layer.bias[j]);
                let leaked = if z > 0.0 || at + 1 == layers.len() { z } else { f64::from(LEAK) * z };
                let mask = case.masks.get(at).map_or(1.0, |mask| f64::from(mask[row * layer.outputs + j]));
                out[row * layer.outputs + j] = leaked * mask;
            }
        }
        x = out;
    }
    x
}

fn probability(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

#[test]
fn losses_are_half_of_equations_3_and_4() {
    let (m, n) = (6, 6);
    let mut case = case(&[8, 40, 12], m + n, false, 3);
    // Mapped rows (own = 0) first, rows at home (own = 1) behind, labels not smoothed.
    case.targets = (0..m + n).map(|row| if row < m { 0.0 } else { 1.0 }).collect();
    let inputs: Vec<f64> = case.inputs.iter().map(|&x| f64::from(x)).collect();
    let own: Vec<f64> = plainly(&case, &case.layers, &inputs).into_iter().map(probability).collect();
    let (mapped, home) = own.split_at(m);
    let mean = |values: &[f64], log: fn(f64) -> f64| {
        -values.iter().map(|&p| log(p)).sum::<f64>() / values.len() as f64
    };
    let equation_3 = mean(mapped, |p| (1.0 - p).ln()) + mean(home, f64::ln);
    for losses in [steps::<FlexNetwork>(&case, 1, 0.1).0, steps::<TensorNetwork<Flex>>(&case, 1, 0.1).0] {
        assert!((2.0 * f64::from(losses[0]) - equation_3).abs() < 1e-5, "{losses:?} and {equation_3}");
    }

    // The mapping's loss is the first sum of equation 4, of the mapped rows alone.
    case.rows = m;
    case.inputs.truncate(m * case.dim);
    let first_sum = mean(mapped, f64::ln);
    let scale = 1.0 / (m + n) as f32;
    for (loss, _) in
        [fooling::<FlexNetwork>(&case, 1.0, scale), fooling::<TensorNetwork<Flex>>(&case, 1.0, scale)]
    {
        assert!((2.0 * f64::from(loss) - first_sum).abs() < 1e-5, "{loss} and {first_sum}");
    }
}

#[test]
fn gradients_equal_finite_differences() {
    let case = case(&[6, 35, 10], 9, true, 12);
    let inputs: Vec<f64> = case.inputs.iter().map(|&x| f64::from(x)).collect();
    let loss = |layers: &[Dense]| -> f64 {
        let logits = plainly(&case, layers, &inputs);
        let one = |(z, &y): (&f64, &f32)| {
            let (p, y) = (probability(*z), f64::from(y));
            -y * p.ln() - (1.0 - y) * (1.0 - p).ln()
        };
        logits.iter().zip(&case.targets).map(one).sum::<f64>() / case.rows as f64
    };
    // A rate of 1 makes the step the gradient.
    let (_, after) = steps::<FlexNetwork>(&case, 1, 1.0);
    let h = 1e-3_f32;
    for at in 0..case.layers.len() {
        for i in (0..case.layers[at].weight.len()).step_by(5) {
            let moved = |by: f32| {
                let mut layers = case.layers.clone();
                layers[at].weight[i] += by;
                let really = f64::from(layers[at].weight[i]) - f64::from(case.layers[at].weight[i]);
                (loss(&layers), really)
            };
            let ((above, up), (below, down)) = (moved(h), moved(-h));
            let want = (above - below) / (up - down);
            let found = f64::from(case.layers[at].weight[i]) - f64::from(after[at].weight[i]);
            assert!((found - want).abs() < 2e-4, "layer {at} weight {i}: {found} and {want}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let case = case(&[50, 300, 260], 64, true, 5);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (steps::<FlexNetwork>(&case, 4, 0.1), fooling::<FlexNetwork>(&case, 0.9, 0.1)))
    };
    let one = run(1);
    for threads in [2, 3, 7] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

#[test]
fn weights_go_in_and_come_out() {
    let case = case(&[7, 33, 65], 3, false, 1);
    assert_eq!(FlexNetwork::new(&case.layers, LEAK, &FlexDevice).layers(), case.layers);
    assert_eq!(TensorNetwork::<Flex>::new(&case.layers, LEAK, &FlexDevice).layers(), case.layers);
}
