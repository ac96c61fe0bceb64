//! The training loop apart from any model: order, schedule, evaluation, the best weights, early stop, events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_cmp)]

use std::path::Path;

use xner_tagger::config::TrainConfig;
use xner_tagger::train::{
    DevScores, Ending, Event, Flow, Learner, Moment, StepOutcome, TrainReport, TrainingLoop,
};
use xner_tagger::{Error, Result, Tensors};

/// A learner that writes down what it is asked, and scores as it is told.
#[derive(Default)]
struct Scripted {
    sentences: usize,
    batches: Vec<Vec<usize>>,
    moments: Vec<Moment>,
    /// The F1 of each evaluation; none: no development data.
    scores: Vec<f64>,
    evaluated: std::cell::Cell<usize>,
    /// The step (from 0) whose loss is NaN.
    breaks_at: Option<usize>,
    weight: f32,
    saved: std::cell::Cell<Option<f32>>,
}

impl Learner for Scripted {
    fn sentences(&self) -> usize {
        self.sentences
    }

    fn step(&mut self, batch: &[usize], at: &Moment) -> Result<StepOutcome> {
        if self.breaks_at == Some(at.step) {
            return Ok(StepOutcome { loss: f32::NAN, gradient_norm: 0.0 });
        }
        self.batches.push(batch.to_vec());
        self.moments.push(*at);
        self.weight += 1.0;
        Ok(StepOutcome { loss: self.weight, gradient_norm: 1.0 })
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        let f1 = self.scores.get(self.evaluated.replace(self.evaluated.get() + 1)).copied();
        Ok(f1.map(|f1| DevScores { precision: f1, recall: f1, f1 }))
    }

    fn weights(&self) -> Tensors {
        let mut weights = Tensors::default();
        weights.insert("w", &[1], vec![self.weight]);
        weights
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        self.weight = weights.take("w", &[1], path)?[0];
        Ok(())
    }

    fn optimiser(&self) -> Tensors {
        Tensors::default()
    }

    fn set_optimiser(&mut self, _: Tensors, _: &Path) -> Result<()> {
        Ok(())
    }

    fn save(&self, _: &Path, _: &TrainReport) -> Result<()> {
        self.saved.set(Some(self.weight));
        Ok(())
    }
}

fn config(epochs: usize, batch: usize, evaluate_every: usize) -> TrainConfig {
    let mut config = TrainConfig::default();
    config.training.epochs = epochs;
    config.training.batch = batch;
    config.training.evaluate_every = evaluate_every;
    config
}

fn run(config: &TrainConfig, learner: &mut Scripted) -> (Result<TrainReport>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut events = vec![];
    let mut observer = |event: &Event<'_>| {
        events.push(match event {
            Event::Started { steps, .. } => format!("started {steps}"),
            Event::Step { step, epoch, .. } => format!("step {epoch}.{step}"),
            Event::Evaluated(evaluation) => format!("evaluated {}", evaluation.f1),
            Event::NewBest(evaluation) => format!("best {}", evaluation.step),
            Event::EpochEnd { epoch, loss } => format!("epoch {epoch} {loss}"),
            Event::Checkpoint { step, .. } => format!("checkpoint {step}"),
            Event::Finished(report) => format!("finished {}", report.steps),
            _ => panic!("an event that this test does not know"),
        });
        Flow::Continue
    };
    let plan = TrainingLoop {
        seed: config.seed,
        training: &config.training,
        settings: config.settings().unwrap(),
        fingerprint: "f".into(),
        left_out: 0,
        out: folder.path(),
        target_out: None,
    };
    let report = plan.run(learner, &mut observer);
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
        "finished 4",
    ];
    assert_eq!(events, expected);
    let report = report.unwrap();
    assert_eq!((report.steps, report.ending, report.losses), (4, Ending::Epochs, vec![1.5, 3.5]));
    let best = report.best.unwrap();
    assert_eq!((best.step, best.f1, best.loss), (3, 0.5, 2.0));
    assert_eq!(learner.saved.get(), Some(3.0), "the best weights are saved, not the last");
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
    let mut other = config(3, 8, 0);
    other.seed += 1;
    let mut reseeded = Scripted { sentences: 50, ..Scripted::default() };
    run(&other, &mut reseeded).0.unwrap();
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
    config.training.patience = 3;
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
    assert!(fault.to_string().contains("the loss is NaN"), "{fault}");
    let mut learner = Scripted { sentences: 4, breaks_at: Some(0), ..Scripted::default() };
    let fault = run(&config(3, 1, 2), &mut learner).0.unwrap_err();
    assert!(fault.to_string().contains("no checkpoint yet"), "{fault}");
}
