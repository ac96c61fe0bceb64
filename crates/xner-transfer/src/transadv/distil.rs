//! Distillation (2.4): a student that learns soft labels on unlabelled text.

use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::activation::{log_softmax, softmax};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner_corpus::{Labelled, Sentence};
use xner_nn::{init, standardised};
use xner_tagger::bert::train::{
    Dev, EncoderLearner, FineTuneOptimiser, FineTuned, FoundGradients, Lessons, Pass,
};
use xner_tagger::bert::{Piece, SubwordBatch, batches};
use xner_tagger::{Decode, Features, Tagger};
use xner_train::{
    Building, Error, Moment, Result, Tensors, TrainBackend, TrainReport, config::TrainingConfig,
};

use super::learner::MODEL;
use super::weights_file;
use crate::consensus::temperature;

/// What the names of the weights of the linear layer in front of the scores begin with.
const HEAD: &str = "head.dense.";

/// What a student learns of one sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson<'a> {
    /// The sentence.
    pub sentence: &'a Sentence,
    /// The united soft label of every word, `[words, tags]` row by row (equation 7).
    pub soft: Vec<f32>,
    /// The tag that a vote settled, for each word; empty where there was no vote.
    pub hard: Vec<Option<u16>>,
    /// How much each word weighs in the loss of the soft labels; empty where all weigh 1.
    pub weights: Vec<f32>,
}

/// A teacher whose states a student's are to come near.
struct StateTeacher {
    teacher: Box<dyn Features>,
    weight: f32,
    /// As [`Distillation`]'s.
    sentences: Vec<Sentence>,
}

/// A window of a lesson.
struct Window {
    piece: Piece,
    /// `[words, tags]` of the piece's words.
    soft: Vec<f32>,
    hard: Vec<Option<u16>>,
    /// Of each of the piece's words; empty where all weigh 1.
    weights: Vec<f32>,
}

/// A student in training.
pub type DistilLearner<'a, A> = EncoderLearner<'a, A, Distillation>;

/// How far a student's probabilities are from the soft labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SoftLoss {
    /// The mean square of the differences, as equation 8 has it. Its gradient is small where the student is sure of
    /// something else.
    Square,
    /// Cross-entropy, `-Σ p log p_stu`.
    #[default]
    CrossEntropy,
}

/// What a student learns of.
///
/// Equation 8, `L_kd = 1/n Σ_i MSE(p_uni(x_i), p(x_i, Θ_stu))`, over the words of a batch, MSE being the mean over
/// tags ([`SoftLoss`] has another); and `-log p` of the hard labels where there are any, over the words that have one.
pub struct Distillation {
    windows: Vec<Vec<Window>>,
    at_once: usize,
    soft: SoftLoss,
    hard_weight: f32,
    states: Option<StateTeacher>,
    /// Whether it leaves a phase's folder, and no model directory.
    of_phase: bool,
    /// Labelled sentences by which the temperature of what it leaves is chosen; none: it is left as it is.
    calibration: Vec<Labelled>,
}

/// The lessons that are not left out.
fn kept<'l, 's>(lessons: &'l [Lesson<'s>], longest: usize) -> impl Iterator<Item = &'l Lesson<'s>> {
    lessons.iter().filter(move |lesson| (1..=longest).contains(&lesson.sentence.len()))
}

impl Distillation {
    /// A student that begins as `model`; `hard_weight` is the weight of the hard labels' loss.
    ///
    /// # Errors
    /// A fault of the tokeniser; [`Error::Setting`] for a head with a CRF, whose probabilities of single words no loss
    /// can be taken of.
    pub fn learner<'a, A: TrainBackend>(
        model: FineTuned<A>,
        lessons: &[Lesson<'_>],
        dev: Dev<'a>,
        training: &TrainingConfig,
        at_once: usize,
        soft: SoftLoss,
        hard_weight: f32,
    ) -> Result<DistilLearner<'a, A>> {
        if model.has_crf() {
            let message = "is `crf`, expected `softmax`: a student learns probabilities of single words";
            return Err(Error::setting("bert.head", message));
        }
        let tags = model.tags().len();
        let windows = kept(lessons, training.longest)
            .map(|lesson| {
                let window = |piece: Piece| {
                    let words = || piece.words.iter().map(|&(word, _)| word as usize);
                    let soft =
                        words().flat_map(|word| &lesson.soft[word * tags..][..tags]).copied().collect();
                    let hard = words().map(|word| lesson.hard.get(word).copied().flatten()).collect();
                    let weights = words().filter_map(|word| lesson.weights.get(word).copied()).collect();
                    Window { piece, soft, hard, weights }
                };
                Ok(model.pieces(lesson.sentence)?.into_iter().map(window).collect())
            })
            .collect::<Result<Vec<Vec<_>>>>()?;
        let optimiser = FineTuneOptimiser::new(training.optimiser, training.clip, &model);
        let lessons = Self {
            windows,
            at_once,
            soft,
            hard_weight,
            states: None,
            of_phase: false,
            calibration: Vec::new(),
        };
        Ok(EncoderLearner { model, lessons, optimiser, dev, decode: Decode::Viterbi })
    }

    /// The same; what it leaves is a phase's folder, which other phases begin with.
    #[must_use]
    pub(crate) fn of_phase(self) -> Self {
        Self { of_phase: true, ..self }
    }

    /// The same; what it leaves has the temperature that these labels ask for ([`temperature`]).
    #[must_use]
    pub(crate) fn calibrated_on(self, labelled: &[Labelled]) -> Self {
        Self { calibration: labelled.to_vec(), ..self }
    }

    /// A copy of the model with its scores divided by its temperature, and that.
    fn calibrated<A: TrainBackend>(&self, model: &FineTuned<A>) -> Result<(FineTuned<A>, f64)> {
        // Development data may have types that training never saw: what holds one says nothing of the model.
        let own =
            self.calibration.iter().filter_map(|one| Some((&one.sentence, model.tags().encode(one).ok()?)));
        let (sentences, gold): (Vec<Sentence>, Vec<Vec<u16>>) =
            own.map(|(sentence, gold)| (sentence.clone(), gold)).unzip();
        let tagged = model.tagger()?.with_decode(Decode::Argmax).tag(&sentences)?;
        let probabilities: Vec<f32> = tagged.into_iter().flat_map(|tagging| tagging.probabilities).collect();
        let gold = gold.concat();
        let found = temperature(&probabilities, &gold, model.tags().len());
        let mut weights = Tensors::default();
        for (name, tensor) in model.weights().iter() {
            let by = if name.starts_with(HEAD) { found as f32 } else { 1.0 };
            weights.insert(name, &tensor.shape, tensor.values.iter().map(|value| value / by).collect());
        }
        let mut copy = model.fork();
        copy.set_weights(&mut weights, Path::new("student"))?;
        Ok((copy, found))
    }

    /// The same, with a loss on states beside that on labels: `weight` times the mean over words of
    /// `mean (n(h_stu) - n(h))²`, where `h` are last states and `n` makes mean 0 and variance 1 of one. `lessons` and
    /// `longest` are those that it was made of.
    #[must_use]
    pub fn with_states(
        self,
        teacher: Box<dyn Features>,
        weight: f32,
        lessons: &[Lesson<'_>],
        longest: usize,
    ) -> Self {
        let sentences = kept(lessons, longest).map(|lesson| lesson.sentence.clone()).collect();
        Self { states: Some(StateTeacher { teacher, weight, sentences }), ..self }
    }

    /// The teacher's states of each window's words, `[words, hidden]` row by row; nothing without such a teacher.
    fn taught(&self, sentences: &[usize]) -> Result<Option<Vec<Vec<f32>>>> {
        let Some(StateTeacher { teacher, sentences: all, .. }) = &self.states else { return Ok(None) };
        let own: Vec<Sentence> = sentences.iter().map(|&at| all[at].clone()).collect();
        let mut found = Vec::new();
        for ((&at, sentence), states) in sentences.iter().zip(&own).zip(teacher.common(&own)?) {
            let width = states.len() / sentence.len().max(1);
            for window in &self.windows[at] {
                let words = window.piece.words.iter().map(|&(word, _)| word as usize);
                found.push(words.flat_map(|word| &states[word * width..][..width]).copied().collect());
            }
        }
        Ok(Some(found))
    }

    /// The loss of some windows as a share of a batch that has `words` words and `voted` hard labels.
    fn loss<A: TrainBackend>(
        &self,
        scores: Tensor<A, 2>,
        windows: &[&Window],
        words: f32,
        voted: usize,
    ) -> Tensor<A, 1> {
        let [count, tags] = scores.dims();
        let device = &scores.device();
        let soft = windows.iter().flat_map(|window| &window.soft).copied().collect();
        let soft: Tensor<A, 2> = init::tensor(soft, [count, tags], device);
        // Of all lessons, or of none.
        let weights: Vec<f32> = windows.iter().flat_map(|window| &window.weights).copied().collect();
        let weighed = |losses: Tensor<A, 2>| {
            if weights.is_empty() {
                return losses;
            }
            losses * init::tensor::<A, 2>(weights.clone(), [count, 1], device)
        };
        let loss = match self.soft {
            SoftLoss::Square => {
                let off = softmax(scores.clone(), 1) - soft;
                weighed(off.square()).sum() / (words * tags as f32)
            }
            SoftLoss::CrossEntropy => weighed(log_softmax(scores.clone(), 1) * soft).sum().neg() / words,
        };
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

/// `Σ_words mean (n(h_stu) - n(h))²`: how far states, `[words, hidden]`, are from the teacher's, each made to have mean
/// 0 and variance 1 first, `n`, so that neither's size counts.
///
/// # Errors
/// [`Error::Setting`] where the teacher's are not as wide.
fn state_loss<A: TrainBackend>(states: Tensor<A, 2>, taught: Vec<f32>) -> Result<Tensor<A, 1>> {
    let [words, width] = states.dims();
    if taught.len() != words * width {
        let message = "is above 0, but the teacher's states are not as wide as the student's";
        return Err(Error::setting("teacher.states", message));
    }
    let taught: Tensor<A, 2> = init::tensor(taught, [words, width], &states.device());
    Ok((standardised(states) - standardised(taught)).square().sum() / width as f32)
}

impl<A: TrainBackend> Lessons<A> for Distillation {
    fn sentences(&self) -> usize {
        self.windows.len()
    }

    fn save(&self, model: &FineTuned<A>, folder: &Path, report: &TrainReport) -> Result<()> {
        if self.of_phase {
            let mut weights = Tensors::default();
            weights.extend(MODEL, model.weights());
            return weights_file::write(folder, &weights, report);
        }
        if self.calibration.is_empty() {
            report.write(folder)?;
            return model.save(folder);
        }
        let (model, found) = self.calibrated(model)?;
        let mut report = report.clone();
        let note = format!("its scores are divided by {found:.3}, by the source's development data");
        report.notes.push(note);
        report.write(folder)?;
        model.save(folder)
    }

    fn gradient(
        &mut self,
        model: &mut FineTuned<A>,
        sentences: &[usize],
        at: &Moment,
    ) -> Result<FoundGradients<A::InnerBackend>> {
        let windows: Vec<&Window> = sentences.iter().flat_map(|&at| &self.windows[at]).collect();
        // Where no word weighs anything the loss is 0 too.
        let of_window = |window: &&Window| match window.weights.as_slice() {
            [] => window.hard.len() as f32,
            weights => weights.iter().sum(),
        };
        let words: f32 = windows.iter().map(of_window).sum::<f32>().max(1e-6);
        let voted = windows.iter().flat_map(|window| &window.hard).flatten().count();
        let lengths: Vec<usize> = windows.iter().map(|window| window.piece.ids.len()).collect();
        let taught = self.taught(sentences)?;
        let weight = self.states.as_ref().map_or(0.0, |states| states.weight);
        // Without a word there is no part.
        let mut found = FoundGradients::default();
        for (part, numbers) in batches(&lengths, self.at_once).iter().enumerate() {
            let own: Vec<&Window> = numbers.iter().map(|&at| windows[at]).collect();
            let batch = SubwordBatch::new(own.iter().map(|window| &window.piece), model.config());
            let pass = Some(Pass { step: at.step, place: part });
            let built = Building::begin();
            let states = model.encode(&batch, pass);
            let mut loss = self.loss(model.scores(&states, &batch, pass), &own, words, voted);
            if let Some(taught) = &taught {
                let right = numbers.iter().flat_map(|&at| &taught[at]).copied().collect();
                loss = loss + state_loss(model.words(&states, &batch), right)? * (weight / words);
            }
            found.add(built, model, &loss, &[(&batch, &states)]);
        }
        Ok(found)
    }
}
