//! A learner with both optimisers.

use std::path::Path;

use burn::backend::Autodiff;
use burn::module::{AutodiffModule, Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use burn_flex::{Flex, FlexDevice};
use xner_train::config::Optimiser;
use xner_train::optimiser::{ModuleOptimiser, RowOptimiser};
use xner_train::{
    Building, DevScores, Learner, Moment, Result, State, StepOutcome, Tensors, TrainReport, files, weights,
};

#[derive(Module, Debug)]
struct Toy<B: Backend> {
    weight: Param<Tensor<B, 1>>,
}

/// Sentences: each has a number that its weight is to become, and its row.
const GOALS: [f32; 6] = [0.3, -0.7, 1.1, 0.2, -0.4, 0.9];
const ADAM: Optimiser = Optimiser::Adam { rate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/// Brings the weights of a module, and the rows of a table, to the numbers of the sentences.
pub(crate) struct Fit {
    module: Toy<Autodiff<Flex>>,
    optimiser: ModuleOptimiser<Flex>,
    table: Vec<f32>,
    rows: RowOptimiser,
    /// Whether the score falls while it learns.
    falls: bool,
}

impl Fit {
    /// With all weights at 0; learns by Adam.
    pub(crate) fn new(falls: bool) -> Self {
        let weight = Tensor::from_data(TensorData::new(vec![0f32; GOALS.len()], [GOALS.len()]), &FlexDevice);
        Self {
            module: Toy { weight: Param::from_tensor(weight) },
            optimiser: ModuleOptimiser::new(ADAM),
            table: vec![0.0; GOALS.len()],
            rows: RowOptimiser::new(ADAM, GOALS.len(), 1),
            falls,
        }
    }

    fn error(&self) -> f64 {
        let weights = weights::host(self.module.valid().weight.val());
        let apart = |values: &[f32]| -> f64 {
            values.iter().zip(GOALS).map(|(value, goal)| f64::from(value - goal).powi(2)).sum()
        };
        apart(&weights) + apart(&self.table)
    }
}

impl Learner for Fit {
    fn sentences(&self) -> usize {
        GOALS.len()
    }

    fn step(&mut self, batch: &[usize], at: &Moment) -> Result<StepOutcome> {
        let wanted = |sentence: usize| f32::from(u8::from(batch.contains(&sentence)));
        let row = |values: Vec<f32>| Tensor::from_data(TensorData::new(values, [GOALS.len()]), &FlexDevice);
        let (mask, goals) = (row((0..GOALS.len()).map(wanted).collect()), row(GOALS.to_vec()));
        let built = Building::begin();
        let apart = (self.module.weight.val() - goals) * mask;
        let loss = (apart.clone() * apart).sum();
        let (module, outcome) = self.optimiser.descend(built, self.module.clone(), &loss, 0.0, at.rate)?;
        self.module = module;
        for &sentence in batch {
            let gradient = 2.0 * (self.table[sentence] - GOALS[sentence]);
            self.rows.update(&mut self.table, sentence as u32, &[gradient], 1.0, at.rate);
        }
        Ok(outcome)
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        let score = 1.0 / (1.0 + self.error());
        let f1 = if self.falls { 1.0 - score } else { score };
        Ok(Some(DevScores { precision: f1, recall: f1, f1 }))
    }

    /// The other way round.
    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        let own = self.evaluate()?;
        Ok(own.map(|DevScores { f1, .. }| DevScores { precision: 1.0 - f1, recall: 1.0 - f1, f1: 1.0 - f1 }))
    }

    fn weights(&self) -> Tensors {
        let mut weights = weights::collect(&self.module.valid());
        weights.insert("table", &[GOALS.len()], self.table.clone());
        weights
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        self.table = weights.take("table", &[GOALS.len()], path)?;
        self.module = weights::load(self.module.clone(), &mut weights, path)?;
        weights.expect_empty(path)
    }

    fn state(&self) -> State {
        let mut state = State::default();
        state.put("module", self.optimiser.state());
        state.put("rows", self.rows.state());
        state
    }

    fn set_state(&mut self, mut state: State, path: &Path) -> Result<()> {
        self.optimiser.set_state(&self.module.valid(), state.part("module"), &FlexDevice, path)?;
        self.rows.set_state(state.part("rows"), path)?;
        state.expect_empty(path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        report.write(folder)?;
        self.weights().write(&folder.join("model.safetensors"), "")?;
        files::write_json(&folder.join("config.json"), &report.config)
    }
}
