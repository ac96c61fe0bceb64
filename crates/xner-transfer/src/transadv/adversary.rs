//! The adversarial part of training (section 2.3): what the discriminators learn, and what the generator learns of
//! them.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::path::Path;

use burn::module::{AutodiffModule, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use xner_nn::{NerBackend, init};
use xner_tagger::bert::train::{FineTuned, FoundGradients, Pass};
use xner_tagger::bert::{BertConfig, Piece, SubwordBatch};
use xner_train::{
    Building, Moment, Purpose, Result, State, StepOutcome, Tensors, TrainBackend,
    config::Optimiser,
    optimiser::ModuleOptimiser,
    stream,
    weights::{self, host, tracked},
};

use super::config::AdversaryConfig;
use super::discriminators::{LanguageDiscriminator, OrderDiscriminator, cross_entropy, rows};
use super::sets::WordLanguages;
use super::tally::Tally;
use crate::draws::places;

/// Both discriminators; one that a run does without is none.
#[derive(Module, Debug)]
pub struct Discriminators<B: Backend> {
    /// Equation 3.
    pub language: Option<LanguageDiscriminator<B>>,
    /// Equation 4.
    pub order: Option<OrderDiscriminator<B>>,
}

impl<B: Backend> Discriminators<B> {
    /// With seeded weights, over states of `width` numbers.
    pub fn new(
        config: &AdversaryConfig,
        [language, order]: [bool; 2],
        width: usize,
        seed: u64,
        device: &B::Device,
    ) -> Self {
        let rng = |which| stream(seed, Purpose::Adversary, which, 0);
        let (normalise, both_ways) = (config.normalise, config.order.both_ways);
        let (one, two) = (config.language.hidden, config.order.hidden);
        let first = || LanguageDiscriminator::new(width, one, normalise, device, &mut rng(0));
        let second = || OrderDiscriminator::new(width, two, both_ways, normalise, device, &mut rng(1));
        Self { language: language.then(first), order: order.then(second) }
    }
}

/// What the discriminators are shown.
#[derive(Debug, Clone, Default)]
pub struct GameLists {
    /// For the language discriminator: two lists, from each of which every step draws a batch. Their losses are added.
    pub languages: Option<[Vec<WordLanguages>; 2]>,
    /// For the order discriminator: windows in order, and shuffled ones.
    pub orders: Option<[Vec<Piece>; 2]>,
}

/// What a step drew of one list.
enum ListBatch<'a> {
    /// Windows, and for each word whether it is of the source language, or that nobody asks.
    Words(Vec<(&'a Piece, &'a [Option<bool>])>),
    /// Windows, and what is right for each.
    Sentences(Vec<&'a Piece>, f32),
}

impl ListBatch<'_> {
    fn pieces(&self) -> Vec<&Piece> {
        match self {
            ListBatch::Words(drawn) => drawn.iter().map(|&(piece, _)| piece).collect(),
            ListBatch::Sentences(drawn, _) => drawn.clone(),
        }
    }

    fn subwords(&self) -> usize {
        self.pieces().iter().map(|piece| piece.ids.len()).sum()
    }

    /// What is asked.
    fn answers(&self) -> usize {
        match self {
            ListBatch::Words(drawn) => {
                drawn.iter().flat_map(|(_, languages)| languages.iter().flatten()).count()
            }
            ListBatch::Sentences(drawn, _) => drawn.len(),
        }
    }

    /// The same in parts of at most `at_once` subwords, or of one window, each with its share of the answers.
    fn parts(&self, at_once: usize) -> Vec<(Self, f32)> {
        let lengths: Vec<usize> = self.pieces().iter().map(|piece| piece.ids.len()).collect();
        let all = self.answers();
        let part = |range: Range<usize>| {
            let part = match self {
                ListBatch::Words(drawn) => ListBatch::Words(drawn[range].to_vec()),
                ListBatch::Sentences(drawn, right) => ListBatch::Sentences(drawn[range].to_vec(), *right),
            };
            let share = part.answers() as f32 / all.max(1) as f32;
            (part, share)
        };
        parts(&lengths, at_once).into_iter().map(part).collect()
    }
}

/// Neighbours in parts of at most `at_once` subwords, or of one; `lengths` are their subwords.
fn parts(lengths: &[usize], at_once: usize) -> Vec<Range<usize>> {
    let (mut parts, mut begin, mut subwords) = (Vec::new(), 0, 0);
    for (at, length) in lengths.iter().enumerate() {
        if at > begin && subwords + length > at_once {
            parts.push(begin..at);
            (begin, subwords) = (at, 0);
        }
        subwords += length;
    }
    if begin < lengths.len() {
        parts.push(begin..lengths.len());
    }
    parts
}

/// What a pass shows: several lists in one batch, since a pass over few sentences costs nearly what one over many does.
struct PassBatch {
    batch: SubwordBatch,
    lists: Vec<ListPart>,
}

impl PassBatch {
    /// None where no word is asked about.
    fn of(drawn: &[(ListBatch<'_>, f32)], config: &BertConfig) -> Option<Self> {
        let batch = SubwordBatch::new(drawn.iter().flat_map(|(drawn, _)| drawn.pieces()), config);
        let mut words = batch.words.iter().copied();
        let mut lists = Vec::with_capacity(drawn.len());
        for &(ref drawn, share) in drawn {
            let part_of = match drawn {
                ListBatch::Words(drawn) => {
                    let languages = drawn.iter().flat_map(|(_, languages)| languages.iter());
                    let asked = languages.zip(&mut words);
                    let (rows, right) = asked
                        .filter_map(|(language, row)| Some((row, f32::from(u8::from((*language)?)))))
                        .unzip();
                    ListPart { rows, right, lengths: None, share }
                }
                ListBatch::Sentences(drawn, right) => {
                    let lengths: Vec<usize> = drawn.iter().map(|piece| piece.words.len()).collect();
                    let rows = words.by_ref().take(lengths.iter().sum()).collect();
                    let right = vec![*right; lengths.len()];
                    ListPart { rows, right, lengths: Some(lengths), share }
                }
            };
            lists.push(part_of);
        }
        lists.retain(|part_of| !part_of.rows.is_empty());
        (!lists.is_empty()).then_some(Self { batch, lists })
    }
}

/// A list's part of the batch.
struct ListPart {
    /// The rows of the batch that are read, word by word.
    rows: Vec<u32>,
    /// What is right for each answer: 1 for the source language, or for a sentence in order.
    right: Vec<f32>,
    /// Words of each sentence, where the answer is one a sentence.
    lengths: Option<Vec<usize>>,
    /// The share of the list's answers that are in this part of it.
    share: f32,
}

impl ListPart {
    /// The part's share of the list's mean loss.
    fn of_list<B: Backend>(&self, loss: Tensor<B, 1>) -> Tensor<B, 1> {
        if self.share < 1.0 { loss * self.share } else { loss }
    }
}

/// The places of passes: below are those of the NER step.
const DISCRIMINATOR: usize = 1 << 12;
const GENERATOR: usize = 1 << 13;
/// The places of a turn of the discriminators, of which a step has 16 at most.
const TURN: usize = 1 << 8;

/// The adversarial part of a learner.
#[derive(Debug)]
pub struct Adversary<A: AutodiffBackend> {
    config: AdversaryConfig,
    seed: u64,
    batch: usize,
    /// Subwords of a pass.
    at_once: usize,
    clip: f64,
    /// The rate of the NER loss, by which the others' rise and fall with the schedule.
    rate: f64,
    lists: GameLists,
    discriminators: Discriminators<A>,
    optimiser: ModuleOptimiser<A::InnerBackend>,
    /// Since [`Adversary::take_tally`].
    tally: Cell<Tally>,
    /// The hidden units of the language discriminator that said something since then.
    alive: RefCell<Vec<bool>>,
    /// The language discriminator's share of right answers, each step's weighing a twentieth of what came before.
    recent: f64,
}

/// How much a step counts in what is recent.
const STEP: f64 = 0.05;

impl<A: TrainBackend> Adversary<A> {
    /// `optimiser` and `clip` are those of the NER loss, `batch` the sentences of a batch from each list, `at_once`
    /// the subwords that a pass has at most, unless a single window has more.
    pub fn new(
        config: &AdversaryConfig,
        optimiser: Optimiser,
        clip: f64,
        batch: usize,
        at_once: usize,
        seed: u64,
        lists: GameLists,
        discriminators: Discriminators<A>,
    ) -> Self {
        Self {
            config: config.clone(),
            seed,
            batch: if config.batch == 0 { batch } else { config.batch },
            at_once,
            clip,
            rate: optimiser.rate(),
            lists,
            discriminators: tracked(discriminators, true),
            optimiser: ModuleOptimiser::new(optimiser),
            tally: Cell::default(),
            alive: RefCell::default(),
            recent: 0.5,
        }
    }

    /// The discriminators.
    pub fn discriminators(&self) -> &Discriminators<A> {
        &self.discriminators
    }

    /// What they reached since this was last asked; counting begins anew.
    pub fn take_tally(&self) -> Tally {
        let alive = self.alive.take();
        let dead = alive.iter().filter(|alive| !**alive).count();
        let dead = (!alive.is_empty()).then(|| dead as f64 / alive.len() as f64);
        Tally { dead, ..self.tally.take() }
    }

    /// Whether the generator is to make its step: not while the language discriminator knows too little to be worth
    /// deceiving. One that is held back is counted.
    pub fn may_deceive(&self) -> bool {
        let held = self.discriminators.language.is_some() && self.recent < self.config.threshold;
        if held {
            self.count(|tally| tally.held += 1);
        }
        !held
    }

    /// Adds to the tally.
    fn count(&self, add: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        add(&mut tally);
        self.tally.set(tally);
    }

    /// What a step shows, language before order, in passes of at most `at_once` subwords, or of one window; lists
    /// without a word that is asked about are left out.
    fn passes(&self, model: &FineTuned<A>, purpose: Purpose, step: usize) -> Vec<PassBatch> {
        let draw = |list: usize, count| places(self.seed, purpose, list, step, self.batch, count);
        let languages = self.lists.languages.iter().flatten().enumerate().map(|(list, of)| {
            let drawn = draw(list, of.len()).into_iter().flat_map(|at| &of[at].windows);
            ListBatch::Words(drawn.map(|(piece, languages)| (piece, languages.as_slice())).collect())
        });
        let orders = self.lists.orders.iter().flatten().enumerate().map(|(list, of)| {
            let drawn = draw(2 + list, of.len()).into_iter().map(|at| &of[at]);
            ListBatch::Sentences(drawn.collect(), if list == 0 { 1.0 } else { 0.0 })
        });
        let drawn: Vec<(ListBatch<'_>, f32)> =
            languages.chain(orders).flat_map(|drawn| drawn.parts(self.at_once)).collect();
        let lengths: Vec<usize> = drawn.iter().map(|(drawn, _)| drawn.subwords()).collect();
        let passes = parts(&lengths, self.at_once).into_iter();
        passes.filter_map(|range| PassBatch::of(&drawn[range], model.config())).collect()
    }

    /// Equation 5's `L_l` and `L_o`: the discriminators learn to tell, the encoder stays as it is. They make as many
    /// steps as the config says, each on a batch of its own.
    ///
    /// Where the loss or the gradient is not finite, nothing is changed, and the outcome says so.
    ///
    /// # Errors
    /// A fault of the device.
    pub fn teach(&mut self, model: &FineTuned<A>, at: &Moment) -> Result<StepOutcome> {
        let mut outcome = StepOutcome::new(0.0, 0.0);
        for turn in 0..self.config.steps {
            outcome = self.teach_once(model, at, turn)?;
            if !outcome.is_finite() {
                break;
            }
        }
        Ok(outcome)
    }

    fn teach_once(&mut self, model: &FineTuned<A>, at: &Moment, turn: usize) -> Result<StepOutcome> {
        let step = at.step * self.config.steps + turn;
        let built = Building::begin();
        let mut sum: Option<Tensor<A, 1>> = None;
        let (mut answers, mut asked, mut units) = (Vec::new(), Vec::new(), Vec::new());
        for (part, PassBatch { batch, lists }) in
            self.passes(model, Purpose::Discriminator, step).into_iter().enumerate()
        {
            let pass = Pass { step: at.step, place: DISCRIMINATOR + TURN * turn + part };
            let inner = model.encode_inner(&batch, Some(pass));
            let states: Tensor<A, 2> = Tensor::from_inner(inner.clone());
            for part_of in &lists {
                let Some(odds) = odds(&self.discriminators, states.clone(), part_of) else { continue };
                answers.push(odds.clone().inner());
                asked.push((part_of.lengths.is_some(), part_of.right.clone()));
                if let (Some(language), None) = (&self.discriminators.language, &part_of.lengths) {
                    units.push(language.valid().most(rows(inner.clone(), &part_of.rows)));
                }
                let loss = part_of.of_list(cross_entropy(odds, right(part_of, model, false)));
                sum = Some(sum.map_or_else(|| loss.clone(), |sum| sum + loss.clone()));
            }
        }
        let Some(loss) = sum else {
            self.optimiser.skip();
            return Ok(StepOutcome::new(0.0, 0.0));
        };
        let (own, rate) = (self.discriminators.clone(), self.discriminator_rate(at));
        answers.append(&mut units);
        let (own, outcome, read) =
            self.optimiser.descend_and_read(built, own, &loss, answers, self.clip, rate)?;
        self.discriminators = own;
        let (answers, units) = read.split_at(asked.len());
        let mut step = Tally::default();
        for ((order, right), answers) in asked.iter().zip(answers) {
            step.answered(*order, answers, right);
            self.count(|tally| tally.answered(*order, answers, right));
        }
        if let Some(accuracy) = step.language.accuracy() {
            self.recent += STEP * (accuracy - self.recent);
        }
        let mut alive = self.alive.borrow_mut();
        for most in units {
            alive.resize(most.len(), false);
            alive.iter_mut().zip(most).for_each(|(alive, &most)| *alive |= most > 0.0);
        }
        Ok(outcome)
    }

    /// The gradient of equation 5's `L_g`: the encoder learns to deceive, the discriminators stay as they are. Each
    /// list's loss is a mean, over words or sentences; they are added.
    pub fn deceive(&self, model: &FineTuned<A>, at: &Moment) -> FoundGradients<A::InnerBackend> {
        let fixed = tracked(self.discriminators.clone(), false);
        let mut found = FoundGradients::default();
        let passes = self.passes(model, Purpose::Generator, at.step);
        for (part, PassBatch { batch, lists }) in passes.into_iter().enumerate() {
            let built = Building::begin();
            let states = model.encode(&batch, Some(Pass { step: at.step, place: GENERATOR + part }));
            let losses = lists.iter().filter_map(|part_of| {
                let odds = odds(&fixed, states.rows.clone(), part_of)?;
                Some(part_of.of_list(cross_entropy(odds, right(part_of, model, true))))
            });
            if let Some(loss) = losses.reduce(|sum, loss| sum + loss) {
                found.add(built, model, &loss, &[(&batch, &states)]);
            }
        }
        found
    }

    /// Counts the loss of a generator's step.
    pub fn deceived(&self, loss: f32) {
        self.count(|tally| tally.deceived(loss));
    }

    /// The discriminators' rate at a moment.
    pub fn discriminator_rate(&self, at: &Moment) -> f64 {
        self.config.discriminator_rate * at.rate / self.rate
    }

    /// The generator's rate at a moment.
    pub fn generator_rate(&self, at: &Moment) -> f64 {
        self.config.generator_rate * at.rate / self.rate
    }

    /// The discriminators' weights.
    pub fn weights(&self) -> Tensors {
        weights::collect(&self.discriminators.valid())
    }

    /// Takes weights back.
    ///
    /// # Errors
    /// [`xner_tagger::Error::Tensor`] when they do not fit.
    pub fn set_weights(&mut self, weights: &mut Tensors, path: &Path) -> Result<()> {
        self.discriminators = weights::load(self.discriminators.clone(), weights, path)?;
        Ok(())
    }

    /// The optimiser's state, and what was counted.
    pub fn state(&self) -> State {
        let mut state = State::default();
        state.put("optimiser", self.optimiser.state());
        state.count("tally", &self.tally.get());
        state.count("alive", &*self.alive.borrow());
        state.count("recent", &self.recent);
        state
    }

    /// Takes a state back.
    ///
    /// # Errors
    /// [`xner_tagger::Error::Tensor`] when it does not fit.
    pub fn set_state(&mut self, mut state: State, device: &A::Device, path: &Path) -> Result<()> {
        let own = state.part("optimiser");
        self.optimiser.set_state(&self.discriminators.valid(), own, device, path)?;
        self.tally.set(state.counter("tally", path)?);
        self.alive.replace(state.counter("alive", path)?);
        self.recent = state.counter("recent", path)?;
        state.expect_empty(path)
    }
}

/// What is right, or, to deceive, what is wrong.
fn right<A: TrainBackend>(part_of: &ListPart, model: &FineTuned<A>, flipped: bool) -> Tensor<A, 1> {
    let values = part_of.right.iter().map(|&y| if flipped { 1.0 - y } else { y }).collect();
    init::tensor(values, [part_of.right.len()], model.device())
}

/// The log-odds that a discriminator gives; none where the run has no such discriminator.
fn odds<A: NerBackend>(
    discriminators: &Discriminators<A>,
    states: Tensor<A, 2>,
    part_of: &ListPart,
) -> Option<Tensor<A, 1>> {
    let words = rows(states, &part_of.rows);
    match &part_of.lengths {
        None => Some(discriminators.language.as_ref()?.forward(words)),
        Some(lengths) => Some(discriminators.order.as_ref()?.forward(words, lengths)),
    }
}

/// The mean probability, over a sentence's words, that they are of the source language; one half for a sentence
/// without words.
pub fn source_probability<A: TrainBackend>(
    model: &FineTuned<A>,
    discriminator: &LanguageDiscriminator<A::InnerBackend>,
    pieces: &[Piece],
) -> f32 {
    let batch = SubwordBatch::new(pieces, model.config());
    if batch.words.is_empty() {
        return 0.5;
    }
    let odds = host(discriminator.forward(rows(model.encode_inner(&batch, None), &batch.words)));
    odds.iter().map(|odds| 1.0 / (1.0 + (-odds).exp())).sum::<f32>() / odds.len() as f32
}
