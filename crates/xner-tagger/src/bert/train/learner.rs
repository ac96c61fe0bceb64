//! A BERT token classifier in training on labelled sentences.

use std::path::Path;

use burn::tensor::backend::AutodiffBackend;
use xner_corpus::{Entity, Labelled, Sentence, TagSet};
use xner_train::{
    Checked, DevScores, Fingerprint, Learner, Moment, Settings, State, StepOutcome, Tensors, TrainBackend,
    TrainReport, check_entities, dev_scores, score,
};

use super::super::batch::SubwordBatch;
use super::super::windows::batches;
use super::config::BertTrainConfig;
use super::examples::Example;
use super::fine_tuned::FineTuned;
use super::gradients::{FineTuneOptimiser, FoundGradients};
use super::pass::Pass;
use crate::data::TrainData;
use crate::{Error, Result, Tagger};

/// A BERT token classifier in training on labelled sentences.
pub struct BertLearner<A: AutodiffBackend> {
    config: Checked<BertTrainConfig>,
    model: FineTuned<A>,
    /// The windows of each training sentence.
    examples: Vec<Vec<Example>>,
    dev: Vec<(Sentence, Vec<Entity>)>,
    left_out: usize,
    optimiser: FineTuneOptimiser<A::InnerBackend>,
}

impl<A: TrainBackend> BertLearner<A> {
    /// A learner that begins with a pretrained encoder, and the fingerprint of config, data and encoder.
    ///
    /// # Errors
    /// [`Error::Data`] when there are no entities to learn, or misplaced ones; faults of the encoder's files.
    pub fn new(
        config: &Checked<BertTrainConfig>,
        data: TrainData,
        device: &A::Device,
    ) -> Result<(Self, String)> {
        let TrainData { train, dev, .. } = data;
        check_entities("training", &train)?;
        check_entities("development", &dev)?;
        let tags = tags_of(config.bert.scheme, &train)?;
        let model = FineTuned::<A>::open(&config.bert, tags, config.seed, device)?;

        let mut fingerprint = Fingerprint::new();
        fingerprint
            .bytes(env!("CARGO_PKG_VERSION").as_bytes())
            .bytes(config.to_json()?.to_string().as_bytes());
        fingerprint.corpus(&train).corpus(&dev);
        model.fingerprint(&mut fingerprint);

        let longest = config.training.longest;
        let (kept, left_out): (Vec<_>, Vec<_>) =
            train.iter().partition(|l| (1..=longest).contains(&l.sentence.len()));
        let examples: Vec<Vec<Example>> =
            kept.iter().map(|labelled| model.examples(labelled)).collect::<Result<_>>()?;
        for example in examples.iter().flatten() {
            let ids: Vec<u8> = example.piece.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
            fingerprint.bytes(&ids);
        }
        let learner = Self {
            optimiser: FineTuneOptimiser::new(config.training.optimiser, config.training.clip, &model),
            config: config.clone(),
            model,
            examples,
            dev: dev.into_iter().map(|labelled| (labelled.sentence, labelled.entities)).collect(),
            left_out: left_out.len(),
        };
        Ok((learner, fingerprint.digest()))
    }

    /// Training sentences left out: empty or too long.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

/// The tags of a corpus that is to be learnt.
///
/// # Errors
/// [`Error::Data`] for one without entities.
pub fn tags_of(scheme: xner_corpus::Scheme, train: &[Labelled]) -> Result<TagSet> {
    let tags = TagSet::of_corpus(scheme, train);
    if tags.types().is_empty() {
        let message = "the training sentences hold no entity: is the tag column right?".to_owned();
        return Err(Error::Data { message });
    }
    Ok(tags)
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
        let states = model.encode(&batch, pass);
        let share = gold.len() as f32 / words as f32;
        let loss = model.loss(model.scores(&states, &batch, pass), &gold, &batch) * share;
        found.add(model, &loss, &[(&batch, &states)]);
        if !found.loss().is_finite() {
            break;
        }
    }
    found
}

impl<A: TrainBackend> Learner for BertLearner<A> {
    fn sentences(&self) -> usize {
        self.examples.len()
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        let examples: Vec<&Example> = sentences.iter().flat_map(|&at| &self.examples[at]).collect();
        let pass = Pass { step: at.step, place: 0 };
        let found = supervised(&self.model, &examples, self.config.bert.at_once, pass);
        Ok(self.optimiser.step(&mut self.model, found, at.rate))
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        if self.dev.is_empty() {
            return Ok(None);
        }
        let sentences: Vec<Sentence> = self.dev.iter().map(|(sentence, _)| sentence.clone()).collect();
        let predicted = self.model.tagger()?.best(&sentences)?;
        let gold = self.dev.iter().map(|(sentence, gold)| (gold.as_slice(), sentence.len()));
        Ok(Some(dev_scores(score(gold, &predicted)?.overall)))
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
        report.write(folder)?;
        self.model.save(folder)
    }
}
