//! The gradient of a step, added up over its parts, and the step itself.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner_nn::NerBackend;
use xner_train::{
    State, StepOutcome, Tensors,
    config::Optimiser,
    optimiser::{Gradients, ModuleOptimiser, RowOptimiser, clip_factor},
    weights::host,
};

use super::super::batch::SubwordBatch;
use super::fine_tuned::{FineTuned, States};
use crate::Result;

/// Gradients of rows of the table of subwords.
type Rows = BTreeMap<u32, Vec<f32>>;

/// The gradient of a [`FineTuned`] model, and the loss that it is of, added up over parts of a batch.
#[derive(Debug)]
pub struct FoundGradients<B: Backend> {
    loss: f32,
    module: Option<Gradients<B>>,
    /// Those of the table's rows that were used, where the table is trained.
    rows: Rows,
}

impl<B: Backend> Default for FoundGradients<B> {
    fn default() -> Self {
        Self { loss: 0.0, module: None, rows: Rows::new() }
    }
}

impl<B: NerBackend> FoundGradients<B> {
    /// Adds a part's loss, a single number, and its gradient. `passes` are the passes through the encoder that the loss
    /// comes from. Of a loss that is not finite no gradient is taken.
    pub fn add<A>(
        &mut self,
        model: &FineTuned<A>,
        loss: &Tensor<A, 1>,
        passes: &[(&SubwordBatch, &States<A>)],
    ) where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        self.loss += host(loss.clone().inner()).first().copied().unwrap_or(f32::NAN);
        if !self.loss.is_finite() {
            return;
        }
        let found = loss.backward();
        let own = Gradients::of(model.trained(), &found);
        match &mut self.module {
            Some(sum) => sum.add(own),
            None => self.module = Some(own),
        }
        for (batch, states) in passes {
            let Some(gradient) = states.table.as_ref().and_then(|leaf| leaf.grad(&found)) else { continue };
            let width = model.config().hidden_size;
            let gradient = host(gradient);
            for (&id, own) in batch.distinct.iter().zip(gradient.chunks_exact(width)) {
                match self.rows.get_mut(&id) {
                    Some(sum) => sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own),
                    None => drop(self.rows.insert(id, own.to_vec())),
                }
            }
        }
    }

    /// Says that something the gradient depends on is no longer a finite number.
    pub fn fail(&mut self) {
        self.loss = f32::NAN;
    }

    /// The gradient on the host: those of the module by parameter name, those of the table's rows under `words/` and
    /// the row's number.
    pub fn tensors(&self) -> Tensors {
        let mut tensors = self.module.as_ref().map(Gradients::tensors).unwrap_or_default();
        for (row, gradient) in &self.rows {
            tensors.insert(format!("words/{row}"), &[gradient.len()], gradient.clone());
        }
        tensors
    }

    /// Loss and gradient times a factor.
    pub fn scale(&mut self, factor: f32) {
        self.loss *= factor;
        if let Some(module) = &mut self.module {
            module.scale(factor);
        }
        self.rows.values_mut().flatten().for_each(|gradient| *gradient *= factor);
    }

    /// The loss so far.
    pub fn loss(&self) -> f32 {
        self.loss
    }

    /// The loss, and the length of the whole gradient; not a number where the loss is not finite.
    pub fn outcome(&self) -> StepOutcome {
        if !self.loss.is_finite() {
            return StepOutcome { loss: self.loss, gradient_norm: f32::NAN };
        }
        let squares = squares(&self.rows);
        let module = self.module.as_ref().map_or(0.0, Gradients::squares);
        StepOutcome { loss: self.loss, gradient_norm: (f64::from(module) + squares).sqrt() as f32 }
    }
}

fn squares(rows: &Rows) -> f64 {
    rows.values().flatten().map(|&g| f64::from(g) * f64::from(g)).sum()
}

/// The optimiser of a [`FineTuned`] model.
#[derive(Debug, Clone)]
pub struct FineTuneOptimiser<B: Backend> {
    module: ModuleOptimiser<B>,
    rows: RowOptimiser,
    clip: f64,
    by: Clip,
}

/// What of a gradient has a greatest length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Clip {
    /// All of it together.
    #[default]
    Whole,
    /// Each parameter's by itself.
    Tensor,
}

impl<B: NerBackend> FineTuneOptimiser<B> {
    /// With no state yet; gradients are brought to the length `clip` at most (0: any).
    pub fn new<A>(optimiser: Optimiser, clip: f64, model: &FineTuned<A>) -> Self
    where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        let config = model.config();
        let rows = if model.trains_embeddings() { config.vocab_size } else { 0 };
        let rows = RowOptimiser::new(optimiser, rows, config.hidden_size);
        Self { module: ModuleOptimiser::new(optimiser), rows, clip, by: Clip::default() }
    }

    /// The same with another way to clip.
    #[must_use]
    pub fn clipped_by(self, by: Clip) -> Self {
        Self { by, ..self }
    }

    /// The same with an Adam without bias correction.
    #[must_use]
    pub fn uncorrected(self) -> Self {
        Self { module: self.module.uncorrected(), rows: self.rows.uncorrected(), ..self }
    }

    /// Begins anew, as if no update had been made; memory is used again.
    pub fn begin_anew(&mut self) {
        self.module.begin_anew();
        self.rows.begin_anew();
    }

    /// One more update of the model. Where there is no gradient it is counted and changes nothing; where the loss or
    /// the gradient is not finite, it is none.
    pub fn step<A>(&mut self, model: &mut FineTuned<A>, found: FoundGradients<B>, rate: f64) -> StepOutcome
    where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        let outcome = found.outcome();
        match self.clipped(found, outcome) {
            Some((gradients, rows, [scale, table_scale])) => {
                model.map_trained(|trained| self.module.step(trained, gradients, scale, rate));
                self.step_rows(model, rows, table_scale, rate);
            }
            None => self.module.skip(),
        }
        outcome
    }

    /// As a first [`FineTuneOptimiser::step`] that no second follows, after which the optimiser begins anew.
    pub fn step_once<A>(
        &mut self,
        model: &mut FineTuned<A>,
        found: FoundGradients<B>,
        rate: f64,
    ) -> StepOutcome
    where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        let outcome = found.outcome();
        self.rows.begin_anew();
        if let Some((gradients, rows, [scale, table_scale])) = self.clipped(found, outcome) {
            self.step_rows(model, rows, table_scale, rate);
            model.map_trained(|trained| self.module.step_once(trained, gradients, scale, rate));
        }
        outcome
    }

    /// The gradients, and what those of the module and those of the table are to be multiplied with.
    fn clipped(
        &self,
        found: FoundGradients<B>,
        outcome: StepOutcome,
    ) -> Option<(Gradients<B>, Rows, [f32; 2])> {
        let FoundGradients { module: Some(mut gradients), rows, .. } = found else { return None };
        if !outcome.gradient_norm.is_finite() {
            return None;
        }
        let scales = match self.by {
            Clip::Whole => [clip_factor(outcome.gradient_norm, self.clip); 2],
            Clip::Tensor => {
                gradients.clip_each(self.clip);
                [1.0, clip_factor(squares(&rows).sqrt() as f32, self.clip)]
            }
        };
        Some((gradients, rows, scales))
    }

    fn step_rows<A>(&mut self, model: &mut FineTuned<A>, rows: Rows, scale: f32, rate: f64)
    where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        if !rows.is_empty() {
            let table = model.table_mut();
            for (row, gradient) in rows {
                self.rows.update(table, row, &gradient, scale, rate);
            }
        }
    }

    /// The state, for a checkpoint.
    pub fn state(&self) -> State {
        let mut state = State::default();
        state.put("model", self.module.state());
        state.put("words", self.rows.state());
        state
    }

    /// Takes a state back. `path` is named in faults.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] when it does not fit.
    pub fn set_state<A>(&mut self, model: &FineTuned<A>, mut state: State, path: &Path) -> Result<()>
    where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        let (module, words) = (state.part("model"), state.part("words"));
        self.module.set_state(&model.trained_now(), module, model.inner_device(), path)?;
        self.rows.set_state(words, path)?;
        state.expect_empty(path)
    }
}
