//! The training loop apart from any model: order, schedule, evaluation, the best weights, early stop, events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use common::{Scripted, config, told};
use xner_train::config::TrainingConfig;
use xner_train::{Ending, Error, Event, Flow, Result, TrainReport, TrainingLoop};

fn run(training: &TrainingConfig, learner: &mut Scripted) -> (Result<TrainReport>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut events = vec![];
    let mut observer = |event: &Event<'_>| {
        events.push(told(event));
        Flow::Continue
    };
    let report = common::run(learner, training, false, folder.path(), &mut observer);
    (report, events)
}

#[test]
fn events_come_in_order() {
    let mut learner = Scripted { sentences: 3, scores: vec![0.5, 0.25], ..Scripted::default() };
    let (report, events) = run(&config(2, 2, 3), &mut learner);
    let expected = [
        "started 4",
        "step 1.1",
        "step 1.2",
        "epoch 1 1.5",
        "step 2.3",
        "evaluated 0.5",
        "best 3",
        "checkpoint 3",
        "step 2.4",
        "evaluated 0.25",
        "checkpoint 4",
        "epoch 2 3.5",
    ];
    assert_eq!(events, expected);
    let report = report.unwrap();
    assert_eq!((report.steps, report.ending, report.losses), (4, Ending::Epochs, vec![1.5, 3.5]));
    let best = report.best.unwrap();
    assert_eq!((best.step, best.f1, best.loss), (3, 0.5, 2.0));
    assert_eq!(learner.saved.get(), Some(3.0), "the best weights are saved, not the last");
}

/// Four sentences in batches of two are two steps an epoch: ten epochs make twenty, evaluated about as often as three.
#[test]
fn few_sentences_are_gone_over_more_often() {
    let mut learner = Scripted { sentences: 4, scores: vec![0.5; 10], ..Scripted::default() };
    let training = TrainingConfig { least_steps: 20, ..config(3, 2, 0) };
    let report = run(&training, &mut learner).0.unwrap();
    assert_eq!((report.steps, report.losses.len(), report.ending), (20, 10, Ending::Epochs));
    let steps: Vec<usize> = report.history.iter().map(|evaluation| evaluation.step).collect();
    assert_eq!(steps, [6, 12, 18, 20]);
    // Where there are enough, nothing changes.
    let mut learner = Scripted { sentences: 20, scores: vec![0.5; 10], ..Scripted::default() };
    let report = run(&training, &mut learner).0.unwrap();
    let steps: Vec<usize> = report.history.iter().map(|evaluation| evaluation.step).collect();
    assert_eq!((report.steps, steps), (30, vec![10, 20, 30]));
}

#[test]
fn each_epoch_reads_every_sentence_once_in_its_own_order() {
    let mut learner = Scripted { sentences: 50, ..Scripted::default() };
    run(&config(3, 8, 0), &mut learner).0.unwrap();
    let epochs: Vec<Vec<usize>> = learner.batches.chunks(7).map(<[_]>::concat).collect();
    for epoch in &epochs {
        let mut sorted = epoch.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
    }
    assert!(epochs[0] != epochs[1] && epochs[1] != epochs[2]);
    let mut again = Scripted { sentences: 50, ..Scripted::default() };
    run(&config(3, 8, 0), &mut again).0.unwrap();
    assert_eq!(learner.batches, again.batches);
    let mut reseeded = Scripted { sentences: 50, ..Scripted::default() };
    let (folder, training) = (tempfile::tempdir().unwrap(), config(3, 8, 0));
    let other = TrainingLoop { seed: 2, ..common::plan(&training, false) };
    other.run(&mut reseeded, folder.path(), None, &mut ()).unwrap();
    assert_ne!(learner.batches, reseeded.batches);
}

#[test]
fn the_rate_falls_once_an_epoch() {
    let mut learner = Scripted { sentences: 4, ..Scripted::default() };
    run(&config(3, 2, 0), &mut learner).0.unwrap();
    let rates: Vec<f64> = learner.moments.iter().map(|at| at.rate).collect();
    let expected = [0.1, 0.1, 0.1 / 1.01, 0.1 / 1.01, 0.1 / 1.02, 0.1 / 1.02];
    assert!(rates.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{rates:?}");
    assert_eq!(learner.moments.iter().map(|at| at.step).collect::<Vec<_>>(), (0..6).collect::<Vec<_>>());
}

#[test]
fn patience_ends_a_run_that_gets_no_better() {
    let mut config = config(100, 1, 1);
    config.patience = 3;
    let scores = vec![0.1, 0.3, 0.2, 0.3, 0.4, 0.1, 0.1, 0.4, 0.9];
    let mut learner = Scripted { sentences: 1, scores, ..Scripted::default() };
    let report = run(&config, &mut learner).0.unwrap();
    assert_eq!((report.ending, report.steps), (Ending::Patience, 8));
    assert_eq!(learner.saved.get(), Some(5.0));
}

#[test]
fn without_development_data_the_last_weights_are_kept() {
    let mut learner = Scripted { sentences: 5, ..Scripted::default() };
    let report = run(&config(2, 1, 3), &mut learner).0.unwrap();
    assert!(report.best.is_none() && report.history.is_empty());
    assert_eq!(learner.saved.get(), Some(10.0));
}

#[test]
fn a_nan_loss_names_its_step() {
    let mut learner =
        Scripted { sentences: 4, breaks_at: Some(6), scores: vec![0.5; 9], ..Scripted::default() };
    let fault = run(&config(3, 1, 2), &mut learner).0.unwrap_err();
    let Error::Diverged { step: 7, epoch: 2, what: "loss", checkpoint: Some(_), .. } = &fault else {
        panic!("{fault}")
    };
    assert!(fault.to_string().contains("phase `phase` diverged at step 7"), "{fault}");
    assert!(fault.to_string().contains("the loss is NaN"), "{fault}");
    let mut learner = Scripted { sentences: 4, breaks_at: Some(0), ..Scripted::default() };
    let fault = run(&config(3, 1, 2), &mut learner).0.unwrap_err();
    assert!(fault.to_string().contains("no checkpoint yet"), "{fault}");
}

/// Behind each evaluation, and before what the score itself is worth.
#[test]
fn a_learners_measures_reach_the_observer() {
    let scores = vec![0.5, 0.25];
    let mut learner = Scripted { sentences: 2, scores, measures: true, ..Scripted::default() };
    let (report, events) = run(&config(2, 1, 2), &mut learner);
    report.unwrap();
    let expected = [
        "started 4",
        "step 1.1",
        "step 1.2",
        "evaluated 0.5",
        "measured weight 2",
        "measured even 1 odd is odd",
        "best 2",
        "checkpoint 2",
        "epoch 1 1.5",
        "step 2.3",
        "step 2.4",
        "evaluated 0.25",
        "measured weight 4",
        "measured even 1 odd is odd",
        "checkpoint 4",
        "epoch 2 3.5",
    ];
    assert_eq!(events, expected);
}
