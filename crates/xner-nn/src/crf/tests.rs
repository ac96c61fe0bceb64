#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use burn::backend::Autodiff;
use burn::tensor::{Tensor, TensorPrimitive};
use burn_flex::Flex;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::{Building, Packing, init};

type Auto = Autodiff<Flex>;

struct Case {
    packing: Packing,
    tags: usize,
    gold: Arc<[u16]>,
    values: [Vec<f32>; 4],
}

fn case(lengths: &[usize], tags: usize, scale: f32) -> Case {
    let mut rng = ChaCha8Rng::seed_from_u64(tags as u64);
    let packing = Packing::new(lengths);
    let gold = (0..packing.rows()).map(|_| rng.random_range(0..tags as u16)).collect();
    let values = [packing.rows() * tags, tags * tags, tags, tags]
        .map(|n| (0..n).map(|_| (rng.random::<f32>() - 0.5) * scale).collect());
    Case { packing, tags, gold, values }
}

/// The loss, and the gradients of three times the loss, by a body.
fn run(
    case: &Case,
    body: impl Fn(CrfInputs<Auto>) -> burn::tensor::ops::FloatTensor<Auto>,
) -> (f32, Vec<Vec<f32>>) {
    let built = Building::begin();
    let device = burn_flex::FlexDevice;
    let tags = case.tags;
    let [e, t, s, f] = case.values.clone();
    let e = init::tensor::<Auto, 2>(e, [case.packing.rows(), tags], &device).require_grad();
    let t = init::tensor::<Auto, 2>(t, [tags, tags], &device).require_grad();
    let s = init::tensor::<Auto, 1>(s, [tags], &device).require_grad();
    let f = init::tensor::<Auto, 1>(f, [tags], &device).require_grad();
    let inputs = CrfInputs {
        emissions: e.clone().into_primitive().tensor(),
        transitions: t.clone().into_primitive().tensor(),
        start: s.clone().into_primitive().tensor(),
        end: f.clone().into_primitive().tensor(),
    };
    let loss: Tensor<Auto, 1> = Tensor::from_primitive(TensorPrimitive::Float(body(inputs)));
    let value = loss.clone().into_data().to_vec::<f32>().unwrap()[0];
    let grads = built.backward(&(loss * 3.0).sum());
    let get2 = |x: &Tensor<Auto, 2>| match x.grad(&grads) {
        Some(grad) => grad.into_data().to_vec::<f32>().unwrap(),
        None => vec![0.0; x.dims().iter().product()],
    };
    let get1 = |x: &Tensor<Auto, 1>| x.grad(&grads).unwrap().into_data().to_vec::<f32>().unwrap();
    (value, vec![get2(&e), get2(&t), get1(&s), get1(&f)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn native_and_tensor_bodies_agree(
        lengths in prop::collection::vec(0usize..8, 1..12), tags in 1usize..20,
        scale in prop::sample::select(vec![0.5f32, 4.0, 40.0]),
    ) {
        let case = case(&lengths, tags, scale);
        prop_assume!(case.packing.rows() > 0);
        let (native, native_grads) = run(&case, |inputs| Auto::crf_loss(inputs, &case.gold, &case.packing));
        let (tensor, tensor_grads) =
            run(&case, |inputs| tensor_body::crf_loss(inputs, &case.gold, &case.packing));
        // The tensor body sums in single precision.
        let size = scale * case.packing.rows() as f32;
        prop_assert!((native - tensor).abs() <= 1e-5 * (1.0 + size), "{} and {}", native, tensor);
        let tolerance = if scale > 10.0 { 1e-4 } else { 1e-5 };
        for (a, b) in native_grads.iter().flatten().zip(tensor_grads.iter().flatten()) {
            prop_assert!((a - b).abs() <= tolerance * (1.0 + a.abs()), "gradients {} and {}", a, b);
        }
    }
}

#[test]
fn untracked_and_tracked_losses_are_equal() {
    let case = case(&[4, 0, 7], 5, 2.0);
    let device = burn_flex::FlexDevice;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let crf: Crf<Auto> = Crf::new(5, &device, &mut rng);
    let emissions = init::tensor::<Auto, 2>(case.values[0].clone(), [11, 5], &device);
    let loss = |crf: &Crf<Auto>| {
        let loss = crf.loss(emissions.clone(), &case.gold, &case.packing, Reduction::Mean);
        loss.into_data().to_vec::<f32>().unwrap()[0]
    };
    let frozen = burn::module::Module::no_grad(crf.clone());
    assert!((loss(&crf) - loss(&frozen)).abs() < 1e-6);
}

#[test]
fn scores_that_are_not_finite_make_the_loss_nan() {
    for (input, value) in [(0, f32::NAN), (0, f32::INFINITY), (1, f32::NAN), (2, f32::NAN)] {
        let mut case = case(&[3, 2], 4, 1.0);
        case.values[input][1] = value;
        let (loss, _) = run(&case, |inputs| Auto::crf_loss(inputs, &case.gold, &case.packing));
        assert!(loss.is_nan(), "input {input}: {loss}");
    }
}
