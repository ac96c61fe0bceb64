//! Learners of a fine-tuned encoder: what all have in common, and the one that learns of labelled sentences.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::Labelled;
use xner_train::{
    Building, Checked, DevScores, Fingerprint, Learner, Moment, Settings, State, StepOutcome, Tensors,
    TrainBackend, TrainReport, check_entities, dev_scores,
};

use super::super::batch::SubwordBatch;
use super::super::windows::batches;
use super::config::BertTrainConfig;
use super::examples::Example;
use super::fine_tuned::FineTuned;
use super::gradients::{FineTuneOptimiser, FoundGradients};
use super::pass::Pass;
use crate::data::tags_of;
use crate::{Decode, Result, evaluate};

/// What a fine-tuned encoder learns of, and what is left of it: in this alone [`EncoderLearner`]s differ.
pub trait Lessons<A: TrainBackend> {
    /// The sentences of an epoch.
    fn sentences(&self) -> usize;

    /// The gradient of a step on a batch of sentences, by their numbers. The model is the same before and after.
    ///
    /// # Errors
    /// A fault of the device.
    fn gradient(
        &mut self,
        model: &mut FineTuned<A>,
        batch: &[usize],
        at: &Moment,
    ) -> Result<FoundGradients<A::InnerBackend>>;

    /// Writes what is left of training: by default the model directory.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    fn save(&self, model: &FineTuned<A>, folder: &Path, report: &TrainReport) -> Result<()> {
        report.write(folder)?;
        model.save(folder)
    }
}

/// Labelled sentences by which weights are chosen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dev<'a> {
    /// The source's.
    pub source: &'a [Labelled],
    /// The target's; may be empty.
    pub target: &'a [Labelled],
}

/// A fine-tuned encoder in training.
pub struct EncoderLearner<'a, A: AutodiffBackend, L> {
    /// The model as it is now.
    pub model: FineTuned<A>,
    /// What it learns of.
    pub lessons: L,
    /// Its optimiser.
    pub optimiser: FineTuneOptimiser<A::InnerBackend>,
    /// By what weights are chosen.
    pub dev: Dev<'a>,
    /// How tags are chosen for that.
    pub decode: Decode,
}

impl<A: TrainBackend, L: Lessons<A>> Learner for EncoderLearner<'_, A, L> {
    fn sentences(&self) -> usize {
        self.lessons.sentences()
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        let found = self.lessons.gradient(&mut self.model, sentences, at)?;
        self.optimiser.step(&mut self.model, found, at.rate)
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        scores_on(&self.model, self.dev.source, self.decode)
    }

    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        scores_on(&self.model, self.dev.target, self.decode)
    }

    fn weights(&self) -> Tensors {
        self.model.weights()
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        self.model.set_weights(&mut weights, path)?;
        weights.expect_empty(path)
    }

    fn state(&self) -> State {
        self.optimiser.state()
    }

    fn set_state(&mut self, state: State, path: &Path) -> Result<()> {
        self.optimiser.set_state(&self.model, state, path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        self.lessons.save(&self.model, folder, report)
    }
}

/// A model's scores on labelled sentences, with tags that are chosen so; none where there are no sentences.
///
/// # Errors
/// As [`evaluate`].
pub fn scores_on<A: TrainBackend>(
    model: &FineTuned<A>,
    gold: &[Labelled],
    decode: Decode,
) -> Result<Option<DevScores>> {
    if gold.is_empty() {
        return Ok(None);
    }
    let tagger = model.tagger()?.with_decode(decode);
    Ok(Some(dev_scores(evaluate(&tagger, gold)?.overall)))
}

/// A BERT token classifier in training on labelled sentences.
pub type BertLearner<'a, A> = EncoderLearner<'a, A, Supervised>;

/// Labelled sentences to learn from.
#[derive(Debug)]
pub struct Supervised {
    /// The windows of each.
    pub examples: Vec<Vec<Example>>,
    /// Subwords that are worked on at once.
    pub at_once: usize,
}

impl<A: TrainBackend> Lessons<A> for Supervised {
    fn sentences(&self) -> usize {
        self.examples.len()
    }

    fn gradient(
        &mut self,
        model: &mut FineTuned<A>,
        batch: &[usize],
        at: &Moment,
    ) -> Result<FoundGradients<A::InnerBackend>> {
        let examples: Vec<&Example> = batch.iter().flat_map(|&at| &self.examples[at]).collect();
        Ok(supervised(model, &examples, self.at_once, Pass { step: at.step, place: 0 }))
    }
}

impl<'a, A: TrainBackend> BertLearner<'a, A> {
    /// A learner that begins with a pretrained encoder, and the fingerprint of config, data and encoder. Sentences that
    /// are empty or too long are left out.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) when there are no entities to learn, or misplaced ones; faults of the
    /// encoder's files.
    pub fn new(
        config: &Checked<BertTrainConfig>,
        train: &[Labelled],
        dev: &'a [Labelled],
        device: &A::Device,
    ) -> Result<(Self, String)> {
        check_entities("training", train)?;
        check_entities("development", dev)?;
        let tags = tags_of(config.bert.scheme, train)?;
        let model = FineTuned::<A>::open(&config.bert, tags, config.seed, device)?;

        let mut fingerprint = Fingerprint::new();
        fingerprint
            .bytes(env!("CARGO_PKG_VERSION").as_bytes())
            .bytes(config.to_json()?.to_string().as_bytes());
        fingerprint.corpus(train).corpus(dev);
        model.fingerprint(&mut fingerprint);

        let longest = config.training.longest;
        let kept = train.iter().filter(|l| (1..=longest).contains(&l.sentence.len()));
        let examples: Vec<Vec<Example>> =
            kept.map(|labelled| model.examples(labelled)).collect::<Result<_>>()?;
        for example in examples.iter().flatten() {
            let ids: Vec<u8> = example.piece.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
            fingerprint.bytes(&ids);
        }
        let optimiser = FineTuneOptimiser::new(config.training.optimiser, config.training.clip, &model);
        let lessons = Supervised { examples, at_once: config.bert.at_once };
        let dev = Dev { source: dev, target: &[] };
        let learner = Self { model, lessons, optimiser, dev, decode: Decode::Viterbi };
        Ok((learner, fingerprint.digest()))
    }
}

/// The gradient of the mean loss over the words of labelled windows, worked on in parts of at most `at_once` subwords,
/// whose passes stand in places from `place` on.
///
/// It is empty where no window has a word.
pub fn supervised<A: TrainBackend>(
    model: &FineTuned<A>,
    examples: &[&Example],
    at_once: usize,
    pass: Pass,
) -> FoundGradients<A::InnerBackend> {
    let words: usize = examples.iter().map(|example| example.gold.len()).sum();
    let mut found = FoundGradients::default();
    if words == 0 {
        return found;
    }
    let lengths: Vec<usize> = examples.iter().map(|example| example.piece.ids.len()).collect();
    for (part, numbers) in batches(&lengths, at_once).iter().enumerate() {
        let batch = SubwordBatch::new(numbers.iter().map(|&at| &examples[at].piece), model.config());
        let gold: Vec<u16> = numbers.iter().flat_map(|&at| &examples[at].gold).copied().collect();
        let pass = Some(Pass { place: pass.place + part, ..pass });
        let built = Building::begin();
        let states = model.encode(&batch, pass);
        let share = gold.len() as f32 / words as f32;
        let loss = model.loss(model.scores(&states, &batch, pass), &gold, &batch) * share;
        found.add(built, model, &loss, &[(&batch, &states)]);
    }
    found
}
