//! One step down a loss.

use burn::module::AutodiffModule;
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use xner_nn::OptimiserOps;

use super::{Fetch, Gradients, ModuleOptimiser, clip_factor};
use crate::learner::StepOutcome;
use crate::{Building, Result};

impl<B: OptimiserOps> ModuleOptimiser<B> {
    /// The module after a step down `loss`, a single number, with the whole gradient no longer than `clip` (0: any).
    /// Where the loss or the gradient is not finite, the module is the same. `built` was begun before the loss was.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn descend<A, M>(
        &mut self,
        built: Building,
        module: M,
        loss: &Tensor<A, 1>,
        clip: f64,
        rate: f64,
    ) -> Result<(M, StepOutcome)>
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: AutodiffModule<A>,
    {
        let (module, outcome, _) = self.descend_and_read(built, module, loss, Vec::new(), clip, rate)?;
        Ok((module, outcome))
    }

    /// As [`ModuleOptimiser::descend`]; reads further tensors along with the loss, and gives their values.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn descend_and_read<A, M>(
        &mut self,
        built: Building,
        module: M,
        loss: &Tensor<A, 1>,
        also: Vec<Tensor<B, 1>>,
        clip: f64,
        rate: f64,
    ) -> Result<(M, StepOutcome, Vec<Vec<f32>>)>
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: AutodiffModule<A>,
    {
        let gradients = Gradients::of(&module, &built.backward(loss));
        let mut fetch = Fetch::default();
        let value = fetch.add(loss.clone().inner());
        let squares = gradients.squares(&mut fetch);
        let also: Vec<_> = also.into_iter().map(|tensor| fetch.add(tensor)).collect();
        let fetched = fetch.read()?;
        let also = also.into_iter().map(|ticket| fetched.values(ticket).to_vec()).collect();
        let outcome = StepOutcome::new(fetched.number(value), squares.sum(&fetched).sqrt());
        if !outcome.gradient_norm.is_finite() {
            return Ok((module, outcome, also));
        }
        let scale = clip_factor(outcome.gradient_norm, clip);
        Ok((self.step(module, gradients, scale, rate), outcome, also))
    }
}
