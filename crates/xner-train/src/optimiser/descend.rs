//! One step down a loss.

use burn::module::AutodiffModule;
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use xner_nn::OptimiserOps;

use super::{Gradients, ModuleOptimiser, clip_factor};
use crate::learner::StepOutcome;
use crate::weights::host;

impl<B: OptimiserOps> ModuleOptimiser<B> {
    /// The module after a step down `loss`, a single number, with the whole gradient no longer than `clip` (0: any).
    /// Where the loss or the gradient is not finite, the module is the same.
    pub fn descend<A, M>(&mut self, module: M, loss: &Tensor<A, 1>, clip: f64, rate: f64) -> (M, StepOutcome)
    where
        A: AutodiffBackend<InnerBackend = B>,
        M: AutodiffModule<A>,
    {
        let value = host(loss.clone().inner()).first().copied().unwrap_or(f32::NAN);
        if !value.is_finite() {
            return (module, StepOutcome { loss: value, gradient_norm: f32::NAN });
        }
        let gradients = Gradients::of(&module, &loss.backward());
        let outcome = StepOutcome { loss: value, gradient_norm: gradients.squares().sqrt() };
        if !outcome.gradient_norm.is_finite() {
            return (module, outcome);
        }
        let scale = clip_factor(outcome.gradient_norm, clip);
        (self.step(module, gradients, scale, rate), outcome)
    }
}
