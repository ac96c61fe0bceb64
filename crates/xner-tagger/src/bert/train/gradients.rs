//! The gradient of a step, added up over its parts, and the step itself.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner_nn::NerBackend;
use xner_train::{
    Building, State, StepOutcome, Tensors,
    config::Optimiser,
    optimiser::{Fetch, Gradients, ModuleOptimiser, RowOptimiser, clip_factor},
};

use super::super::batch::SubwordBatch;
use super::fine_tuned::{FineTuned, States};
use crate::Result;

/// Gradients of rows of the table of subwords.
type Rows = BTreeMap<u32, Vec<f32>>;

/// The gradient of a [`FineTuned`] model, and the loss that it is of, added up over parts of a batch.
///
/// Nothing of it is read from the device before the step that it is for.
#[derive(Debug)]
pub struct FoundGradients<B: Backend> {
    /// The losses of the parts.
    losses: Vec<Tensor<B, 1>>,
    module: Option<Gradients<B>>,
    /// Where the table of subwords is trained: rows that a pass used, and their gradients.
    tables: Vec<(Vec<u32>, Tensor<B, 2>)>,
    /// The factor of losses and rows; that of the module is in its gradients.
    factor: f32,
    failed: bool,
}

impl<B: Backend> Default for FoundGradients<B> {
    fn default() -> Self {
        Self { losses: Vec::new(), module: None, tables: Vec::new(), factor: 1.0, failed: false }
    }
}

/// What a step has to know of a gradient.
struct Read {
    outcome: StepOutcome,
    rows: Rows,
}

impl<B: NerBackend> FoundGradients<B> {
    /// Adds a part's loss, a single number, and its gradient. `passes` are the passes through the encoder that the loss
    /// comes from; `built` was begun before them.
    pub fn add<A>(
        &mut self,
        built: Building,
        model: &FineTuned<A>,
        loss: &Tensor<A, 1>,
        passes: &[(&SubwordBatch, &States<A>)],
    ) where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        self.losses.push(loss.clone().inner());
        let found = built.backward(loss);
        let own = Gradients::of(model.trained(), &found);
        match &mut self.module {
            Some(sum) => sum.add(own),
            None => self.module = Some(own),
        }
        for (batch, states) in passes {
            let Some(gradient) = states.table.as_ref().and_then(|leaf| leaf.grad(&found)) else { continue };
            self.tables.push((batch.distinct.clone(), gradient));
        }
    }

    /// Says that something the gradient depends on is no longer a finite number.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// Whether [`FoundGradients::fail`] was said.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// The gradient on the host: those of the module by parameter name, those of the table's rows under `words/` and
    /// the row's number.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn tensors(&self) -> Result<Tensors> {
        let mut tensors = self.module.as_ref().map(Gradients::tensors).unwrap_or_default();
        for (row, gradient) in self.read()?.rows {
            tensors.insert(format!("words/{row}"), &[gradient.len()], gradient);
        }
        Ok(tensors)
    }

    /// Loss and gradient times a factor.
    pub fn scale(&mut self, factor: f32) {
        self.factor *= factor;
        if let Some(module) = &mut self.module {
            module.scale(factor);
        }
    }

    /// The loss, and the length of the whole gradient; not a number where the loss is not finite.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn outcome(&self) -> Result<StepOutcome> {
        Ok(self.read()?.outcome)
    }

    fn read(&self) -> Result<Read> {
        let mut fetch = Fetch::default();
        let losses: Vec<_> = self.losses.iter().map(|loss| fetch.add(loss.clone())).collect();
        let squares_of_module = self.module.as_ref().map(|module| module.squares(&mut fetch));
        let tables: Vec<_> = self.tables.iter().map(|(_, gradient)| fetch.add(gradient.clone())).collect();
        let fetched = fetch.read()?;
        let loss = losses.into_iter().fold(0.0, |sum, loss| sum + fetched.number(loss)) * self.factor;
        let mut rows = Rows::new();
        for ((distinct, gradient), ticket) in self.tables.iter().zip(tables) {
            let width = gradient.dims()[1];
            for (&id, own) in distinct.iter().zip(fetched.values(ticket).chunks_exact(width)) {
                match rows.get_mut(&id) {
                    Some(sum) => sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own),
                    None => drop(rows.insert(id, own.to_vec())),
                }
            }
        }
        rows.values_mut().flatten().for_each(|gradient| *gradient *= self.factor);
        let module = squares_of_module.map_or(0.0, |squares| f64::from(squares.sum(&fetched)));
        let loss = if self.failed { f32::NAN } else { loss };
        let outcome = StepOutcome::new(loss, (module + squares(&rows)).sqrt() as f32);
        Ok(Read { outcome, rows })
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
        let rows = RowOptimiser::new(optimiser, rows, config.embedding_size);
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

    /// One more update of the model, for which its device is read once. Where there is no gradient it is counted and
    /// changes nothing; where the loss or the gradient is not finite, it is none.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn step<A>(
        &mut self,
        model: &mut FineTuned<A>,
        found: FoundGradients<B>,
        rate: f64,
    ) -> Result<StepOutcome>
    where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        let Read { outcome, rows } = found.read()?;
        match self.clipped(found.module, rows, outcome) {
            Some((gradients, rows, [scale, table_scale])) => {
                model.map_trained(|trained| self.module.step(trained, gradients, scale, rate));
                self.step_rows(model, rows, table_scale, rate);
            }
            None => self.module.skip(),
        }
        Ok(outcome)
    }

    /// As a first [`FineTuneOptimiser::step`] that no second follows, after which the optimiser begins anew.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn step_once<A>(
        &mut self,
        model: &mut FineTuned<A>,
        found: FoundGradients<B>,
        rate: f64,
    ) -> Result<StepOutcome>
    where
        A: AutodiffBackend<InnerBackend = B> + NerBackend,
    {
        let Read { outcome, rows } = found.read()?;
        self.rows.begin_anew();
        if let Some((gradients, rows, [scale, table_scale])) = self.clipped(found.module, rows, outcome) {
            self.step_rows(model, rows, table_scale, rate);
            model.map_trained(|trained| self.module.step_once(trained, gradients, scale, rate));
        }
        Ok(outcome)
    }

    /// The gradients, and what those of the module and those of the table are to be multiplied with.
    fn clipped(
        &self,
        gradients: Option<Gradients<B>>,
        rows: Rows,
        outcome: StepOutcome,
    ) -> Option<(Gradients<B>, Rows, [f32; 2])> {
        let mut gradients = gradients?;
        if !outcome.is_finite() {
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
