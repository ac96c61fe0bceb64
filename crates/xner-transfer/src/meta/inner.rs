//! The inner update: some steps on similar sentences (equations 7 and 8).

use xner_tagger::bert::train::{FineTuneOptimiser, FineTuned, FoundGradients, Pass};
use xner_train::{Result, StepOutcome, TrainBackend};

use super::config::{InnerUpdate, LossConfig};
use super::loss::Sentences;

/// Brings a model from `θ` to `θ_i` by `steps` steps at rate `rate` on the sentences of a task, with an optimiser that
/// begins anew, whatever it did before (equations 7 and 8; with Adam what it makes of the gradient is in its place):
///
/// ```text
/// θ_i^0 = θ,    θ_i^k = θ_i^(k-1) - α ∇ L(D_support_i; θ_i^(k-1)),    θ_i = θ_i^n
/// ```
/// What was trained before is no longer in the model: keep it ([`FineTuned::keep`]).
///
/// `pass` is where the first step's dropout stands, and the next ones' behind it; without it there is none.
///
/// The last step's loss and gradient; where one of them is not finite, no further step was made. Without steps, and
/// without a token that has a loss, both are 0.
///
/// # Errors
/// A fault of the device.
pub fn update<A: TrainBackend>(
    model: &mut FineTuned<A>,
    optimiser: &mut FineTuneOptimiser<A::InnerBackend>,
    sentences: &Sentences,
    loss: &LossConfig,
    rate: f64,
    steps: usize,
    pass: Option<Pass>,
) -> Result<StepOutcome> {
    let mut outcome = StepOutcome::new(0.0, 0.0);
    if sentences.is_empty() {
        return Ok(outcome);
    }
    optimiser.begin_anew();
    for step in 0..steps {
        let mut found = FoundGradients::default();
        let pass = pass.map(|pass| Pass { place: pass.place + step, ..pass });
        sentences.add_to(&mut found, model, loss, pass);
        if steps == 1 {
            return optimiser.step_once(model, found, rate);
        }
        outcome = optimiser.step(model, found, rate)?;
        if !outcome.is_finite() {
            break;
        }
    }
    Ok(outcome)
}

/// The optimiser of inner updates. One serves any number of them, one after the other, and uses its memory again.
pub fn inner_optimiser<A: TrainBackend>(
    model: &FineTuned<A>,
    inner: &InnerUpdate,
) -> FineTuneOptimiser<A::InnerBackend> {
    let optimiser = FineTuneOptimiser::new(inner.optimiser, inner.clip, model).clipped_by(inner.clip_by);
    if inner.bias_correction { optimiser } else { optimiser.uncorrected() }
}
