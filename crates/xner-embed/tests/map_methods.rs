//! Every method finds a hidden rotation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hidden;

use hidden::{Hidden, precision};
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{
    CheckedConfig, Direction, Finish, Initialiser, MapConfig, Mapped, Method, ProcrustesConfig, RcslsConfig,
    Refinement, Resources, SelfLearningConfig, map,
};

fn run(hidden: &Hidden, config: &CheckedConfig, dictionary: Option<&Dictionary>) -> Mapped {
    let resources = Resources { dictionary, ..Resources::default() };
    map(&hidden.source, &hidden.target, config, &resources, &mut ()).unwrap()
}

/// Settings of a method for the tests' few words: fewer iterations, nothing else.
fn quick(method: Method) -> MapConfig {
    let mut config = MapConfig::preset(method);
    if let Refinement::SelfLearning(learning) = &mut config.refinement {
        learning.interval = 5;
    }
    #[cfg(feature = "adversarial")]
    if let Initialiser::Adversarial(training) = &mut config.initialiser {
        *training = xner_embed::map::adversarial::AdversarialConfig {
            hidden: 128,
            epochs: 6,
            epoch_size: 32_000,
            orthogonality: 0.01,
            ..Default::default()
        };
        config.restarts = 8;
    }
    config
}

fn score(hidden: &Hidden, mapped: &Mapped) -> f64 {
    let source = mapped.mapping.apply_source(&hidden.source).unwrap();
    let target = mapped.mapping.apply_target(&hidden.target).unwrap();
    precision(&source, &target, &hidden.gold)
}

#[test]
fn every_method_finds_a_hidden_rotation() {
    let hidden = Hidden::new(1_500, 20, 0.02, 3);
    let dictionary = hidden.dictionary(300);
    #[cfg(feature = "adversarial")]
    // A discriminator that is quick to train wants few dimensions.
    let few = Hidden::new(1_000, 10, 0.02, 3);
    for &method in Method::ALL {
        #[cfg(feature = "adversarial")]
        let hidden = if method == Method::Adversarial { &few } else { &hidden };
        #[cfg(not(feature = "adversarial"))]
        let hidden = &hidden;
        for direction in [Direction::SourceToTarget, Direction::TargetToSource] {
            let config = MapConfig { direction, ..quick(method) }.check().unwrap();
            let mapped = run(hidden, &config, method.wants_dictionary().then_some(&dictionary));
            let found = score(hidden, &mapped);
            assert!(found >= 0.99, "{method} {direction:?}: {found}");
        }
    }
}

#[test]
fn a_small_dictionary_is_enough_with_self_learning() {
    let hidden = Hidden::new(1_000, 20, 0.02, 4);
    let config = quick(Method::SemiSupervised).check().unwrap();
    let found = score(&hidden, &run(&hidden, &config, Some(&hidden.dictionary(25))));
    assert!(found >= 0.99, "{found}");
}

#[test]
fn refinements_and_finishes_compose() {
    let hidden = Hidden::new(800, 16, 0.02, 5);
    let dictionary = hidden.dictionary(200);
    let refinements = [
        Refinement::None {},
        Refinement::Procrustes(ProcrustesConfig::default()),
        Refinement::Rcsls(RcslsConfig::default()),
        Refinement::Rcsls(RcslsConfig { spectral: true, batch: Some(50), ..RcslsConfig::default() }),
        Refinement::SelfLearning(SelfLearningConfig {
            interval: 2,
            early_cutoff: 300,
            ..SelfLearningConfig::default()
        }),
    ];
    // All weight on the target, as Artetxe et al. 2018 do with a dictionary.
    let one_sided = Finish { source_reweight: 0.0, target_reweight: 1.0, ..Finish::symmetric() };
    for refinement in refinements {
        for finish in [Finish::default(), Finish::symmetric(), one_sided] {
            if matches!(refinement, Refinement::Rcsls(_)) && !finish.is_nothing() {
                continue;
            }
            let config =
                MapConfig { refinement: refinement.clone(), finish, ..MapConfig::preset(Method::Supervised) };
            let found = score(&hidden, &run(&hidden, &config.check().unwrap(), Some(&dictionary)));
            assert!(found >= 0.99, "{refinement:?} {finish:?}: {found}");
        }
    }
}

#[test]
fn exchanging_languages_and_direction_changes_nothing() {
    let hidden = Hidden::new(400, 12, 0.05, 6);
    let there = quick(Method::SelfLearning).check().unwrap();
    let back =
        MapConfig { direction: Direction::TargetToSource, ..quick(Method::SelfLearning) }.check().unwrap();
    let one = run(&hidden, &there, None);
    let exchanged = Hidden { source: hidden.target.clone(), target: hidden.source.clone(), ..hidden };
    let other = run(&exchanged, &back, None);
    assert!(one.mapping.source.distance(&other.mapping.target) < 1e-9);
    assert!(one.mapping.target.distance(&other.mapping.source) < 1e-9);
}

#[test]
fn identity_stays_where_spaces_agree() {
    let hidden = Hidden::new(300, 10, 0.0, 7);
    let same = Hidden { target: hidden.source.clone(), gold: (0..300).collect(), ..hidden };
    let config = MapConfig {
        initialiser: Initialiser::Identity {},
        refinement: Refinement::None {},
        finish: Finish::default(),
        ..MapConfig::default()
    };
    let mapped = run(&same, &config.check().unwrap(), None);
    assert!((score(&same, &mapped) - 1.0).abs() < 1e-12);
    assert!((mapped.report.criterion - 1.0).abs() < 1e-6, "{}", mapped.report.criterion);
}

#[test]
fn restarts_are_judged_by_the_criterion() {
    let hidden = Hidden::new(600, 12, 0.3, 8);
    let config = MapConfig { restarts: 3, seed: 11, ..quick(Method::SelfLearning) }.check().unwrap();
    let mapped = run(&hidden, &config, None);
    let report = &mapped.report;
    assert_eq!(report.restarts.iter().map(|restart| restart.seed).collect::<Vec<_>>(), [11, 12, 13]);
    let best = report.restarts.iter().map(|restart| restart.criterion).fold(f64::MIN, f64::max);
    assert!(
        (report.criterion - best).abs() < 1e-15 && report.restarts[report.kept_restart - 1].criterion >= best
    );
    // Each restart can be had alone.
    let alone =
        MapConfig { seed: 10 + report.kept_restart as u64, ..quick(Method::SelfLearning) }.check().unwrap();
    let alone = run(&hidden, &alone, None);
    assert_eq!(alone.mapping, mapped.mapping);
    assert_eq!(alone.report.restarts[0], report.restarts[report.kept_restart - 1]);
}
