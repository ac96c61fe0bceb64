//! Meta-training (algorithm 1), as the training loop drives it.

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::Labelled;
use xner_tagger::bert::Tokeniser;
use xner_tagger::bert::train::{
    Dev, EncoderLearner, Example, FineTuneOptimiser, FineTuned, FoundGradients, Lessons, Pass,
};
use xner_train::{Error, Moment, Result, TrainBackend};

use super::config::{Gradient, LossConfig, Masked, MetaConfig};
use super::inner;
use super::loss::Sentences;
use super::masking::Masking;
use super::tasks::{Task, Tasks};

/// The subword that stands for what is masked.
pub(super) fn mask(tokeniser: &Tokeniser) -> Result<u32> {
    tokeniser.mask().ok_or_else(|| {
        let message = "is above 0, but the encoder's tokeniser has no subword for what is masked: no `mask_token`, \
                       `[MASK]` or `<mask>`; expected 0";
        Error::setting("masking.ratio", message)
    })
}

/// A model in meta-training.
pub type MetaLearner<'a, A> = EncoderLearner<'a, A, MetaLessons<'a, A>>;

/// What a model in meta-training learns of.
///
/// To the training loop a batch is a meta-update's tasks, and an epoch all updates: which tasks an update has is drawn
/// here, so that training may end within the source's sentences. Masks are drawn anew for each time through the source.
pub struct MetaLessons<'a, A: AutodiffBackend> {
    config: &'a MetaConfig,
    loss: LossConfig,
    tasks: Tasks,
    masking: Option<Masking>,
    /// The optimiser of the inner updates.
    inner: FineTuneOptimiser<A::InnerBackend>,
}

impl<'a, A: TrainBackend> MetaLessons<'a, A> {
    /// A learner of tasks; `dev`: sentences by which weights are chosen.
    ///
    /// # Errors
    /// [`Error::Setting`] where words are to be masked and the tokeniser has no subword for it, and for a head with a
    /// CRF.
    pub fn learner(
        config: &'a MetaConfig,
        model: FineTuned<A>,
        tasks: Tasks,
        dev: &'a [Labelled],
    ) -> Result<MetaLearner<'a, A>> {
        if model.has_crf() {
            return Err(Error::setting(
                "bert.head",
                "is `crf`, expected `softmax`: the loss is of single words",
            ));
        }
        let meta = &config.meta;
        let masking = config.meta_masking();
        let masking = if masking.ratio > 0.0 {
            let (mask, behind) = (mask(model.tokeniser())?, model.tokeniser().behind().len());
            Some(Masking { config: masking, mask, behind, seed: config.seed })
        } else {
            None
        };
        let optimiser = FineTuneOptimiser::new(meta.optimiser, meta.clip, &model).clipped_by(meta.clip_by);
        let optimiser = if meta.bias_correction { optimiser } else { optimiser.uncorrected() };
        let inner = inner::inner_optimiser(&model, &config.inner);
        let lessons = Self { config, loss: config.meta_loss(), tasks, masking, inner };
        let (dev, decode) = (Dev { source: dev, target: &[] }, config.decode.into());
        Ok(EncoderLearner { model, lessons, optimiser, dev, decode })
    }

    /// The sentences of a task as `epoch` sees them: its similar ones, and the one that it is tested on.
    fn sentences(&self, Task { query, support }: &Task, epoch: usize) -> [Sentences; 2] {
        let masked = |place: usize, masked: bool| -> Vec<Example> {
            let windows = &self.tasks.windows[place];
            match &self.masking {
                Some(masking) if masked => masking.of(windows, epoch, place),
                _ => windows.clone(),
            }
        };
        let both = self.config.masking.what == Masked::Both;
        let support: Vec<_> = support.iter().map(|&place| masked(place, both)).collect();
        let of =
            |windows: &[Vec<Example>]| Sentences::new(windows.iter().map(Vec::as_slice), self.loss.subwords);
        [of(&support), of(&[masked(*query, true)])]
    }

    /// The meta-gradient of tasks given by epoch and number: for each the gradient of its query's loss at `θ_i`, taken
    /// for that at `θ` (equation 12), added up or their mean:
    ///
    /// ```text
    /// min over θ of Σ_i L(D_query_i; θ_i)  (9, 10),    θ ← θ - β Σ_i ∇_(θ_i) L(D_query_i; θ_i)  (11, 12)
    /// ```
    /// `rate` is the inner update's; `step` tells dropout where it stands.
    /// `model` is the same before and after.
    ///
    /// Where a loss or a gradient is not finite, the result's is not either.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn meta_gradient(
        &mut self,
        model: &mut FineTuned<A>,
        tasks: &[(usize, usize)],
        rate: f64,
        step: usize,
    ) -> Result<FoundGradients<A::InnerBackend>> {
        let steps = self.config.inner.steps;
        let mut found = FoundGradients::default();
        for (at, &(epoch, task)) in tasks.iter().enumerate() {
            let [support, query] = self.sentences(&self.tasks.tasks[task], epoch);
            let place = at * (steps + 1);
            let pass = |place| Some(Pass { step, place });
            let kept = model.keep(support.pieces());
            let own = &mut self.inner;
            let outcome = inner::update(model, own, &support, &self.loss, rate, steps, pass(place));
            match &outcome {
                Ok(outcome) if outcome.is_finite() => {
                    query.add_to(&mut found, model, &self.loss, pass(place + steps));
                }
                _ => found.fail(),
            }
            model.put_back(kept);
            outcome?;
            if found.failed() {
                return Ok(found);
            }
        }
        if self.config.meta.gradient == Gradient::Mean {
            found.scale(1.0 / tasks.len().max(1) as f32);
        }
        Ok(found)
    }
}

impl<A: TrainBackend> Lessons<A> for MetaLessons<'_, A> {
    fn sentences(&self) -> usize {
        if self.tasks.tasks.is_empty() { 0 } else { self.config.meta.updates * self.config.meta.tasks }
    }

    fn gradient(
        &mut self,
        model: &mut FineTuned<A>,
        _: &[usize],
        at: &Moment,
    ) -> Result<FoundGradients<A::InnerBackend>> {
        let MetaConfig { seed, meta, inner, .. } = self.config;
        let tasks = self.tasks.drawn(*seed, at.step, meta.tasks);
        let rate = if inner.scheduled {
            inner.optimiser.rate() * at.rate / meta.optimiser.rate()
        } else {
            inner.optimiser.rate()
        };
        self.meta_gradient(model, &tasks, rate, at.step)
    }
}
