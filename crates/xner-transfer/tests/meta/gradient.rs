//! The meta-gradient against a reference that copies whole models and takes its steps in double precision.

use std::collections::BTreeMap;
use std::path::Path;

use xner_tagger::bert::train::{Clip, FineTuned, FoundGradients};
use xner_train::Tensors;
use xner_train::config::Optimiser;
use xner_train::optimiser::Rule;
use xner_train::{Learner, Moment};
use xner_transfer::meta::{
    Gradient, LossConfig, Masked, Masking, MetaConfig, Sentences, Task, Tasks, inner_optimiser, update,
};

use crate::small::{A, Case, adam};

/// The gradient of a loss, by parameter; the table's rows each by itself.
fn gradient(model: &FineTuned<A>, sentences: &Sentences, loss: LossConfig) -> BTreeMap<String, Vec<f64>> {
    let mut found = FoundGradients::default();
    sentences.add_to(&mut found, model, &loss, None);
    wide(&found.tensors().unwrap())
}

fn wide(tensors: &Tensors) -> BTreeMap<String, Vec<f64>> {
    let wide = |values: &[f32]| values.iter().map(|&x| f64::from(x)).collect();
    tensors.iter().map(|(name, tensor)| (name.to_owned(), wide(&tensor.values))).collect()
}

fn length(gradient: &BTreeMap<String, Vec<f64>>) -> f64 {
    gradient.values().flatten().map(|g| g * g).sum::<f64>().sqrt()
}

/// Weights and moments of one task, in double precision.
struct Slow<'a> {
    config: &'a MetaConfig,
    weights: Tensors,
    moments: BTreeMap<String, [Vec<f64>; 2]>,
    /// Parameters of all steps whose gradients were clipped, and those whose were not.
    clipped: usize,
    whole: usize,
}

impl Slow<'_> {
    fn step(&mut self, gradient: &BTreeMap<String, Vec<f64>>, rate: f64, step: usize) {
        let inner = &self.config.inner;
        let all = length(gradient);
        let clipped = |norm: f64| inner.clip > 0.0 && norm > inner.clip;
        // The rows of the table are one tensor.
        let is_row = |name: &str| name.starts_with("words/");
        let rows = gradient.iter().filter(|(name, _)| is_row(name)).flat_map(|(_, row)| row);
        let table = rows.map(|g| g * g).sum::<f64>().sqrt();
        for (name, gradient) in gradient {
            let norm = match inner.clip_by {
                Clip::Whole => all,
                Clip::Tensor if is_row(name) => table,
                Clip::Tensor => gradient.iter().map(|g| g * g).sum::<f64>().sqrt(),
            };
            let scale = if clipped(norm) { inner.clip / norm } else { 1.0 };
            self.clipped += usize::from(clipped(norm));
            self.whole += usize::from(!clipped(norm));
            let (table, row) = match name.strip_prefix("words/") {
                Some(row) => ("words", row.parse::<usize>().unwrap()),
                None => (name.as_str(), 0),
            };
            let tensor = self.weights.get(table).unwrap().clone();
            let (mut values, count) = (tensor.values, gradient.len());
            let zeros = || [vec![0.0; count], vec![0.0; count]];
            let [m, v] = self.moments.entry(name.clone()).or_insert_with(zeros);
            for (at, g) in gradient.iter().map(|g| g * scale).enumerate() {
                let w = &mut values[row * count + at];
                let decay = match inner.optimiser {
                    Optimiser::AdamW { weight_decay, .. } if tensor.shape.len() > 1 => weight_decay,
                    _ => 0.0,
                };
                let change = match inner.optimiser {
                    Optimiser::Sgd { .. } => rate * g,
                    Optimiser::Adam { beta1, beta2, epsilon, .. }
                    | Optimiser::AdamW { beta1, beta2, epsilon, .. } => {
                        m[at] = beta1 * m[at] + (1.0 - beta1) * g;
                        v[at] = beta2 * v[at] + (1.0 - beta2) * g * g;
                        let of = |beta: f64| {
                            if inner.bias_correction { 1.0 - beta.powi(step as i32) } else { 1.0 }
                        };
                        rate * (m[at] / of(beta1)) / ((v[at] / of(beta2)).sqrt() + epsilon)
                    }
                };
                *w = (f64::from(*w) * (1.0 - rate * decay) - change) as f32;
            }
            self.weights.insert(table, &tensor.shape, values);
        }
    }
}

/// The mean over tasks of the gradient at `θ_i`, each with a whole model of its own; then how many gradients of inner
/// steps were clipped, and how many were not.
fn reference(
    case: &Case,
    tasks: &Tasks,
    which: &[usize],
    rate: f64,
) -> (BTreeMap<String, Vec<f64>>, [usize; 2]) {
    let mut counts = [0; 2];
    let config = &case.config;
    let loss = config.meta_loss();
    let mut sum: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for &task in which {
        let Task { query, support } = &tasks.tasks[task];
        let of = |places: &[usize]| {
            Sentences::new(places.iter().map(|&at| tasks.windows[at].as_slice()), loss.subwords)
        };
        let (weights, moments) = (case.model().weights(), BTreeMap::new());
        let mut slow = Slow { config, weights, moments, clipped: 0, whole: 0 };
        let whole = |weights: &Tensors| {
            let mut model = case.model();
            model.set_weights(&mut weights.clone(), Path::new("copy")).unwrap();
            model
        };
        for step in 1..=config.inner.steps {
            let found = gradient(&whole(&slow.weights), &of(support), loss);
            slow.step(&found, rate, step);
        }
        counts[0] += slow.clipped;
        counts[1] += slow.whole;
        for (name, own) in gradient(&whole(&slow.weights), &of(&[*query]), loss) {
            let sum = sum.entry(name).or_insert_with(|| vec![0.0; own.len()]);
            sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own / which.len() as f64);
        }
    }
    (sum, counts)
}

#[track_caller]
fn close(found: &BTreeMap<String, Vec<f64>>, want: &BTreeMap<String, Vec<f64>>) {
    assert_eq!(found.keys().collect::<Vec<_>>(), want.keys().collect::<Vec<_>>());
    assert!(length(want) > 0.01, "there is a gradient");
    for (name, want) in want {
        for (a, b) in found[name].iter().zip(want) {
            // 1e-6, absolute and relative: numbers of single precision near 1 are not known better.
            assert!((a - b).abs() < 1e-6 * (1.0 + b.abs()), "{name}: {a} and {b}");
        }
    }
}

/// Without dropout and masking, which are drawn.
fn case() -> Case {
    let mut case = Case::new(14, 0.0);
    case.config.masking.ratio = 0.0;
    case
}

#[test]
fn the_meta_gradient_is_that_of_a_reference_which_copies_the_model() {
    let adamw = Optimiser::AdamW { rate: 2e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-2, weight_decay: 5.0 };
    let optimisers = [Optimiser::Sgd { rate: 0.05 }, adam(2e-3, 1e-2), adamw];
    for (at, optimiser) in optimisers.into_iter().enumerate() {
        let cases = [(false, 2, Clip::Whole), (true, 3, Clip::Tensor), (false, 2, Clip::Tensor)];
        for (frozen, steps, by) in cases {
            let mut case = case();
            // Shorter than some of the sentences.
            (case.config.bert.length, case.config.bert.overlap) = (12, 4);
            case.config.bert.freeze_embeddings = frozen;
            case.config.bert.freeze_layers = usize::from(frozen);
            case.config.inner.optimiser = optimiser;
            // So that some gradients are longer.
            (case.config.inner.clip_by, case.config.inner.clip) = (by, 0.3);
            case.config.inner.steps = steps;
            case.config.inner.bias_correction = at == 0 || frozen;
            let tasks = case.tasks();
            let mut learner = case.learner(tasks.clone());
            let before = learner.weights();
            let rate = optimiser.rate();
            // One of them has a sentence of several windows.
            let several = |&at: &usize| tasks.windows[at].len() > 1;
            let long = tasks.tasks.iter().position(|task| task.support.iter().any(several)).unwrap();
            let which = [(0, 1), (0, 5), (1, long)];
            let found = learner.lessons.meta_gradient(&mut learner.model, &which, rate, 0).unwrap();
            assert_eq!(learner.weights(), before, "the model is the same before and after");
            let (want, [clipped, whole]) = reference(&case, &tasks, &[1, 5, long], rate);
            assert!(clipped > 0, "{by:?}");
            assert!(by == Clip::Whole || whole > 0, "of tensors some are short");
            close(&wide(&found.tensors().unwrap()), &want);
            // Were the inner steps not made, it would be another.
            let still = learner.lessons.meta_gradient(&mut learner.model, &which, 0.0, 0).unwrap();
            let still = wide(&still.tensors().unwrap());
            let off: f64 = want
                .iter()
                .flat_map(|(name, want)| want.iter().zip(&still[name]))
                .map(|(a, b)| (a - b).abs())
                .sum();
            assert!(off > 1e-3, "{off}");
        }
    }
}

#[test]
fn without_inner_steps_it_is_ordinary_training() {
    let mut case = case();
    case.config.inner.steps = 0;
    let tasks = case.tasks();
    let loss = case.config.meta_loss();
    let queries = [2, 3, 11];
    let batch = Sentences::new(
        queries.iter().map(|&at| tasks.windows[tasks.tasks[at].query].as_slice()),
        loss.subwords,
    );
    let want = gradient(&case.model(), &batch, loss);
    let mut learner = case.learner(tasks.clone());
    let found =
        learner.lessons.meta_gradient(&mut learner.model, &queries.map(|at| (0, at)), 0.1, 0).unwrap();
    close(&wide(&found.tensors().unwrap()), &want);

    let mut case = case;
    case.config.meta.gradient = Gradient::Sum;
    let mut learner = case.learner(tasks);
    let sum = wide(
        &learner
            .lessons
            .meta_gradient(&mut learner.model, &queries.map(|at| (0, at)), 0.1, 0)
            .unwrap()
            .tensors()
            .unwrap(),
    );
    let thrice = want.into_iter().map(|(name, own)| (name, own.into_iter().map(|g| 3.0 * g).collect()));
    let thrice: BTreeMap<String, Vec<f64>> = thrice.collect();
    for (name, thrice) in &thrice {
        for (a, b) in sum[name].iter().zip(thrice) {
            assert!((a - b).abs() < 3e-6, "{name}: {a} and {b}");
        }
    }
}

/// A task that is tested on what it is trained on: its meta-gradient is the gradient that ordinary training has at its
/// second step, after a first one at the inner rate.
#[test]
fn a_task_whose_support_is_its_query_is_ordinary_training() {
    let mut case = case();
    case.config.inner.steps = 1;
    case.config.inner.optimiser = Optimiser::Sgd { rate: 0.05 };
    case.config.inner.clip = 0.0;
    let mut tasks = case.tasks();
    tasks.tasks = vec![Task { query: 4, support: vec![4] }];
    let loss = case.config.meta_loss();
    let own = Sentences::new([tasks.windows[4].as_slice()], loss.subwords);

    let mut model = case.model();
    let mut ordinary =
        xner_tagger::bert::train::FineTuneOptimiser::new(Optimiser::Sgd { rate: 0.05 }, 0.0, &model);
    let mut first = FoundGradients::default();
    own.add_to(&mut first, &model, &loss, None);
    ordinary.step(&mut model, first, 0.05).unwrap();
    let want = gradient(&model, &own, loss);

    let mut learner = case.learner(tasks);
    let found = learner.lessons.meta_gradient(&mut learner.model, &[(0, 0)], 0.05, 0).unwrap();
    close(&wide(&found.tensors().unwrap()), &want);
}

/// What is masked, and that each time through the source draws for itself.
#[test]
fn the_query_alone_is_masked_or_the_support_too() {
    let mut case = case();
    case.config.masking.ratio = 0.6;
    case.config.inner.steps = 1;
    case.config.inner.optimiser = Optimiser::Sgd { rate: 0.05 };
    case.config.inner.clip = 0.0;
    let tasks = case.tasks();
    let loss = case.config.meta_loss();
    // A task with much to mask.
    let entity_words = |&at: &usize| tasks.windows[at][0].gold.iter().filter(|&&tag| tag > 0).count();
    let least = |task: &Task| task.support.iter().chain([&task.query]).map(entity_words).min();
    let number = (0..tasks.tasks.len()).max_by_key(|&at| least(&tasks.tasks[at])).unwrap();
    let mut gradients = Vec::new();
    for what in [Masked::Query, Masked::Both] {
        case.config.masking.what = what;
        for epoch in [0, 3] {
            let model = case.model();
            let masking = Masking {
                config: case.config.masking,
                mask: model.tokeniser().mask().unwrap(),
                behind: model.tokeniser().behind().len(),
                seed: case.config.seed,
            };
            let Task { query, support } = &tasks.tasks[number];
            let masked = |place: usize| masking.of(&tasks.windows[place], epoch, place);
            let support: Vec<_> = support
                .iter()
                .map(|&at| if what == Masked::Both { masked(at) } else { tasks.windows[at].clone() })
                .collect();
            let of = |windows: &[Vec<_>]| Sentences::new(windows.iter().map(Vec::as_slice), loss.subwords);
            let mut adapted = case.model();
            let mut optimiser = inner_optimiser(&adapted, &case.config.inner);
            update(&mut adapted, &mut optimiser, &of(&support), &loss, 0.05, 1, None).unwrap();
            let want = gradient(&adapted, &of(&[masked(*query)]), loss);
            let mut learner = case.learner(tasks.clone());
            close(
                &wide(
                    &learner
                        .lessons
                        .meta_gradient(&mut learner.model, &[(epoch, number)], 0.05, 0)
                        .unwrap()
                        .tensors()
                        .unwrap(),
                ),
                &want,
            );
            gradients.push(want);
        }
    }
    for (at, one) in gradients.iter().enumerate() {
        assert!(gradients[..at].iter().all(|other| other != one), "{at}");
    }
}

#[test]
fn two_steps_of_an_uncorrected_adam_move_seven_rates() {
    // With the same gradient twice: 3.16 rates, and 4.25.
    let rule = Rule::new(&adam(1.0, 1e-12), 1.0, None);
    let (mut w, mut m, mut v) = ([0.0f32], [0.0f32], [0.0f32]);
    for _ in 0..2 {
        rule.update(&mut w, &[0.3], 1.0, &mut m, &mut v);
    }
    assert!((w[0] + 7.41).abs() < 0.01, "{}", w[0]);
}

#[test]
fn a_meta_update_changes_the_weights_once_and_repeats() {
    let case = Case::new(14, 0.1);
    let step = || {
        let mut learner = case.learner(case.tasks());
        let outcome = learner.step(&[], &Moment { epoch: 0, step: 0, rate: 1e-3 }).unwrap();
        assert!(outcome.loss > 0.0 && outcome.gradient_norm > 0.0);
        learner.weights()
    };
    let (one, two) = (step(), step());
    assert_eq!(one, two);
    assert_ne!(one, case.model().weights());
}

/// Half the meta-update's rate is half the inner rate, where that follows it.
#[test]
fn the_inner_rate_follows_the_meta_updates_if_it_should() {
    let norm = |scheduled: bool, share: f64, inner: f64| {
        let mut case = case();
        case.config.inner.scheduled = scheduled;
        case.config.inner.optimiser = Optimiser::Sgd { rate: inner };
        let rate = share * case.config.meta.optimiser.rate();
        let mut learner = case.learner(case.tasks());
        learner.step(&[], &Moment { epoch: 0, step: 0, rate }).unwrap().gradient_norm
    };
    assert_eq!(norm(false, 0.5, 0.1), norm(false, 1.0, 0.1));
    assert_eq!(norm(true, 0.5, 0.1), norm(false, 1.0, 0.05));
    assert_ne!(norm(true, 0.5, 0.1), norm(true, 1.0, 0.1));
}

/// It is drawn for each pass, and another at each step.
#[test]
fn meta_training_has_dropout() {
    let gradients = |dropout: f64, step: usize| {
        let mut case = Case::new(14, dropout);
        case.config.masking.ratio = 0.0;
        let mut learner = case.learner(case.tasks());
        wide(
            &learner
                .lessons
                .meta_gradient(&mut learner.model, &[(0, 1), (0, 5)], 1e-3, step)
                .unwrap()
                .tensors()
                .unwrap(),
        )
    };
    assert_eq!(gradients(0.0, 0), gradients(0.0, 1));
    let own = gradients(0.3, 0);
    assert_ne!(own, gradients(0.0, 0));
    assert_ne!(own, gradients(0.3, 1));
    assert_eq!(own, gradients(0.3, 0));
}
