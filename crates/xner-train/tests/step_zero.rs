//! Weights that were trained before are scored before the first step, and may be chosen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

mod common;

use common::{Fit, Scripted, bytes, config, plan, told};
use xner_train::config::TrainingConfig;
use xner_train::{Ending, Error, Event, Flow, TrainReport, What};

/// What a scripted learner that begins with trained weights (or not) came to, and what was told.
fn run(training: &TrainingConfig, trained: bool, learner: &mut Scripted) -> (TrainReport, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut events = vec![];
    let mut observer = |event: &Event<'_>| {
        events.push(told(event));
        Flow::Continue
    };
    let report = common::run(learner, training, trained, folder.path(), &mut observer).unwrap();
    (report, events)
}

#[test]
fn trained_weights_are_scored_before_the_first_step() {
    let scores = vec![0.5, 0.75];
    let mut learner = Scripted { sentences: 2, scores, measures: true, ..Scripted::default() };
    let (report, events) = run(&config(1, 1, 0), true, &mut learner);
    let expected = [
        "started 2",
        "evaluated 0.5",
        "measured weight 0",
        "measured even 1 odd is odd",
        "best 0",
        "step 1.1",
        "step 1.2",
        "evaluated 0.75",
        "measured weight 2",
        "measured even 1 odd is odd",
        "best 2",
        "checkpoint 2",
        "epoch 1 1.5",
    ];
    assert_eq!(events, expected);
    let (first, best) = (&report.history[0], report.best.unwrap());
    assert_eq!((first.epoch, first.step, first.loss, first.f1), (0, 0, 0.0, 0.5));
    assert_eq!((best.epoch, best.step, best.loss, best.f1), (1, 2, 1.5, 0.75));
    assert_eq!(learner.saved.get(), Some(2.0));
}

#[test]
fn a_learner_that_only_gets_worse_ends_with_its_first_weights() {
    let scores = vec![0.9, 0.8, 0.7, 0.6];
    let mut learner = Scripted { sentences: 3, scores, ..Scripted::default() };
    let (report, _) = run(&config(1, 1, 1), true, &mut learner);
    let best = report.best.unwrap();
    assert_eq!((best.step, best.epoch, best.f1, report.history.len()), (0, 0, 0.9, 4));
    assert_eq!(learner.saved.get(), Some(0.0));
}

#[test]
fn patience_counts_from_the_first_weights() {
    let training = TrainingConfig { patience: 2, ..config(9, 1, 1) };
    let mut learner = Scripted { sentences: 1, scores: vec![0.9, 0.8, 0.9, 1.0], ..Scripted::default() };
    let (report, _) = run(&training, true, &mut learner);
    assert_eq!((report.ending, report.steps, report.best.unwrap().step), (Ending::Patience, 2, 0));
    // Weights that are scored for comparison alone are not counted.
    let training = TrainingConfig { choose_start: false, ..training };
    let mut learner = Scripted { sentences: 1, scores: vec![0.9, 0.8, 0.7, 0.6], ..Scripted::default() };
    let (report, _) = run(&training, true, &mut learner);
    assert_eq!((report.ending, report.steps, report.best.unwrap().step), (Ending::Patience, 3, 1));
}

#[test]
fn the_first_weights_are_scored_and_not_chosen_where_the_settings_say_so() {
    let training = TrainingConfig { choose_start: false, ..config(1, 1, 1) };
    let mut learner = Scripted { sentences: 3, scores: vec![0.9, 0.8, 0.7, 0.6], ..Scripted::default() };
    let (report, events) = run(&training, true, &mut learner);
    assert_eq!(events[..4], ["started 3", "evaluated 0.9", "step 1.1", "evaluated 0.8"]);
    let (best, first) = (report.best.unwrap(), &report.history[0]);
    assert_eq!((first.epoch, first.step, first.f1), (0, 0, 0.9));
    assert_eq!((best.step, best.f1, report.history.len()), (1, 0.8, 4));
    assert_eq!(learner.saved.get(), Some(1.0));
}

#[test]
fn a_fresh_run_has_no_step_0() {
    let mut learner = Scripted { sentences: 2, scores: vec![0.9, 0.8], ..Scripted::default() };
    let (report, events) = run(&config(1, 1, 1), false, &mut learner);
    assert_eq!(events[..3], ["started 2", "step 1.1", "evaluated 0.9"]);
    assert!(report.history.iter().all(|evaluation| evaluation.step > 0 && evaluation.epoch > 0));
    assert_eq!(report.best.unwrap().step, 1);
}

#[test]
fn without_development_data_nothing_is_scored() {
    let mut learner = Scripted { sentences: 2, ..Scripted::default() };
    let (report, events) = run(&config(1, 1, 1), true, &mut learner);
    assert_eq!(events[..2], ["started 2", "step 1.1"]);
    assert!(report.history.is_empty() && report.best.is_none());
    assert_eq!(learner.saved.get(), Some(2.0));
}

/// The learner's score falls, and the one by its target rises: each chooses its own weights.
#[test]
fn the_target_languages_score_chooses_too() {
    for choose_start in [true, false] {
        let training = TrainingConfig { choose_start, ..config(2, 2, 1) };
        let folder = tempfile::tempdir().unwrap();
        let (out, target) = (folder.path().join("source"), folder.path().join("target"));
        let plan = plan(&training, true);
        for (falls, last_by) in [(true, "target"), (false, "source")] {
            let report = plan.run(&mut Fit::new(falls), &out, Some(&target), &mut ()).unwrap();
            let (source, by_target) = (report.best.unwrap(), report.best_target.unwrap());
            let first = usize::from(!choose_start);
            let expected = if last_by == "target" { (first, 6) } else { (6, first) };
            assert_eq!((source.step, by_target.step), expected, "{last_by}, {choose_start}");
            assert_eq!(report.history.len(), 7);
            for used in [&out, &target] {
                assert!(used.join("model.safetensors").exists());
                std::fs::remove_dir_all(used).unwrap();
            }
        }
    }
}

/// Where a run is stopped: at the event of this number, from 0.
fn stopped_at(number: usize) -> impl FnMut(&Event<'_>) -> Flow {
    let mut seen = 0;
    move |event| {
        // The checkpoint that a stop leaves is no place to stop at.
        seen += usize::from(!matches!(event.what, What::Checkpoint { .. }));
        if seen > number { Flow::Stop } else { Flow::Continue }
    }
}

#[test]
fn a_run_that_was_stopped_anywhere_ends_with_the_same_report_and_bytes() {
    for (falls, choose_start) in [(true, true), (true, false), (false, true), (false, false)] {
        let training = TrainingConfig { choose_start, ..config(2, 2, 2) };
        let whole = tempfile::tempdir().unwrap();
        let mut count = 0;
        let mut observer = |event: &Event<'_>| {
            count += usize::from(!matches!(event.what, What::Checkpoint { .. }));
            Flow::Continue
        };
        let report = common::run(&mut Fit::new(falls), &training, true, whole.path(), &mut observer).unwrap();
        assert_eq!(report.history.iter().map(|e| e.step).collect::<Vec<_>>(), [0, 2, 4, 6]);
        assert_eq!(
            report.best.as_ref().unwrap().step,
            if falls { 2 * usize::from(!choose_start) } else { 6 }
        );
        for number in 0..count {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path();
            let fault =
                common::run(&mut Fit::new(falls), &training, true, out, &mut stopped_at(number)).unwrap_err();
            assert!(matches!(fault, Error::Stopped { .. }), "{number}: {fault}");
            let mut scored = vec![];
            let mut observer = |event: &Event<'_>| {
                if let What::Evaluated(evaluation) = event.what {
                    scored.push(evaluation.step);
                }
                Flow::Continue
            };
            let resumed = common::run(&mut Fit::new(falls), &training, true, out, &mut observer).unwrap();
            assert_eq!(resumed, report, "stopped at event {number}");
            assert!(bytes(out) == bytes(whole.path()), "stopped at event {number}");
            // Only a run that was stopped before it scored them scores the first weights again.
            assert_eq!(scored.contains(&0), number == 0, "{number}");
        }
    }
}

#[test]
fn first_weights_that_are_not_finite_are_neither_scored_nor_saved() {
    let folder = tempfile::tempdir().unwrap();
    let mut learner =
        Scripted { sentences: 2, scores: vec![0.5; 3], weight: f32::INFINITY, ..Scripted::default() };
    let fault = common::run(&mut learner, &config(1, 1, 1), true, folder.path(), &mut ()).unwrap_err();
    assert!(
        matches!(fault, Error::Diverged { step: 0, what: "largest weight", checkpoint: None, .. }),
        "{fault}"
    );
    assert_eq!((learner.evaluated.get(), learner.saved.get()), (0, None));
}
