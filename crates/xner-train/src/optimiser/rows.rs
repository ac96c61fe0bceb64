//! The sparse update of a table of word vectors on the host.

use std::path::Path;

use super::rule::Rule;
use crate::config::Optimiser;
use crate::state::State;
use crate::{Error, Result};

/// Updates the rows of a table that a batch used, and only those ("lazy" Adam: moments and the step count of
/// the bias correction are each row's own).
#[derive(Debug, Clone)]
pub struct RowOptimiser {
    optimiser: Optimiser,
    corrected: bool,
    dim: usize,
    m: Vec<f32>,
    v: Vec<f32>,
    /// Updates of each row so far; empty for SGD.
    steps: Vec<u32>,
}

impl RowOptimiser {
    /// For a table of `rows` rows of `dim` numbers.
    pub fn new(optimiser: Optimiser, rows: usize, dim: usize) -> Self {
        let rows = if matches!(optimiser, Optimiser::Sgd { .. }) { 0 } else { rows };
        let (m, v) = (vec![0.0; rows * dim], vec![0.0; rows * dim]);
        Self { optimiser, corrected: true, dim, m, v, steps: vec![0; rows] }
    }

    /// The same with no bias correction in [`Rule::new`].
    #[must_use]
    pub fn uncorrected(self) -> Self {
        Self { corrected: false, ..self }
    }

    /// Begins anew: no row was updated yet.
    pub fn begin_anew(&mut self) {
        for (row, step) in self.steps.iter_mut().enumerate().filter(|(_, step)| **step > 0) {
            *step = 0;
            let at = row * self.dim..(row + 1) * self.dim;
            self.m[at.clone()].fill(0.0);
            self.v[at].fill(0.0);
        }
    }

    /// Updates row `row` of `table` by its gradient times `scale`.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn update(&mut self, table: &mut [f32], row: u32, gradient: &[f32], scale: f32, rate: f64) {
        let at = row as usize * self.dim..(row as usize + 1) * self.dim;
        let weights = &mut table[at.clone()];
        if self.steps.is_empty() {
            return Rule::new(&self.optimiser, rate, None).update(weights, gradient, scale, &mut [], &mut []);
        }
        let step = &mut self.steps[row as usize];
        *step += 1;
        let rule = Rule::new(&self.optimiser, rate, self.corrected.then_some(*step as usize));
        rule.update(weights, gradient, scale, &mut self.m[at.clone()], &mut self.v[at]);
    }

    /// The state, for a checkpoint.
    pub fn state(&self) -> State {
        let mut state = State::default();
        if !self.steps.is_empty() {
            let shape = [self.steps.len(), self.dim];
            state.tensors.insert("m", &shape, self.m.clone());
            state.tensors.insert("v", &shape, self.v.clone());
            state.count("steps", &self.steps);
        }
        state
    }

    /// Takes a state back. `path` is named in faults.
    ///
    /// # Errors
    /// [`Error::Tensor`] and [`Error::Model`] when it does not fit.
    pub fn set_state(&mut self, mut state: State, path: &Path) -> Result<()> {
        if !self.steps.is_empty() {
            let shape = [self.steps.len(), self.dim];
            self.m = state.tensors.take("m", &shape, path)?;
            self.v = state.tensors.take("v", &shape, path)?;
            let steps: Vec<u32> = state.counter("steps", path)?;
            if steps.len() != self.steps.len() {
                let message = format!(
                    "the counter `steps` counts the updates of {} rows, expected {}",
                    steps.len(),
                    self.steps.len()
                );
                return Err(Error::model(path, message));
            }
            self.steps = steps;
        }
        state.expect_empty(path)
    }
}
