#![allow(clippy::unwrap_used, clippy::needless_range_loop)]

use burn::backend::Autodiff;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Tensor, TensorPrimitive};
use burn_flex::Flex;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::{Building, Packing, init};

type Auto = Autodiff<Flex>;

/// A scale at which most gates are far out. The inputs are whole numbers there: up to eleven products of two of
/// them add up to less than 2^24, so every order of adding gives the same sum. With others, a gate whose terms
/// of 1e7 nearly cancel would be decided by rounding alone.
const FAR: f32 = 2e3;

/// One random call: its spec, its four inputs, and weights that turn its output into a scalar.
struct Case {
    spec: BiLstmSpec,
    inputs: [(Vec<f32>, Vec<usize>); 4],
    weights: Vec<f32>,
}

fn case(
    lengths: &[usize],
    features: usize,
    hidden: usize,
    tied: bool,
    table: Option<usize>,
    emit: Emit,
    scale: f32,
) -> Case {
    let mut rng = ChaCha8Rng::seed_from_u64(lengths.len() as u64 + 31 * hidden as u64);
    let packing = Packing::new(lengths);
    let ids = table.map(|n| (0..packing.rows()).map(|_| rng.random_range(0..n as u32)).collect());
    let rows = table.unwrap_or(packing.rows());
    let spec = BiLstmSpec { packing, ids, hidden, tied, emit, frozen: 0 };
    let columns = spec.cells() * 4 * hidden;
    let inputs =
        [vec![rows, features], vec![features, columns], vec![hidden, columns], vec![columns]].map(|shape| {
            let count = shape.iter().product::<usize>();
            let value = |_| match (rng.random::<f32>() - 0.5) * scale {
                value if scale == FAR => value.round(),
                value => value,
            };
            ((0..count).map(value).collect(), shape)
        });
    // Large recurrent weights make the recurrence chaotic: it would blow rounding up without bound.
    let inputs = inputs.map(|(values, shape): (Vec<f32>, Vec<usize>)| {
        let recurrent = shape == [hidden, columns];
        let by = if recurrent { (scale * (hidden as f32).sqrt()).recip().min(1.0) } else { 1.0 };
        (values.into_iter().map(|v| v * by).collect(), shape)
    });
    let weights = (0..spec.outputs() * 2 * hidden).map(|_| rng.random::<f32>() - 0.5).collect();
    Case { spec, inputs, weights }
}

/// The output, the weighted sum of it and the gradients of that sum.
fn gradients<B: BiLstmOps + AutodiffBackend>(
    case: &Case,
    run: impl Fn(&BiLstmSpec, BiLstmInputs<B>) -> burn::tensor::ops::FloatTensor<B>,
) -> (Vec<f32>, f32, Vec<Vec<f32>>) {
    let built = Building::begin();
    let device = B::Device::default();
    let two = |at: usize| {
        let (values, shape) = &case.inputs[at];
        init::tensor::<B, 2>(values.clone(), [shape[0], shape[1]], &device).require_grad()
    };
    let (x, w_ih, w_hh) = (two(0), two(1), two(2));
    let bias = init::tensor::<B, 1>(case.inputs[3].0.clone(), [case.inputs[3].1[0]], &device).require_grad();
    let inputs = BiLstmInputs {
        x: x.clone().into_primitive().tensor(),
        w_ih: w_ih.clone().into_primitive().tensor(),
        w_hh: w_hh.clone().into_primitive().tensor(),
        bias: bias.clone().into_primitive().tensor(),
    };
    let out: Tensor<B, 2> = Tensor::from_primitive(TensorPrimitive::Float(run(&case.spec, inputs)));
    let values = out.clone().into_data().to_vec::<f32>().unwrap();
    let loss = (out.clone() * init::tensor(case.weights.clone(), out.dims(), &device)).sum();
    let value = loss.clone().into_scalar();
    let grads = built.backward(&loss);
    // A batch of single steps does not use the recurrent weights: autodiff records no gradient then.
    let two = |t: &Tensor<B, 2>| match t.grad(&grads) {
        Some(grad) => grad.into_data().to_vec::<f32>().unwrap(),
        None => vec![0.0; t.dims().iter().product()],
    };
    let found =
        vec![two(&x), two(&w_ih), two(&w_hh), bias.grad(&grads).unwrap().into_data().to_vec().unwrap()];
    (values, burn::tensor::ElementConversion::elem(value), found)
}

/// The output of the body that keeps nothing for a gradient.
fn untracked(case: &Case) -> Vec<f32> {
    let device = burn_flex::FlexDevice;
    let two = |at: usize| {
        let (values, shape) = &case.inputs[at];
        init::tensor::<Flex, 2>(values.clone(), [shape[0], shape[1]], &device).into_primitive().tensor()
    };
    let bias = init::tensor::<Flex, 1>(case.inputs[3].0.clone(), [case.inputs[3].1[0]], &device);
    let inputs = BiLstmInputs { x: two(0), w_ih: two(1), w_hh: two(2), bias: bias.into_primitive().tensor() };
    let out: Tensor<Flex, 2> =
        Tensor::from_primitive(TensorPrimitive::Float(Flex::bilstm(&case.spec, inputs)));
    out.into_data().to_vec::<f32>().unwrap()
}

fn close(a: &[f32], b: &[f32], tolerance: f32) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (at, (a, b)) in a.iter().zip(b).enumerate() {
        prop_assert!((a - b).abs() <= tolerance * (1.0 + a.abs()), "value {}: {} and {}", at, a, b);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Hidden sizes on both sides of a register's width, so that whole and partial registers are met.
    #[test]
    fn native_and_tensor_bodies_agree(
        lengths in prop::collection::vec(0usize..9, 1..20),
        features in 1usize..12, hidden in prop::sample::select(vec![1usize, 3, 8, 15, 16, 17, 33, 70]),
        tied in any::<bool>(), table in prop::option::of(1usize..6), ends in any::<bool>(),
        scale in prop::sample::select(vec![1.0f32, 6.0, FAR]),
    ) {
        let emit = if ends { Emit::Ends } else { Emit::All };
        let case = case(&lengths, features, hidden, tied, table, emit, scale);
        prop_assume!(case.spec.packing.rows() > 0);
        let (native, _, native_grads) = gradients::<Auto>(&case, Auto::bilstm);
        let (tensor, _, tensor_grads) = gradients::<Auto>(&case, tensor_body::bilstm);
        close(&native, &tensor, 1e-5)?;
        close(&untracked(&case), &tensor, 1e-5)?;
        let largest = |values: &[f32]| values.iter().fold(1.0f32, |most, v| most.max(v.abs()));
        for (input, (a, b)) in native_grads.iter().zip(&tensor_grads).enumerate() {
            // A gate's slope, y (1 - y), is rounded near 0 and 1; the other factor of the product multiplies it.
            let factor = match input {
                0 => largest(&case.inputs[1].0),
                1 => largest(&case.inputs[0].0),
                _ => 1.0,
            };
            close(a, b, 1e-5 * largest(b).max(factor))?;
        }
    }
}

#[test]
fn gradients_equal_finite_differences() {
    for (tied, table, emit) in
        [(false, None, Emit::All), (true, Some(5), Emit::All), (false, Some(4), Emit::Ends)]
    {
        let mut case = case(&[3, 1, 0, 4], 3, 5, tied, table, emit, 2.0);
        let (_, _, grads) = gradients::<Auto>(&case, Auto::bilstm);
        for input in 0..4 {
            for at in 0..case.inputs[input].0.len() {
                let original = case.inputs[input].0[at];
                let step = 1e-2;
                let mut value = |delta: f32| {
                    case.inputs[input].0[at] = original + delta;
                    // The weighted sum in double precision, from outputs in single.
                    let (out, _, _) = gradients::<Auto>(&case, Auto::bilstm);
                    out.iter().zip(&case.weights).map(|(o, w)| f64::from(*o) * f64::from(*w)).sum::<f64>()
                };
                // A fourth-order difference.
                let slope = (8.0 * (value(step) - value(-step)) - (value(2.0 * step) - value(-2.0 * step)))
                    / (12.0 * f64::from(step));
                case.inputs[input].0[at] = original;
                let found = f64::from(grads[input][at]);
                assert!(
                    (slope - found).abs() < 2e-4,
                    "input {input}, value {at}: {found}, by differences {slope}"
                );
            }
        }
    }
}

#[test]
fn frozen_columns_get_no_gradient_and_change_no_other() {
    let mut case = case(&[4, 2, 5], 6, 9, false, None, Emit::All, 2.0);
    let (_, _, free) = gradients::<Auto>(&case, Auto::bilstm);
    case.spec.frozen = 4;
    let native = gradients::<Auto>(&case, Auto::bilstm).2;
    let tensor = gradients::<Auto>(&case, tensor_body::bilstm).2;
    for found in [native, tensor] {
        for (row, (frozen, free)) in found[0].chunks(6).zip(free[0].chunks(6)).enumerate() {
            assert_eq!(frozen[..4], [0.0; 4], "row {row}");
            close(&frozen[4..], &free[4..], 1e-5).unwrap();
        }
        for input in 1..4 {
            close(&found[input], &free[input], 1e-5).unwrap();
        }
    }
}

#[test]
fn padding_changes_nothing() {
    let device = burn_flex::FlexDevice;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let layer: BiLstm<Flex> = BiLstmConfig { input: 4, hidden: 7, tied: false }.init(&device, &mut rng);
    let lengths = [3, 6, 0, 5];
    let mut values: Vec<f32> = (0..4 * 6 * 4).map(|_| rng.random()).collect();
    let run = |values: &[f32]| {
        let x = init::tensor::<Flex, 3>(values.to_vec(), [4, 6, 4], &device);
        layer.forward_padded(x, &lengths).into_data().to_vec::<f32>().unwrap()
    };
    let clean = run(&values);
    for (sequence, &len) in lengths.iter().enumerate() {
        values[(sequence * 6 + len) * 4..(sequence + 1) * 24].fill(f32::NAN);
    }
    assert_eq!(run(&values), clean);
    for (sequence, &len) in lengths.iter().enumerate() {
        // Alone and unpadded, a sequence has the same states.
        let x = init::tensor::<Flex, 3>(values[sequence * 24..][..len * 4].to_vec(), [1, len, 4], &device);
        if len > 0 {
            let alone = layer.forward_padded(x, &[len]).into_data().to_vec::<f32>().unwrap();
            close(&alone, &clean[sequence * 84..][..len * 14], 1e-6).unwrap();
        }
        assert!(clean[sequence * 84 + len * 14..(sequence + 1) * 84].iter().all(|&v| v == 0.0));
    }
}

#[test]
fn a_nan_in_the_input_reaches_the_output() {
    let mut case = case(&[3, 2], 3, 20, false, None, Emit::All, 1.0);
    case.inputs[0].0[0] = f32::NAN;
    let (out, _, _) = gradients::<Auto>(&case, Auto::bilstm);
    assert!(out.iter().any(|v| v.is_nan()));
}
