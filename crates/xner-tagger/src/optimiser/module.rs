//! The update of a module's weights on their device.

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::{AutodiffModule, Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Shape, Tensor};

use super::rule::Rule;
use crate::Result;
use crate::config::Optimiser;
use crate::tensors::Tensors;
use crate::weights;

/// A module's gradients by parameter name, each as one row of numbers.
#[derive(Debug)]
pub struct Gradients<B: Backend>(BTreeMap<String, Tensor<B, 1>>);

impl<B: Backend> Gradients<B> {
    /// The gradients that a backward pass found for `module`.
    pub fn of<A, M>(module: &M, found: &A::Gradients) -> Self
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: AutodiffModule<A>,
    {
        let mut collector = Collector::<A> { found, path: Vec::new(), gradients: BTreeMap::new() };
        module.visit(&mut collector);
        Self(collector.gradients)
    }

    /// Adds the gradients of another part of the same batch.
    pub fn add(&mut self, other: Self) {
        for (name, gradient) in other.0 {
            let sum = match self.0.remove(&name) {
                Some(own) => own + gradient,
                None => gradient,
            };
            self.0.insert(name, sum);
        }
    }

    /// The sum of all squares.
    pub fn squares(&self) -> f32 {
        let sums: Vec<Tensor<B, 1>> = self.0.values().flat_map(squares).collect();
        if sums.is_empty() {
            return 0.0;
        }
        let sums = Tensor::cat(sums, 0).into_data().convert::<f32>();
        sums.iter::<f32>().map(f64::from).sum::<f64>() as f32
    }
}

/// Sums of squares of pieces that are small enough for a backend to add up in one fixed order.
fn squares<B: Backend>(gradient: &Tensor<B, 1>) -> Vec<Tensor<B, 1>> {
    const PIECE: usize = 1 << 20;
    let count = gradient.dims()[0];
    (0..count)
        .step_by(PIECE)
        .map(|start| {
            let piece = gradient.clone().slice(start..(start + PIECE).min(count));
            (piece.clone() * piece).sum()
        })
        .collect()
}

/// Updates all weights of a module.
#[derive(Debug, Clone)]
pub struct ModuleOptimiser<B: Backend> {
    optimiser: Optimiser,
    /// Adam's `m` and `v` by parameter.
    moments: BTreeMap<String, [Tensor<B, 1>; 2]>,
}

impl<B: Backend> ModuleOptimiser<B> {
    /// With no state yet.
    pub fn new(optimiser: Optimiser) -> Self {
        Self { optimiser, moments: BTreeMap::new() }
    }

    /// The module after update `step` (from 1) by these gradients times `scale`.
    #[must_use]
    pub fn step<A, M>(&mut self, module: M, gradients: Gradients<B>, scale: f32, rate: f64, step: usize) -> M
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: AutodiffModule<A>,
    {
        let rule = Rule::new(&self.optimiser, rate, step);
        module.map(&mut Updater { rule, scale, gradients, moments: &mut self.moments, path: Vec::new() })
    }

    /// The state, for a checkpoint.
    pub fn state(&self) -> Tensors {
        let mut state = Tensors::default();
        for (name, [m, v]) in &self.moments {
            for (part, tensor) in [("m", m), ("v", v)] {
                state.insert(format!("{part}/{name}"), &tensor.dims(), weights::host(tensor.clone()));
            }
        }
        state
    }

    /// Takes back a state of this module's optimiser. `path` is named in faults.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] when it does not fit.
    pub fn set_state<M: Module<B>>(
        &mut self,
        module: &M,
        mut state: Tensors,
        device: &B::Device,
        path: &Path,
    ) -> Result<()> {
        self.moments.clear();
        if !state.is_empty() {
            for (name, shape) in weights::shapes(module) {
                let count = [shape.iter().product()];
                let mut part = |part: &str| -> Result<Tensor<B, 1>> {
                    let values = state.take(&format!("{part}/{name}"), &count, path)?;
                    Ok(xner_nn::init::tensor(values, count, device))
                };
                let moments = [part("m")?, part("v")?];
                self.moments.insert(name, moments);
            }
        }
        state.expect_empty(path)
    }
}

struct Collector<'a, A: AutodiffBackend> {
    found: &'a A::Gradients,
    path: Vec<String>,
    gradients: BTreeMap<String, Tensor<A::InnerBackend, 1>>,
}

impl<A: AutodiffBackend> ModuleVisitor<A> for Collector<'_, A> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<A, D>>) {
        if let Some(gradient) = param.val().grad(self.found) {
            let count = gradient.shape().num_elements();
            self.gradients.insert(self.path.join("."), gradient.reshape([count]));
        }
    }
}

struct Updater<'a, B: Backend> {
    rule: Rule,
    scale: f32,
    gradients: Gradients<B>,
    moments: &'a mut BTreeMap<String, [Tensor<B, 1>; 2]>,
    path: Vec<String>,
}

impl<A: AutodiffBackend> ModuleMapper<A> for Updater<'_, A::InnerBackend> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<A, D>>) -> Param<Tensor<A, D>> {
        let name = self.path.join(".");
        let Some(gradient) = self.gradients.0.remove(&name) else { return param };
        let (id, tensor, mapper) = param.consume();
        let weights = tensor.inner();
        let shape: Shape = weights.shape();
        let weights = match self.rule {
            Rule::Sgd { rate } => weights - (gradient * (self.scale * rate)).reshape(shape),
            Rule::Adam { beta1, beta2, epsilon, rate, root, keep } => {
                let gradient = gradient * self.scale;
                let new_m = gradient.clone() * (1.0 - beta1);
                let new_v = gradient.clone() * (1.0 - beta2) * gradient;
                let (m, v) = match self.moments.remove(&name) {
                    Some([m, v]) => (m * beta1 + new_m, v * beta2 + new_v),
                    None => (new_m, new_v),
                };
                let change = m.clone() * rate / (v.clone().sqrt() * root + epsilon);
                self.moments.insert(name, [m, v]);
                // Biases and norms, which are single rows, do not decay.
                let weights = if D > 1 && keep < 1.0 { weights * keep } else { weights };
                weights - change.reshape(shape)
            }
        };
        Param::from_mapped_value(id, Tensor::from_inner(weights).require_grad(), mapper)
    }
}
