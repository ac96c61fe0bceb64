//! The optimisers against the papers' formulas, and the two bodies against one another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use burn::module::{AutodiffModule, Module, Param};
use burn::tensor::{Tensor, TensorData};
use proptest::prelude::*;
use xner_train::Building;
use xner_train::config::{Fall, Optimiser, Schedule};
use xner_train::optimiser::{Fetch, Gradients, ModuleOptimiser, RowOptimiser, Rule, clip_factor};

type Inner = burn_flex::Flex;
type Outer = burn::backend::Autodiff<Inner>;

#[derive(Module, Debug)]
struct Toy<B: burn::tensor::backend::Backend> {
    weight: Param<Tensor<B, 2>>,
}

const OPTIMISERS: [Optimiser; 3] = [
    Optimiser::Sgd { rate: 0.1 },
    Optimiser::Adam { rate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    Optimiser::AdamW { rate: 0.1, beta1: 0.8, beta2: 0.99, epsilon: 1e-6, weight_decay: 0.1 },
];

#[test]
fn the_schedule_is_the_papers() {
    let schedule = Schedule::default();
    assert_eq!(schedule.rate(0.1, 0, 7, 9), 0.1);
    assert!((schedule.rate(0.1, 1, 7, 9) - 0.1 / 1.01).abs() < 1e-15);
    assert!((schedule.rate(0.1, 29, 7, 9) - 0.1 / 1.29).abs() < 1e-15);
    assert_eq!(Schedule { decay: 1.0, ..schedule }.rate(0.1, 100_000, 0, 1), 1e-4, "the floor");
    assert_eq!(schedule.rate(1e-5, 0, 0, 1), 1e-5, "the floor does not lift a rate that begins below it");
}

#[test]
fn a_rate_warms_up_and_falls_to_nothing_in_a_line() {
    // As get_linear_schedule_with_warmup of transformers: 10 steps, 2 of them to warm up.
    let schedule = Schedule { kind: Fall::Linear, warmup: 0.15, ..Schedule::default() };
    let rates: Vec<f64> = (0..11).map(|step| schedule.rate(0.8, 0, step, 10)).collect();
    let expected = [0.0, 0.4, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0];
    assert!(rates.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{rates:?}");
}

#[test]
fn a_gradient_is_clipped_by_its_whole_length() {
    assert_eq!(clip_factor(4.0, 5.0), 1.0);
    assert_eq!(clip_factor(10.0, 5.0), 0.5);
    assert_eq!(clip_factor(1e9, 0.0), 1.0);
}

/// The formulas as Kingma and Ba (2015) and Loshchilov and Hutter (2019) print them, in 64 bits.
fn reference(optimiser: &Optimiser, mut w: f64, gradients: &[f64], rate: f64) -> f64 {
    let (mut m, mut v) = (0.0, 0.0);
    for (t, g) in (1..).zip(gradients) {
        let (beta1, beta2, epsilon, decay): (f64, f64, f64, f64) = match *optimiser {
            Optimiser::Sgd { .. } => {
                w -= rate * g;
                continue;
            }
            Optimiser::Adam { beta1, beta2, epsilon, .. } => (beta1, beta2, epsilon, 0.0),
            Optimiser::AdamW { beta1, beta2, epsilon, weight_decay, .. } => {
                (beta1, beta2, epsilon, weight_decay)
            }
        };
        m = beta1 * m + (1.0 - beta1) * g;
        v = beta2 * v + (1.0 - beta2) * g * g;
        let (m_hat, v_hat) = (m / (1.0 - beta1.powi(t)), v / (1.0 - beta2.powi(t)));
        w = w - rate * m_hat / (v_hat.sqrt() + epsilon) - rate * decay * w;
    }
    w
}

proptest! {
    #[test]
    fn host_and_device_follow_the_formulas(
        start in prop::collection::vec(-2f32..2.0, 6),
        gradients in prop::collection::vec(prop::collection::vec(-3f32..3.0, 6), 1..6),
        scale in 0.1f32..1.0,
    ) {
        let device = burn_flex::FlexDevice;
        for optimiser in OPTIMISERS {
            let rate = optimiser.rate();
            let weight = Tensor::<Outer, 2>::from_data(TensorData::new(start.clone(), [2, 3]), &device);
            let mut toy = Toy { weight: Param::from_tensor(weight) };
            let mut on_device = ModuleOptimiser::<Inner>::new(optimiser);
            let mut table = start.clone();
            let mut on_host = RowOptimiser::new(optimiser, 2, 3);
            for gradient in &gradients {
                // The gradient of the sum of w · g is g.
                let built = Building::begin();
                let g = Tensor::<Outer, 2>::from_data(TensorData::new(gradient.clone(), [2, 3]), &device);
                let found = built.backward(&(toy.weight.val() * g).sum());
                let collected = Gradients::of(&toy, &found);
                let expected: f32 = gradient.iter().map(|g| g * g).sum();
                let mut fetch = Fetch::default();
                let squares = collected.squares(&mut fetch);
                prop_assert!((squares.sum(&fetch.read().unwrap()) - expected).abs() < 1e-3);
                toy = on_device.step(toy, collected, scale, rate);
                for row in 0..2 {
                    on_host.update(&mut table, row, &gradient[row as usize * 3..][..3], scale, rate);
                }
            }
            let device_values = toy.valid().weight.val().into_data().to_vec::<f32>().unwrap();
            for at in 0..6 {
                let own: Vec<f64> = gradients.iter().map(|g| f64::from(g[at] * scale)).collect();
                let expected = reference(&optimiser, f64::from(start[at]), &own, rate);
                prop_assert!((f64::from(table[at]) - expected).abs() < 1e-4, "{} {}", table[at], expected);
                prop_assert!((f64::from(device_values[at]) - expected).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn state_goes_out_and_in_again(gradient in prop::collection::vec(-3f32..3.0, 6)) {
        let path = std::path::Path::new("state");
        for optimiser in OPTIMISERS {
            let mut first = RowOptimiser::new(optimiser, 2, 3);
            let mut table = vec![0.5; 6];
            first.update(&mut table, 1, &gradient[..3], 1.0, 0.1);
            let mut second = RowOptimiser::new(optimiser, 2, 3);
            second.set_state(first.state(), path).unwrap();
            let mut copy = table.clone();
            first.update(&mut table, 1, &gradient[3..], 1.0, 0.1);
            second.update(&mut copy, 1, &gradient[3..], 1.0, 0.1);
            prop_assert_eq!(table, copy);
        }
    }
}

#[test]
fn a_row_that_is_not_used_is_not_changed() {
    for optimiser in OPTIMISERS {
        let mut table = vec![1.0; 6];
        let mut rows = RowOptimiser::new(optimiser, 2, 3);
        rows.update(&mut table, 0, &[1.0, 2.0, 3.0], 1.0, 0.1);
        assert_eq!(table[3..], [1.0; 3]);
        assert!(table[..3].iter().all(|&w| w < 1.0));
    }
    assert_eq!(Rule::new(&OPTIMISERS[0], 0.5, Some(9)), Rule::Sgd { rate: 0.5 });
}
