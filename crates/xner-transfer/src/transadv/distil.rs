//! Distillation (2.4): a student that learns soft labels on unlabelled text.

use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::backend::AutodiffBackend;
use xner_corpus::Sentence;
use xner_nn::init;
use xner_tagger::bert::train::{FineTuneOptimiser, FineTuned, FoundGradients, Pass};
use xner_tagger::bert::{Piece, SubwordBatch, batches};
use xner_train::{
    DevScores, Error, Learner, Moment, Result, State, StepOutcome, Tensors, TrainBackend, TrainReport,
    config::TrainingConfig,
};

use super::learner::Dev;

/// What a student learns of one sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson<'a> {
    /// The sentence.
    pub sentence: &'a Sentence,
    /// The united soft label of every word, `[words, tags]` row by row (equation 7).
    pub soft: Vec<f32>,
    /// The tag that a vote settled, for each word; empty where there was no vote.
    pub hard: Vec<Option<u16>>,
}

/// A window of a lesson.
struct Window {
    piece: Piece,
    /// `[words, tags]` of the piece's words.
    soft: Vec<f32>,
    hard: Vec<Option<u16>>,
}

/// A student in training.
///
/// Equation 8, `L_kd = 1/n Σ_i MSE(p_uni(x_i), p(x_i, Θ_stu))`, over the words of a batch, MSE being the mean over
/// tags; and `-log p` of the hard labels where there are any, over the words that have one.
pub struct DistilLearner<'a, A: AutodiffBackend> {
    model: FineTuned<A>,
    windows: Vec<Vec<Window>>,
    at_once: usize,
    hard_weight: f32,
    dev: Dev<'a>,
    optimiser: FineTuneOptimiser<A::InnerBackend>,
}

impl<'a, A: TrainBackend> DistilLearner<'a, A> {
    /// `hard_weight` is the weight of the hard labels' loss.
    ///
    /// # Errors
    /// A fault of the tokeniser; [`Error::Setting`] for a head with a CRF, whose probabilities of single words no loss
    /// can be taken of.
    pub fn new(
        model: FineTuned<A>,
        lessons: &[Lesson<'_>],
        dev: Dev<'a>,
        training: &TrainingConfig,
        at_once: usize,
        hard_weight: f32,
    ) -> Result<Self> {
        if model.has_crf() {
            let message =
                "is `crf`, expected `softmax`: a student learns probabilities of single words".to_owned();
            return Err(Error::Setting { key: "bert.head".to_owned(), message });
        }
        let tags = model.tags().len();
        let kept = lessons.iter().filter(|l| (1..=training.longest).contains(&l.sentence.len()));
        let windows = kept
            .map(|lesson| {
                let window = |piece: Piece| {
                    let words = || piece.words.iter().map(|&(word, _)| word as usize);
                    let soft =
                        words().flat_map(|word| &lesson.soft[word * tags..][..tags]).copied().collect();
                    let hard = words().map(|word| lesson.hard.get(word).copied().flatten()).collect();
                    Window { piece, soft, hard }
                };
                Ok(model.pieces(lesson.sentence)?.into_iter().map(window).collect())
            })
            .collect::<Result<Vec<Vec<_>>>>()?;
        let optimiser = FineTuneOptimiser::new(training.optimiser, training.clip, &model);
        Ok(Self { model, windows, at_once, hard_weight, dev, optimiser })
    }

    /// The student as it is now.
    pub fn model(&self) -> &FineTuned<A> {
        &self.model
    }

    /// The loss of some windows as a share of a batch that has `words` words and `voted` hard labels.
    fn loss(&self, scores: Tensor<A, 2>, windows: &[&Window], [words, voted]: [usize; 2]) -> Tensor<A, 1> {
        let [count, tags] = scores.dims();
        let device = self.model.device();
        let soft = windows.iter().flat_map(|window| &window.soft).copied().collect();
        let soft: Tensor<A, 2> = init::tensor(soft, [count, tags], device);
        let off = softmax(scores.clone(), 1) - soft;
        let loss = off.square().sum() / (words * tags) as f32;
        if voted == 0 {
            return loss;
        }
        let mut chosen = vec![0.0; count * tags];
        for (word, tag) in windows.iter().flat_map(|window| &window.hard).enumerate() {
            if let Some(tag) = tag {
                chosen[word * tags + usize::from(*tag)] = 1.0;
            }
        }
        let chosen: Tensor<A, 2> = init::tensor(chosen, [count, tags], device);
        let hard = (log_softmax(scores, 1) * chosen).sum().neg() / voted as f32;
        loss + hard * self.hard_weight
    }
}

impl<A: TrainBackend> Learner for DistilLearner<'_, A> {
    fn sentences(&self) -> usize {
        self.windows.len()
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        let windows: Vec<&Window> = sentences.iter().flat_map(|&at| &self.windows[at]).collect();
        let words: usize = windows.iter().map(|window| window.hard.len()).sum();
        let voted = windows.iter().flat_map(|window| &window.hard).flatten().count();
        let lengths: Vec<usize> = windows.iter().map(|window| window.piece.ids.len()).collect();
        // Without a word there is no part.
        let mut found = FoundGradients::default();
        for (part, numbers) in batches(&lengths, self.at_once).iter().enumerate() {
            let own: Vec<&Window> = numbers.iter().map(|&at| windows[at]).collect();
            let batch = SubwordBatch::new(own.iter().map(|window| &window.piece), self.model.config());
            let pass = Some(Pass { step: at.step, place: part });
            let states = self.model.encode(&batch, pass);
            let loss = self.loss(self.model.scores(&states, &batch, pass), &own, [words, voted]);
            found.add(&self.model, &loss, &[(&batch, &states)]);
            if !found.loss().is_finite() {
                break;
            }
        }
        Ok(self.optimiser.step(&mut self.model, found, at.rate))
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        self.dev.scores(&self.model, false)
    }

    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        self.dev.scores(&self.model, true)
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
