//! Adversarial training (2.3) and fine-tuning of teachers (2.4).

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::Labelled;
use xner_tagger::Decode;
use xner_tagger::bert::train::{Dev, Example, FineTuneOptimiser, FineTuned, Pass, scores_on, supervised};
use xner_train::{
    DevScores, Learner, Measure, Moment, Result, State, StepOutcome, Tensors, TrainBackend, TrainReport,
    config::TrainingConfig,
};

use super::adversary::Adversary;
#[cfg(doc)]
use super::config::AdversaryConfig;
use super::weights_file;

/// A model in training on labelled sentences, with discriminators beside it or without.
///
/// A step is the NER step on the batch (`L_ner` updates encoder and head), then the discriminators' (`L_l`, `L_o`),
/// then the generator's (`L_g` updates the encoder alone), each on batches of its own and with an optimiser of its own.
/// The discriminators may make several, and the generator none while they know too little ([`AdversaryConfig`]).
pub struct AdversarialLearner<'a, A: AutodiffBackend> {
    model: FineTuned<A>,
    examples: Vec<Vec<Example>>,
    /// Steps go through so many sentences in an epoch; of a shorter labelled set through some more than once.
    epoch: usize,
    at_once: usize,
    dev: Dev<'a>,
    ner: FineTuneOptimiser<A::InnerBackend>,
    generator: FineTuneOptimiser<A::InnerBackend>,
    adversary: Option<Adversary<A>>,
}

impl<'a, A: TrainBackend> AdversarialLearner<'a, A> {
    /// `at_once`: subwords of a pass, as in [`xner_tagger::bert::train::BertSettings::at_once`]; `epoch`: at least so
    /// many sentences are an epoch.
    ///
    /// # Errors
    /// A fault of the tokeniser; a tag that the head does not have.
    pub fn new(
        model: FineTuned<A>,
        train: impl IntoIterator<Item = &'a Labelled>,
        dev: Dev<'a>,
        training: &TrainingConfig,
        at_once: usize,
        epoch: usize,
        adversary: Option<Adversary<A>>,
    ) -> Result<Self> {
        let kept = train.into_iter().filter(|l| (1..=training.longest).contains(&l.sentence.len()));
        let examples = kept.map(|labelled| model.examples(labelled)).collect::<Result<Vec<_>>>()?;
        let optimiser = || FineTuneOptimiser::new(training.optimiser, training.clip, &model);
        let (ner, generator) = (optimiser(), optimiser());
        let epoch = if examples.is_empty() { 0 } else { epoch.max(examples.len()) };
        Ok(Self { model, examples, epoch, at_once, dev, ner, generator, adversary })
    }

    /// The model in training.
    pub fn model(&self) -> &FineTuned<A> {
        &self.model
    }

    /// What it plays against, if anything.
    pub fn adversary(&self) -> Option<&Adversary<A>> {
        self.adversary.as_ref()
    }
}

/// Prefixes of a checkpoint's tensors.
pub(super) const MODEL: &str = "model/";
pub(super) const DISCRIMINATORS: &str = "discriminators/";

impl<A: TrainBackend> Learner for AdversarialLearner<'_, A> {
    fn sentences(&self) -> usize {
        self.epoch
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        let count = self.examples.len();
        // Where an epoch is longer than the labelled set, others come once more in each.
        let shift = at.epoch * (self.epoch % count.max(1));
        let place = |&at: &usize| &self.examples[(at + shift) % count];
        let examples: Vec<&Example> = sentences.iter().flat_map(place).collect();
        let pass = Pass { step: at.step, place: 0 };
        let found = supervised(&self.model, &examples, self.at_once, pass);
        let outcome = self.ner.step(&mut self.model, found, at.rate)?;
        if !outcome.is_finite() {
            return Ok(outcome);
        }
        let Some(adversary) = &mut self.adversary else { return Ok(outcome) };
        let taught = adversary.teach(&self.model, at)?;
        if !taught.is_finite() {
            return Ok(taught);
        }
        if !adversary.may_deceive() {
            return Ok(outcome);
        }
        let found = adversary.deceive(&self.model, at);
        let deceived = self.generator.step(&mut self.model, found, adversary.generator_rate(at))?;
        adversary.deceived(deceived.loss);
        Ok(if deceived.is_finite() { outcome } else { deceived })
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        scores_on(&self.model, self.dev.source, Decode::Viterbi)
    }

    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        scores_on(&self.model, self.dev.target, Decode::Viterbi)
    }

    fn weights(&self) -> Tensors {
        let mut weights = Tensors::default();
        weights.extend(MODEL, self.model.weights());
        if let Some(adversary) = &self.adversary {
            weights.extend(DISCRIMINATORS, adversary.weights());
        }
        weights
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        let (mut model, mut own) = (weights.split(MODEL), weights.split(DISCRIMINATORS));
        self.model.set_weights(&mut model, path)?;
        if let Some(adversary) = &mut self.adversary {
            adversary.set_weights(&mut own, path)?;
        }
        [model, own, weights].iter().try_for_each(|rest| rest.expect_empty(path))
    }

    /// A checkpoint follows each evaluation, so that a run that goes on from it counts from here too.
    fn measures(&self) -> Vec<Measure> {
        self.adversary.as_ref().map(|adversary| adversary.take_tally().measures()).unwrap_or_default()
    }

    fn state(&self) -> State {
        let mut state = State::default();
        state.put("ner", self.ner.state());
        if let Some(adversary) = &self.adversary {
            state.put("generator", self.generator.state());
            state.put("adversary", adversary.state());
        }
        state
    }

    fn set_state(&mut self, mut state: State, path: &Path) -> Result<()> {
        self.ner.set_state(&self.model, state.part("ner"), path)?;
        if let Some(adversary) = &mut self.adversary {
            self.generator.set_state(&self.model, state.part("generator"), path)?;
            adversary.set_state(state.part("adversary"), self.model.device(), path)?;
        }
        state.expect_empty(path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        weights_file::write(folder, &self.weights(), report)
    }
}
