#![allow(clippy::unwrap_used, clippy::needless_range_loop)]

use burn::backend::Autodiff;
use burn::tensor::backend::{AutodiffBackend, BackendTypes};
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Tensor, TensorPrimitive};
use burn_flex::{Flex, FlexDevice};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::noise::{Noise, Site};
use super::*;
use crate::{Building, init};

type Auto = Autodiff<Flex>;

/// One random call: its spec, its inputs (`x` first), and weights that turn its output into a scalar.
struct Case {
    spec: EncoderSpec,
    inputs: Vec<(Vec<f32>, Vec<usize>)>,
    weights: Vec<f32>,
}

fn case(lengths: &[usize], heads: usize, size: usize, inner: usize, noise: Option<u64>, scale: f32) -> Case {
    case_of(EncoderForm::default(), lengths, heads, size, inner, noise, scale)
}

fn case_of(
    form: EncoderForm,
    lengths: &[usize],
    heads: usize,
    size: usize,
    inner: usize,
    noise: Option<u64>,
    scale: f32,
) -> Case {
    let mut rng = ChaCha8Rng::seed_from_u64(lengths.len() as u64 + 31 * inner as u64);
    let width = heads * size;
    let rows = lengths.iter().sum();
    let dropout = noise.map(|seed| EncoderDropout { hidden: 0.2, attention: 0.3, seed });
    let spec = EncoderSpec { lengths: lengths.into(), heads, epsilon: 1e-5, dropout, form };
    let ways_up = inner * form.ways_up();
    let shapes = [
        vec![rows, width],
        vec![width, 3 * width],
        vec![3 * width],
        vec![width, width],
        vec![width],
        vec![width],
        vec![width],
        vec![width, ways_up],
        vec![ways_up],
        vec![inner, width],
        vec![width],
        vec![width],
        vec![width],
    ];
    let inputs = shapes.map(|shape| {
        let count = shape.iter().product::<usize>();
        ((0..count).map(|_| (rng.random::<f32>() - 0.5) * scale).collect(), shape)
    });
    let weights = (0..rows * width).map(|_| rng.random::<f32>() - 0.5).collect();
    Case { spec, inputs: inputs.to_vec(), weights }
}

/// The native body's noise as the tensor body takes it.
fn same_noise<B: EncoderOps>(
    spec: &EncoderSpec,
    site: Site,
    shape: [usize; 4],
    device: &<B as BackendTypes>::Device,
) -> Option<Tensor<B, 4>> {
    let noise = Noise::of(spec, site)?;
    let mut factors = Vec::new();
    if site == Site::Attention {
        let [_, heads, longest, _] = shape;
        let mut place = 0u32;
        for &len in spec.lengths.iter() {
            for (head, i, j) in (0..heads * longest * longest)
                .map(|at| (at / longest / longest, at / longest % longest, at % longest))
            {
                let inside = i < len && j < len;
                let at = place + ((head * len + i) * len + j) as u32;
                factors.push(if inside { noise.factor(at) } else { 1.0 });
            }
            place += (heads * len * len) as u32;
        }
    } else {
        factors.extend((0..shape.iter().product::<usize>()).map(|at| noise.factor(at as u32)));
    }
    Some(init::tensor(factors, shape, device))
}

fn tensors<B: EncoderOps + AutodiffBackend>(
    case: &Case,
    track: bool,
) -> (EncoderInputs<B>, Vec<FloatTensor<B>>) {
    let device = B::Device::default();
    let all: Vec<FloatTensor<B>> = case
        .inputs
        .iter()
        .map(|(values, shape)| {
            let tensor = |values| match shape[..] {
                [a, b] => init::tensor::<B, 2>(values, [a, b], &device).into_primitive().tensor(),
                _ => init::tensor::<B, 1>(values, [shape[0]], &device).into_primitive().tensor(),
            };
            let primitive = tensor(values.clone());
            if track { B::float_set_require_grad(primitive, true) } else { primitive }
        })
        .collect();
    let mut rest = all[1..].iter().cloned();
    let parameters = std::array::from_fn(|_| rest.next().unwrap());
    (EncoderInputs { x: all[0].clone(), parameters }, all)
}

/// The output, the weighted sum of it and the gradients of that sum.
fn gradients<B: EncoderOps + AutodiffBackend>(
    case: &Case,
    run: impl Fn(&EncoderSpec, EncoderInputs<B>) -> FloatTensor<B>,
) -> (Vec<f32>, f32, Vec<Vec<f32>>) {
    let built = Building::begin();
    let (inputs, all) = tensors::<B>(case, true);
    let out: Tensor<B, 2> = Tensor::from_primitive(TensorPrimitive::Float(run(&case.spec, inputs)));
    let values = out.clone().into_data().to_vec::<f32>().unwrap();
    let loss = (out.clone() * init::tensor(case.weights.clone(), out.dims(), &out.device())).sum();
    let value = loss.clone().into_data().to_vec::<f32>().unwrap()[0];
    let grads = built.backward(&loss);
    let found = all.iter().zip(&case.inputs).map(|(tensor, (_, shape))| match B::grad(tensor, &grads) {
        Some(grad) => {
            let grad: Tensor<B::InnerBackend, 1> = match shape.len() {
                2 => Tensor::<_, 2>::from_primitive(TensorPrimitive::Float(grad)).flatten(0, 1),
                _ => Tensor::from_primitive(TensorPrimitive::Float(grad)),
            };
            grad.into_data().to_vec::<f32>().unwrap()
        }
        None => vec![0.0; shape.iter().product()],
    });
    (values, value, found.collect())
}

fn native(case: &Case) -> (Vec<f32>, f32, Vec<Vec<f32>>) {
    gradients::<Auto>(case, <Auto as EncoderOps>::encoder_layer)
}

fn oracle(case: &Case) -> (Vec<f32>, f32, Vec<Vec<f32>>) {
    gradients::<Auto>(case, |spec, inputs| tensor_body::layer(spec, inputs, &same_noise))
}

fn near(what: &str, found: &[f32], want: &[f32], bound: f32) {
    assert_eq!(found.len(), want.len(), "{what}");
    let size = want.iter().fold(1.0f32, |most, x| most.max(x.abs()));
    for (at, (a, b)) in found.iter().zip(want).enumerate() {
        assert!((a - b).abs() <= bound * size, "{what} at {at}: {a} instead of {b}");
    }
}

fn agree(case: &Case, bound: f32) {
    let ((out, _, found), (want_out, _, want)) = (native(case), oracle(case));
    near("output", &out, &want_out, bound);
    for (at, (found, want)) in found.iter().zip(&want).enumerate() {
        near(&format!("gradient {at}"), found, want, bound);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn native_and_tensor_bodies_agree(
        lengths in prop::collection::vec(0usize..9, 1..5), heads in 1usize..4, size in 1usize..19,
        inner in 1usize..40, noise in prop::option::of(any::<u64>()), large in any::<bool>(),
    ) {
        // Rows of one column are all alike after a norm: nothing but rounding is left of their gradient.
        prop_assume!(heads * size > 2);
        agree(&case(&lengths, heads, size, inner, noise, if large { 4.0 } else { 1.0 }), 2e-4);
    }

    #[test]
    fn native_and_tensor_bodies_agree_in_every_form(
        lengths in prop::collection::vec(0usize..14, 1..5), heads in 1usize..4, half in 1usize..9,
        inner in 1usize..40, noise in prop::option::of(any::<u64>()), form in forms(),
    ) {
        prop_assume!(2 * heads * half > 2);
        agree(&case_of(form, &lengths, heads, 2 * half, inner, noise, 1.0), 2e-4);
    }
}

fn forms() -> impl Strategy<Value = EncoderForm> {
    let norms = prop::sample::select(vec![Norms::Behind, Norms::Before, Norms::BeforeFeedForward]);
    let sites = [DropoutSites::BehindBoth, DropoutSites::BehindFeedForward, DropoutSites::Inside];
    let (rotary, window) = (prop::option::of(2.0f32..20_000.0), prop::option::of(0usize..9));
    (norms, any::<bool>(), rotary, window, prop::sample::select(sites.to_vec())).prop_map(
        |(norms, gated, rotary, window, dropped)| EncoderForm { norms, gated, rotary, window, dropped },
    )
}

/// ModernBERT's.
fn local() -> EncoderForm {
    let (norms, dropped) = (Norms::Before, DropoutSites::Inside);
    EncoderForm { norms, gated: true, rotary: Some(10_000.0), window: Some(3), dropped }
}

/// The definition of a turned query and key: their product knows nothing but how far apart they are.
#[test]
fn rotary_scores_depend_on_distances_alone() {
    let form = EncoderForm { rotary: Some(50.0), ..EncoderForm::default() };
    let [cos, sin] = form.turns(12, 6).unwrap();
    let turned = |x: [f32; 6], place: usize| -> Vec<f32> {
        let angle = |at: usize| (f64::from(cos[place * 3 + at]), f64::from(sin[place * 3 + at]));
        (0..6)
            .map(|at| {
                let (c, s) = angle(at % 3);
                let (a, b) = (f64::from(x[at % 3]), f64::from(x[3 + at % 3]));
                (if at < 3 { a * c - b * s } else { b * c + a * s }) as f32
            })
            .collect()
    };
    let (query, key) = ([0.3, -1.0, 0.7, 2.0, 0.1, -0.4], [1.0, 0.2, -0.6, 0.5, 1.5, 0.9]);
    let score = |i, j| -> f32 { turned(query, i).iter().zip(turned(key, j)).map(|(a, b)| a * b).sum() };
    for (i, j) in [(0, 4), (3, 7), (7, 11)] {
        assert!((score(i, j) - score(0, 4)).abs() < 1e-5);
    }
    assert!((score(0, 4) - score(4, 0)).abs() > 1e-2);
    let plain: f32 = query.iter().zip(key).map(|(a, b)| a * b).sum();
    assert!((score(5, 5) - plain).abs() < 1e-5);
}

#[test]
fn a_window_that_reaches_everywhere_is_none() {
    let lengths = [9, 4];
    let run = |window| {
        let form = EncoderForm { window, ..local() };
        native(&case_of(form, &lengths, 2, 4, 6, None, 1.0))
    };
    assert_eq!(run(Some(8)), run(None));
    assert_eq!(run(Some(usize::MAX)), run(None));
    assert_ne!(run(Some(7)).0, run(None).0);
    // Nothing of a row that is out of reach of all layers' windows is read: only the row itself with a window of 0.
    let (out, ..) = run(Some(0));
    let mut case = case_of(EncoderForm { window: Some(0), ..local() }, &lengths, 2, 4, 6, None, 1.0);
    case.inputs[0].0[8 * 5..8 * 6].fill(0.5);
    let (other, ..) = native(&case);
    for row in 0..13 {
        assert_eq!(out[8 * row..][..8] == other[8 * row..][..8], row != 5, "{row}");
    }
}

#[test]
fn blocks_of_many_rows_agree() {
    // More rows than a block, and sentences that begin inside of one.
    let lengths = [50, 0, 1, 33, 64, 17];
    for noise in [None, Some(7)] {
        agree(&case(&lengths, 4, 8, 48, noise, 1.0), 1e-4);
        agree(&case_of(local(), &lengths, 4, 8, 48, noise, 1.0), 1e-4);
    }
}

#[test]
fn noise_made_on_the_device_is_the_native_bodys() {
    for (lengths, seed) in [(&[3, 0, 9, 1][..], 3), (&[40, 33], u64::MAX), (&[7], 0x8000_0000)] {
        let case = case(lengths, 3, 4, 10, Some(seed), 1.0);
        let run = |spec: &EncoderSpec, inputs| tensor_body::layer(spec, inputs, &tensor_body::device_noise);
        let (out, _, found) = gradients::<Auto>(&case, run);
        let (want_out, _, want) = native(&case);
        near("output", &out, &want_out, 1e-4);
        for (at, (found, want)) in found.iter().zip(&want).enumerate() {
            near(&format!("gradient {at}"), found, want, 1e-4);
        }
    }
}

#[test]
fn the_gradient_is_the_outputs_change() {
    the_change_is(case(&[3, 2], 2, 3, 5, Some(3), 1.5));
    let form = EncoderForm { window: Some(1), ..local() };
    the_change_is(case_of(form, &[3, 2], 2, 4, 5, Some(3), 1.5));
}

fn the_change_is(mut case: Case) {
    let (_, _, found) = native(&case);
    let step = 4e-3;
    for input in 0..case.inputs.len() {
        for at in 0..case.inputs[input].0.len() {
            let whole = case.inputs[input].0[at];
            let mut value = |x: f32| {
                case.inputs[input].0[at] = x;
                let (out, ..) = native(&case);
                out.iter().zip(&case.weights).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>()
            };
            let change = (value(whole + step) - value(whole - step)) / f64::from(2.0 * step);
            value(whole);
            let error = (change - f64::from(found[input][at])).abs();
            assert!(
                error < 4e-3 * change.abs().max(1.0),
                "{input} at {at}: {change} and {}",
                found[input][at]
            );
        }
    }
}

#[test]
fn a_frozen_layer_has_no_gradient_of_its_own_and_passes_its_inputs() {
    let case = case(&[4, 2], 2, 4, 8, None, 1.0);
    let built = Building::begin();
    let (inputs, all) = tensors::<Auto>(&case, false);
    let x = <Auto as burn::tensor::ops::FloatTensorOps<Auto>>::float_set_require_grad(all[0].clone(), true);
    let out = Auto::encoder_layer(&case.spec, EncoderInputs { x: x.clone(), ..inputs });
    let out: Tensor<Auto, 2> = Tensor::from_primitive(TensorPrimitive::Float(out));
    let weights = init::tensor(case.weights.clone(), out.dims(), &FlexDevice);
    let grads = built.backward(&(out.clone() * weights).sum());
    let grad: Tensor<Flex, 2> =
        Tensor::from_primitive(TensorPrimitive::Float(Auto::grad(&x, &grads).unwrap()));
    near("x", &grad.into_data().to_vec::<f32>().unwrap(), &native(&case).2[0], 1e-6);
    assert!(all[1..].iter().all(|tensor| Auto::grad(tensor, &grads).is_none()));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for form in [EncoderForm::default(), local()] {
        let case = case_of(form, &[40, 3, 70, 21], 2, 8, 32, Some(5), 1.0);
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| native(&case))
        };
        let first = run(1);
        for threads in [2, 3] {
            assert_eq!(run(threads), first);
        }
    }
}

#[test]
fn a_ready_layer_is_the_layer() {
    // Widths that are no whole number of panels, rows of every remainder, many rows.
    let (bert, first) = (EncoderForm::default(), EncoderForm { norms: Norms::BeforeFeedForward, ..local() });
    for (form, lengths, heads, size, inner) in [
        (bert, &[1][..], 1, 1, 1),
        (bert, &[5, 0, 8], 3, 5, 70),
        (bert, &[7], 12, 4, 192),
        (bert, &[40, 33, 70, 17], 4, 13, 600),
        (bert, &[100], 3, 5, 50),
        (local(), &[1], 1, 2, 1),
        (local(), &[40, 0, 70, 17], 4, 14, 300),
        (first, &[100], 3, 6, 50),
        (EncoderForm { norms: Norms::Behind, ..local() }, &[12, 3], 3, 6, 50),
        (EncoderForm { gated: false, ..local() }, &[12, 3], 3, 6, 50),
    ] {
        let case = case_of(form, lengths, heads, size, inner, None, 1.0);
        let (inputs, _) = tensors::<Auto>(&case, false);
        let parameters = inputs.parameters.map(|tensor| tensor.primitive);
        let x = inputs.x.primitive;
        let ready = Flex::ready_layer(parameters.clone(), Precision::Full).unwrap();
        let values = |out: FloatTensor<Flex>| {
            let out: Tensor<Flex, 2> = Tensor::from_primitive(TensorPrimitive::Float(out));
            out.into_data().to_vec::<f32>().unwrap()
        };
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| values(ready.call(&case.spec, x.clone())))
        };
        let found = run(1);
        near("output", &found, &oracle(&case).0, 1e-4);
        for threads in [2, 3] {
            assert_eq!(run(threads), found);
        }
    }
}

#[test]
fn a_fixed_layer_is_the_layer_with_noise_and_without() {
    for noise in [None, Some(5)] {
        let case = case(&[3, 6], 2, 4, 9, noise, 1.0);
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let layer: EncoderLayer<Flex> = EncoderLayerConfig {
            width: 8,
            inner: 9,
            form: EncoderForm::default(),
            biases: Biases::default(),
        }
        .init(&FlexDevice, &mut rng);
        let x = init::tensor::<Flex, 2>(case.inputs[0].0.clone(), [9, 8], &FlexDevice);
        let values = |x: Tensor<Flex, 2>| x.into_data().to_vec::<f32>().unwrap();
        let want = values(layer.forward(x.clone(), &case.spec));
        let same = FixedLayer::once(layer.clone(), Precision::Full);
        for fixed in [FixedLayer::from(layer.clone()), FixedLayer::passing(layer.clone()), same.clone()] {
            for _ in 0..2 {
                near("output", &values(fixed.forward(x.clone(), &case.spec)), &want, 1e-5);
            }
        }
        // Held in order alone, the weights come back as they were.
        let parameters = |layer: &EncoderLayer<Flex>| -> Vec<Vec<f32>> {
            layer.parameters().map(|tensor| tensor.into_data().to_vec().unwrap()).to_vec()
        };
        assert_eq!(parameters(&same.layer()), parameters(&layer));
        // In 8 bits they come back as what was multiplied with, and are near.
        let eight = FixedLayer::once(layer.clone(), Precision::Eight);
        near("output", &values(eight.forward(x.clone(), &case.spec)), &want, 0.1);
        let again = FixedLayer::once(eight.layer().into_owned(), Precision::Eight);
        let [a, b] = [&eight, &again].map(|fixed| values(fixed.forward(x.clone(), &case.spec)));
        near("quantised twice", &a, &b, 1e-6);
        let rounded = values(eight.into_inner().forward(x, &case.spec));
        near("weights in 8 bits", &rounded, &want, 0.1);
    }
}
