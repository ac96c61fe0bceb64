//! A learner without a model.

use std::cell::Cell;
use std::path::Path;

use xner_train::{DevScores, Learner, Measure, Moment, Result, State, StepOutcome, Tensors, TrainReport};

/// A learner that writes down what it is asked, and scores as it is told.
#[derive(Default)]
pub(crate) struct Scripted {
    pub(crate) sentences: usize,
    pub(crate) batches: Vec<Vec<usize>>,
    pub(crate) moments: Vec<Moment>,
    /// The F1 of each evaluation; none: no development data.
    pub(crate) scores: Vec<f64>,
    pub(crate) evaluated: Cell<usize>,
    /// The step (from 0) whose loss is NaN.
    pub(crate) breaks_at: Option<usize>,
    pub(crate) weight: f32,
    pub(crate) saved: Cell<Option<f32>>,
    /// What it tells behind each evaluation, the weight among it.
    pub(crate) measures: bool,
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

    fn measures(&self) -> Vec<Measure> {
        let weight = Measure { name: "weight", value: f64::from(self.weight), note: "" };
        let even = Measure { name: "even", value: f64::from(self.weight % 2.0 == 0.0), note: "odd is odd" };
        if self.measures { vec![weight, even] } else { vec![] }
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

    fn state(&self) -> State {
        State::default()
    }

    fn set_state(&mut self, state: State, path: &Path) -> Result<()> {
        state.expect_empty(path)
    }

    fn save(&self, _: &Path, _: &TrainReport) -> Result<()> {
        self.saved.set(Some(self.weight));
        Ok(())
    }
}
