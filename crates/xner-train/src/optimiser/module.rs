//! The update of a module's weights on their device.

use std::collections::BTreeMap;
use std::path::Path;

use burn::module::{AutodiffModule, Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::backend::{AutodiffBackend, Backend};
use burn::tensor::{Shape, Tensor, TensorPrimitive};
use xner_nn::{Adam, AdamState, OptimiserOps, SquareSum};

use super::fetch::{Fetch, Fetched, Ticket};
use super::rule::Rule;
use crate::Result;
use crate::config::Optimiser;
use crate::state::State;
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

    /// The gradients on the host, each one row of numbers.
    pub fn tensors(&self) -> Tensors {
        let mut tensors = Tensors::default();
        for (name, gradient) in &self.0 {
            tensors.insert(name.clone(), &gradient.dims(), weights::host(gradient.clone()));
        }
        tensors
    }

    /// All gradients times a factor.
    pub fn scale(&mut self, factor: f32) {
        for gradient in self.0.values_mut() {
            *gradient = gradient.clone() * factor;
        }
    }

    /// Brings each parameter's gradient by itself to the length `clip` at most.
    pub fn clip_each(&mut self, clip: f64)
    where
        B: OptimiserOps,
    {
        for gradient in self.0.values_mut() {
            let clipped = B::clipped(gradient.clone().into_primitive().tensor(), clip);
            *gradient = Tensor::from_primitive(TensorPrimitive::Float(clipped));
        }
    }

    /// The sum of all squares, once `fetch` is read.
    pub fn squares(&self, fetch: &mut Fetch<B>) -> PendingSquares
    where
        B: OptimiserOps,
    {
        let mut pending = PendingSquares::default();
        for gradient in self.0.values() {
            match B::squares(gradient.clone().into_primitive().tensor()) {
                SquareSum::Known(sum) => pending.known += sum,
                SquareSum::OnDevice(sums) => pending.to_read.push(fetch.add(sums)),
            }
        }
        pending
    }
}

/// A sum of squares that may be on its way from the device.
#[derive(Debug, Default)]
#[must_use]
pub struct PendingSquares {
    known: f64,
    to_read: Vec<Ticket>,
}

impl PendingSquares {
    /// The sum.
    pub fn sum(&self, fetched: &Fetched) -> f32 {
        let read = self.to_read.iter().flat_map(|&ticket| fetched.values(ticket));
        (self.known + read.copied().map(f64::from).sum::<f64>()) as f32
    }
}

/// Updates all weights of a module.
#[derive(Debug, Clone)]
pub struct ModuleOptimiser<B: Backend> {
    optimiser: Optimiser,
    /// Whether Adam corrects its moments for beginning at zero.
    corrected: bool,
    /// Updates so far.
    steps: usize,
    /// Adam's `m` and `v` by parameter.
    moments: BTreeMap<String, [Tensor<B, 1>; 2]>,
}

impl<B: OptimiserOps> ModuleOptimiser<B> {
    /// With no state yet.
    pub fn new(optimiser: Optimiser) -> Self {
        Self { optimiser, corrected: true, steps: 0, moments: BTreeMap::new() }
    }

    /// The same with no bias correction in [`Rule::new`].
    #[must_use]
    pub fn uncorrected(self) -> Self {
        Self { corrected: false, ..self }
    }

    /// Begins anew, as if no update had been made; memory is used again.
    pub fn begin_anew(&mut self) {
        self.steps = 0;
    }

    /// Counts an update that had no gradient.
    pub fn skip(&mut self) {
        self.steps += 1;
    }

    /// The module after one more update, by these gradients times `scale`.
    #[must_use]
    pub fn step<A, M>(&mut self, module: M, gradients: Gradients<B>, scale: f32, rate: f64) -> M
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: AutodiffModule<A>,
    {
        self.steps += 1;
        let rule = Rule::new(&self.optimiser, rate, self.corrected.then_some(self.steps));
        let first = self.steps == 1;
        let old = if first { std::mem::take(&mut self.moments) } else { BTreeMap::new() };
        module.map(&mut Updater {
            rule,
            scale,
            first,
            old,
            gradients,
            moments: Some(&mut self.moments),
            path: Vec::new(),
        })
    }

    /// As a first [`ModuleOptimiser::step`] that no second follows: no state is read, and none is left.
    #[must_use]
    pub fn step_once<A, M>(&self, module: M, gradients: Gradients<B>, scale: f32, rate: f64) -> M
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: AutodiffModule<A>,
    {
        let rule = Rule::new(&self.optimiser, rate, self.corrected.then_some(1));
        module.map(&mut Updater {
            rule,
            scale,
            first: true,
            old: BTreeMap::new(),
            gradients,
            moments: None,
            path: Vec::new(),
        })
    }

    /// The state, for a checkpoint.
    pub fn state(&self) -> State {
        let mut state = State::default();
        state.count("steps", &self.steps);
        for (name, [m, v]) in &self.moments {
            for (part, tensor) in [("m", m), ("v", v)] {
                state.tensors.insert(format!("{part}/{name}"), &tensor.dims(), weights::host(tensor.clone()));
            }
        }
        state
    }

    /// Takes back a state of this module's optimiser. `path` is named in faults.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] and [`crate::Error::Model`] when it does not fit.
    pub fn set_state<M: Module<B>>(
        &mut self,
        module: &M,
        mut state: State,
        device: &B::Device,
        path: &Path,
    ) -> Result<()> {
        self.steps = state.counter("steps", path)?;
        self.moments.clear();
        for (name, shape) in weights::shapes(module) {
            // A parameter that never had a gradient has none.
            if state.tensors.get(&format!("m/{name}")).is_none() {
                continue;
            }
            let count = [shape.iter().product()];
            let mut part = |part: &str| -> Result<Tensor<B, 1>> {
                let values = state.tensors.take(&format!("{part}/{name}"), &count, path)?;
                Ok(xner_nn::init::tensor(values, count, device))
            };
            let moments = [part("m")?, part("v")?];
            self.moments.insert(name, moments);
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
    /// Whether moments begin at zero.
    first: bool,
    /// Memory for moments at a first step.
    old: BTreeMap<String, [Tensor<B, 1>; 2]>,
    gradients: Gradients<B>,
    /// None where the step is the only one.
    moments: Option<&'a mut BTreeMap<String, [Tensor<B, 1>; 2]>>,
    path: Vec<String>,
}

impl<A: AutodiffBackend> ModuleMapper<A> for Updater<'_, A::InnerBackend>
where
    A::InnerBackend: OptimiserOps,
{
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
                // Biases and norms, which are single rows, do not decay.
                let keep = if D > 1 { keep } else { 1.0 };
                let (scale, first) = (self.scale, self.first);
                let rule = Adam { scale, beta1, beta2, epsilon, rate, root, keep, first };
                let count = shape.num_elements();
                let wrap = |primitive| Tensor::<_, 1>::from_primitive(TensorPrimitive::Float(primitive));
                let flat = weights.reshape([count]);
                let gradient = gradient.into_primitive().tensor();
                let Some(all) = &mut self.moments else {
                    let after = A::InnerBackend::adam_once(&rule, flat.into_primitive().tensor(), gradient);
                    let weights = wrap(after).reshape(shape);
                    return Param::from_mapped_value(id, Tensor::from_inner(weights).require_grad(), mapper);
                };
                let zeros = || Tensor::zeros([count], &flat.device());
                let own = if first { self.old.remove(&name) } else { all.remove(&name) };
                let moments = own.unwrap_or_else(|| [zeros(), zeros()]);
                let state = AdamState {
                    weights: flat.into_primitive().tensor(),
                    moments: moments
                        .map(|moment: Tensor<A::InnerBackend, 1>| moment.into_primitive().tensor()),
                };
                let after = A::InnerBackend::adam(&rule, state, gradient);
                all.insert(name, after.moments.map(wrap));
                wrap(after.weights).reshape(shape)
            }
        };
        Param::from_mapped_value(id, Tensor::from_inner(weights).require_grad(), mapper)
    }
}
