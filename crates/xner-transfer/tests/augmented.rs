//! The network of augmented fine-tuning, and a step of it.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use burn::backend::Autodiff;
use burn_flex::{Flex, FlexDevice};
use common::{config, data};
use xner_tagger::bilstm::{Alphabet, BiLstmTagger};
use xner_tagger::config::Combine;
use xner_tagger::{TrainConfig, TrainData, evaluate, open_mapped, train};
use xner_train::{Device, Learner, Moment, Tensors};
use xner_transfer::zero_resource::{
    AugmentedLearner, DenseInitial, Initial, Source, Target, TargetCharacters, Updates, Variant,
    ZeroResourceConfig, ZeroResourceData,
};

type A = Autodiff<Flex>;

/// A base model on English, and what to fine-tune it on: the target's words are the source's own, so that no mapping is
/// needed.
struct Scene {
    folder: tempfile::TempDir,
    data: ZeroResourceData,
}

impl Scene {
    fn new(tied: bool, characters: bool) -> Self {
        let mut data = data(11, 90);
        data.target.vectors.clone_from(&data.source.vectors);
        let folder = tempfile::tempdir().unwrap();
        let mut all = config(Variant::CrossShared);
        all.model.characters.enabled = characters;
        let mut base = TrainConfig { model: all.model, training: all.training, ..TrainConfig::default() };
        base.model.tied = tied;
        let source = TrainData {
            train: data.source.train.clone(),
            dev: data.source.dev.clone(),
            vectors: data.source.vectors.clone(),
            extra_words: Vec::new(),
        };
        train(&base, source, folder.path(), &Device::Cpu, &mut ()).unwrap();
        Self { folder, data }
    }

    fn learner(&self, config: &ZeroResourceConfig) -> AugmentedLearner<A> {
        let base = BiLstmTagger::<Flex>::open(self.folder.path(), &FlexDevice).unwrap();
        let mut lexicon = base.lexicon.with_vectors(self.data.target.vectors.as_ref().unwrap()).unwrap();
        if let Some((alphabet, _)) = &mut lexicon.characters {
            let tokens = self.data.target.unlabelled.iter().flat_map(xner_corpus::Sentence::tokens);
            let wider = alphabet.with(&Alphabet::of_tokens(tokens, 1));
            assert!(wider.len() > alphabet.len(), "the target has letters of its own");
            *alphabet = wider;
        } else if config.augmented.characters == TargetCharacters::Always {
            let tokens = self.data.target.unlabelled.iter().flat_map(xner_corpus::Sentence::tokens);
            lexicon.characters = Some((Alphabet::of_tokens(tokens, 1), 100));
        }
        let target = Target::new(lexicon, &self.data.target.unlabelled, 250);
        let source = Source { train: &self.data.source.train, dev: &self.data.source.dev };
        AugmentedLearner::new(config, &base, &source, target, &self.data.target.dev, &FlexDevice).unwrap().0
    }
}

fn moment(step: usize) -> Moment {
    Moment { epoch: 0, step, rate: 0.1 }
}

fn encoder(weights: &Tensors, of: &str) -> Vec<f32> {
    let all = weights.iter().filter(|(name, _)| name.starts_with(of));
    all.flat_map(|(_, tensor)| tensor.values.clone()).collect()
}

#[test]
fn fine_tuning_begins_with_the_base_model() {
    for (tied, characters) in [(true, true), (false, true), (true, false)] {
        let scene = Scene::new(tied, characters);
        let vectors = scene.data.target.vectors.as_ref().unwrap();
        let base = open_mapped(scene.folder.path(), vectors, &Device::Cpu).unwrap();
        let expected = evaluate(base.as_ref(), &scene.data.target.dev).unwrap().overall;
        assert!(expected.found > 0);
        for combine in [Combine::Dense, Combine::Concatenate, Combine::Sum] {
            for initial in [Initial::Source, Initial::Random] {
                let mut config = config(Variant::CrossAugmented);
                config.model.characters.enabled = characters;
                (config.augmented.combine, config.augmented.initial) = (combine, initial);
                if initial == Initial::Source {
                    // A copy reads what its original reads.
                    config.augmented.characters = TargetCharacters::AsBase;
                }
                let found = scene.learner(&config).evaluate_target().unwrap().unwrap();
                assert_eq!((found.precision, found.recall), (expected.precision, expected.recall));
            }
        }
    }
}

#[test]
fn a_target_encoder_that_is_a_copy_has_the_source_cells_in_both_directions() {
    let scene = Scene::new(true, true);
    let mut config = config(Variant::CrossAugmented);
    config.augmented.initial = Initial::Source;
    let weights = scene.learner(&config).weights();
    for (name, part) in [("encoder", "encoder"), ("characters.lstm", "characters")] {
        for matrix in ["w_ih", "w_hh", "bias"] {
            let one = weights.get(&format!("source.{name}.{matrix}")).unwrap();
            let two = weights.get(&format!("target.{part}.{matrix}")).unwrap();
            let columns = *one.shape.last().unwrap();
            for (own, both) in one.values.chunks(columns).zip(two.values.chunks(2 * columns)) {
                assert_eq!((own, own), both.split_at(columns));
            }
        }
    }
}

/// `L_t(θ_t)` trains the target's encoder and what is shared, and the source's encoder only where it is told to.
#[test]
fn the_joint_loss_reaches_the_source_encoder_only_where_it_is_told_to() {
    let scene = Scene::new(false, true);
    let after = |through_source, initial| {
        let mut config = config(Variant::CrossAugmented);
        config.augmented.base = xner_transfer::zero_resource::Base::CrossWord;
        config.augmented.initial = initial;
        config.augmented.through_source = through_source;
        // A clipped step's length would depend on all gradients.
        config.training.clip = 0.0;
        config.training.optimiser = xner_tagger::config::Optimiser::Sgd { rate: 0.1 };
        let mut learner = scene.learner(&config);
        // The first steps give the joint features weight, without which there is no gradient to compare.
        let before = learner.weights();
        let outcomes: Vec<f32> =
            (0..2).map(|step| learner.step(&[0, 1, 2, 3], &moment(step)).unwrap().loss).collect();
        (before, learner.weights(), outcomes)
    };
    let (before, own, _) = after(false, Initial::Source);
    assert_ne!(encoder(&before, "source.encoder"), encoder(&own, "source.encoder"));
    assert_ne!(encoder(&before, "target.dense"), encoder(&own, "target.dense"));
    assert_ne!(encoder(&before, "target.encoder"), encoder(&own, "target.encoder"));
    let (_, through, _) = after(true, Initial::Source);
    assert_ne!(encoder(&own, "source.encoder"), encoder(&through, "source.encoder"));

    // One step: what the target's encoder is cannot change what the source's becomes.
    let one = |initial| {
        let mut config = config(Variant::CrossAugmented);
        config.augmented.initial = initial;
        config.augmented.base = xner_transfer::zero_resource::Base::CrossWord;
        config.training.clip = 0.0;
        let mut learner = scene.learner(&config);
        learner.step(&[0, 1, 2, 3], &moment(0)).unwrap();
        learner.weights()
    };
    let (copied, random) = (one(Initial::Source), one(Initial::Random));
    assert_ne!(encoder(&copied, "target.encoder"), encoder(&random, "target.encoder"));
    assert_eq!(encoder(&copied, "source.encoder"), encoder(&random, "source.encoder"));
}

/// The step's loss is the sum of the three of equation 7, as the base model alone gives them at the first step: there
/// the joint features are the source's.
#[test]
fn the_first_loss_is_that_of_equation_7() {
    let scene = Scene::new(true, true);
    let mut config = config(Variant::CrossAugmented);
    config.model.dropout = 0.0;
    let mut all = scene.learner(&config);
    // Thresholds below all sentences leave the source's loss alone.
    let mut alone = config.clone();
    (alone.augmented.shortest, alone.augmented.longest) = (Some(1), Some(1));
    let mut source = scene.learner(&alone);
    let (all, source) = [&mut all, &mut source].map(|l| l.step(&[0, 1, 2], &moment(0)).unwrap().loss).into();
    assert!(all > source, "{all} {source}");
}

#[test]
fn a_learner_goes_on_from_its_state() {
    let scene = Scene::new(true, true);
    let config = config(Variant::CrossAugmented);
    let mut whole = scene.learner(&config);
    let losses: Vec<f32> = (0..8).map(|step| whole.step(&[step, 9], &moment(step)).unwrap().loss).collect();
    let mut first = scene.learner(&config);
    for step in 0..4 {
        first.step(&[step, 9], &moment(step)).unwrap();
    }
    let mut second = scene.learner(&config);
    second.set_weights(first.weights(), Path::new("w")).unwrap();
    second.set_state(first.state(), Path::new("o")).unwrap();
    assert_eq!(second.rounds(), first.rounds());
    let rest: Vec<f32> = (4..8).map(|step| second.step(&[step, 9], &moment(step)).unwrap().loss).collect();
    assert_eq!(losses[4..], rest);
    assert_eq!(whole.weights(), second.weights());
    assert_eq!(whole.rounds(), second.rounds());
}

/// The models of table 4 for German and Arabic: the base reads no characters, the target's encoder has its own.
#[test]
fn a_target_encoder_reads_characters_that_the_base_does_not() {
    let scene = Scene::new(true, false);
    let mut config = config(Variant::CrossAugmented);
    config.model.characters.enabled = false;
    let mut learner = scene.learner(&config);
    let before = learner.weights();
    for step in 0..3 {
        learner.step(&[0, 1, 2, 3], &moment(step)).unwrap();
    }
    for own in ["target.embedding", "target.characters"] {
        assert_ne!(encoder(&before, own), encoder(&learner.weights(), own), "{own}");
    }
    assert!(encoder(&before, "source.characters").is_empty());
    config.augmented.characters = TargetCharacters::AsBase;
    let without = scene.learner(&config).weights();
    assert!(
        encoder(&without, "target.embedding").is_empty() && encoder(&without, "target.characters").is_empty()
    );
}

#[test]
fn a_dense_layer_that_begins_at_random_is_not_the_source() {
    let scene = Scene::new(true, true);
    let mut config = config(Variant::CrossAugmented);
    let identity = encoder(&scene.learner(&config).weights(), "target.dense.weight");
    config.augmented.dense_initial = DenseInitial::Random;
    let random = encoder(&scene.learner(&config).weights(), "target.dense.weight");
    assert!(identity.iter().all(|&x| x == 0.0 || (x - 1.0).abs() < 1e-9));
    assert!(random.iter().filter(|&&x| x != 0.0).count() > random.len() / 2);
}

/// At a rate that is nearly nothing the three updates of algorithm 1 add up to that of equation 7.
#[test]
fn small_updates_one_after_the_other_are_the_update_of_their_sum() {
    let scene = Scene::new(true, true);
    let change = |updates, rate| {
        let mut config = config(Variant::CrossAugmented);
        config.model.dropout = 0.0;
        config.training.clip = 0.0;
        config.training.optimiser = xner_tagger::config::Optimiser::Sgd { rate };
        config.augmented.dense_initial = DenseInitial::Random;
        config.augmented.updates = updates;
        let mut learner = scene.learner(&config);
        let before = encoder(&learner.weights(), "");
        let outcome = learner.step(&[0, 1, 2, 3], &Moment { rate, ..moment(0) }).unwrap();
        let after = encoder(&learner.weights(), "");
        let change: Vec<f64> = before.iter().zip(&after).map(|(b, a)| f64::from(a - b) / rate).collect();
        (outcome, change)
    };
    let off = |rate| {
        let (sum, one) = change(Updates::Sum, rate);
        let (parts, other) = change(Updates::Successive, rate);
        let length = one.iter().map(|x| x * x).sum::<f64>().sqrt();
        let apart = one.iter().zip(&other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        ((sum.loss - parts.loss).abs() / sum.loss, apart / length)
    };
    let (of_loss, of_change) = off(1e-3);
    assert!(of_loss < 0.02 && of_change < 0.02, "{of_loss} {of_change}");
    // At a rate that is something they are not the same.
    assert!(off(0.3).1 > 5.0 * of_change, "{:?} {of_change}", off(0.3));
}

/// burn's autodiff sweeps the operations of all threads: without the lock of [`Building`](xner_train::Building) some of
/// these runs lacked the gradient of the characters.
#[test]
fn trainings_on_several_threads_are_as_one_is_alone() {
    let scene = Scene::new(true, true);
    let config = config(Variant::CrossAugmented);
    let run = || {
        let mut learner = scene.learner(&config);
        let step = |step: usize| {
            let loss = learner.step(&[step, 9], &moment(step)).unwrap().loss;
            (loss, learner.weights())
        };
        (0..6).map(step).collect::<Vec<_>>()
    };
    let alone = run();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..60).for_each(|_| assert!(run() == alone, "a gradient lacks a part")));
        }
    });
}
