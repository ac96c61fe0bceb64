//! One weight that is moved along a slope with momentum.

use std::path::Path;

use xner_train::files::write_json;
use xner_train::{
    DevScores, Error, Learner, Measure, Moment, Result, State, StepOutcome, Tensors, TrainReport,
};

/// A fault that xner knows nothing of.
#[derive(Debug)]
pub(super) struct Broken(pub(super) usize);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the slope broke at step {}", self.0)
    }
}

impl std::error::Error for Broken {}

/// The weight grows by its speed, which grows too. On the source's development data 4.25 is best, on the target's 9.
pub(super) struct Climber {
    pub(super) weight: f32,
    pub(super) speed: f32,
    pub(super) steps: usize,
    pub(super) sentences: usize,
    pub(super) with_target: bool,
    /// The step at which it breaks.
    pub(super) breaks_at: Option<usize>,
}

impl Climber {
    fn near(&self, best: f32) -> DevScores {
        let f1 = 1.0 / (1.0 + f64::from((self.weight - best).abs()));
        DevScores { precision: f1, recall: f1, f1 }
    }
}

impl Learner for Climber {
    fn sentences(&self) -> usize {
        self.sentences
    }

    fn step(&mut self, batch: &[usize], _: &Moment) -> Result<StepOutcome> {
        self.steps += 1;
        if self.breaks_at == Some(self.steps) {
            return Err(Error::other(Broken(self.steps)));
        }
        self.speed = 0.5 * self.speed + 1.0;
        self.weight += self.speed;
        Ok(StepOutcome { loss: batch.len() as f32 / self.weight, gradient_norm: self.speed })
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        Ok(Some(self.near(4.25)))
    }

    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        Ok(self.with_target.then(|| self.near(9.0)))
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure { name: "weight", value: self.weight.into(), note: "" }]
    }

    fn weights(&self) -> Tensors {
        let mut weights = Tensors::default();
        weights.insert("weight", &[1], vec![self.weight]);
        weights
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        self.weight = weights.take("weight", &[1], path)?[0];
        weights.expect_empty(path)
    }

    fn state(&self) -> State {
        let mut state = State::default();
        state.tensors.insert("speed", &[1], vec![self.speed]);
        state.count("steps", &self.steps);
        state
    }

    fn set_state(&mut self, mut state: State, path: &Path) -> Result<()> {
        self.speed = state.tensors.take("speed", &[1], path)?[0];
        self.steps = state.counter("steps", path)?;
        state.expect_empty(path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        report.write(folder)?;
        self.weights().write(&folder.join("model.safetensors"), "slope")?;
        // Last: a folder with it is whole.
        write_json(&folder.join("config.json"), &"slope")
    }
}
