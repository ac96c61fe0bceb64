//! The learner of augmented fine-tuning.

use std::path::Path;

use burn::module::AutodiffModule;
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use xner_corpus::{Labelled, Sentence, TagSet};
use xner_nn::init;
use xner_tagger::Tagger;
use xner_tagger::augmented::{self, Augmented};
use xner_tagger::bilstm::{Batch, BiLstmTagger, Dropout, Forms, Lexicon, Network};
use xner_tagger::config::{AugmentConfig, ModelConfig, TrainConfig};
use xner_train::{
    Building, DevScores, Fingerprint, Learner, Moment, Purpose, Result, Settings, State, StepOutcome,
    Tensors, TrainBackend, TrainReport, check_entities, optimiser::ModuleOptimiser, stream, weights,
};

use super::super::config::{Updates, ZeroResourceConfig};
use super::begin::network;
use super::pseudo::Pseudo;
use super::target::{Target, Threshold};
use crate::draws::places;
use crate::report::Round;

/// The source language's side.
pub struct Source<'a> {
    /// Labelled sentences.
    pub train: &'a [Labelled],
    /// Labelled sentences by which weights are chosen.
    pub dev: &'a [Labelled],
}

/// The file in a model's folder that tells its rounds.
pub(crate) const ROUNDS: &str = "rounds.json";

/// A network with two encoders in training (equation 7).
///
/// Each step takes a batch of source sentences with their labels and one of target sentences with pseudo labels, and
/// goes down the sum of these, or down one after the other (`updates`):
///
/// ```text
/// L_s(θ_s)  the CRF loss of the source batch through the source encoder
/// L_t(θ_s)  the CRF loss of the target batch through the source encoder
/// L_t(θ_t)  the CRF loss of the target batch through both encoders' features
/// ```
///
/// At the first step and then every `redraw_every` steps (by default two epochs), a length threshold is drawn and the
/// target sentences within it are labelled anew, by the source encoder as it is then. Where there are none within it,
/// the steps up to the next threshold train on the source alone.
pub struct AugmentedLearner<A: AutodiffBackend> {
    config: TrainConfig,
    model_config: ModelConfig,
    augment: AugmentConfig,
    redraw_every: usize,
    through_source: bool,
    updates: Updates,
    threshold: Threshold,
    tags: TagSet,
    source: Lexicon,
    forms: Forms,
    /// For each of the first rows of the source's table whether its word occurs once in training.
    once: Vec<bool>,
    gold: Vec<Vec<u16>>,
    dev: Vec<Labelled>,
    target: Target,
    target_dev: Vec<Labelled>,
    pseudo: Pseudo,
    rounds: Vec<Round>,
    network: Augmented<A>,
    optimiser: ModuleOptimiser<A::InnerBackend>,
    device: A::Device,
}

impl<A: TrainBackend> AugmentedLearner<A> {
    /// A learner that begins with the base model, and the fingerprint of all that it depends on. The lexicon of
    /// `target` must have the alphabet of both languages.
    ///
    /// # Errors
    /// [`xner_tagger::Error::Data`] for misplaced entities, or when there is no target sentence.
    pub fn new(
        config: &ZeroResourceConfig,
        base: &BiLstmTagger<A::InnerBackend>,
        source: &Source<'_>,
        target: Target,
        target_dev: &[Labelled],
        device: &A::Device,
    ) -> Result<(Self, String)> {
        check_entities("training", source.train)?;
        check_entities("development", source.dev)?;
        check_entities("target development", target_dev)?;
        let Some(lengths) = target.lengths() else {
            let message = "there is no unlabelled target sentence to fine-tune on (empty and too long ones are left out)";
            return Err(xner_tagger::Error::Data { message: message.to_owned() });
        };
        let shortest = config.augmented.shortest.unwrap_or(lengths.shortest);
        let percentile = config.augmented.percentile.map(|share| target.percentile(share));
        let longest = [config.augmented.longest, percentile].into_iter().flatten().min();
        let threshold = Threshold { shortest, longest: longest.unwrap_or(lengths.longest).max(shortest) };
        let train = config.joint_config();
        let longest = train.training.longest;
        let fits = |labelled: &&Labelled| (1..=longest).contains(&labelled.sentence.len());
        let kept: Vec<&Labelled> = source.train.iter().filter(fits).collect();
        let alphabet = target.lexicon.characters.as_ref().map(|(alphabet, _)| alphabet);
        let reads = base.lexicon.characters.is_some();
        let characters = target.lexicon.characters.clone().filter(|_| reads);
        let lexicon = Lexicon { characters, ..base.lexicon.clone() };
        let once = lexicon.counts(source.train).into_iter().map(|count| count == 1).collect();
        let tags = base.tag_set().clone();
        let gold: Vec<Vec<u16>> =
            kept.iter().map(|labelled| tags.encode(labelled)).collect::<Result<_, _>>()?;
        let forms = Forms::collect(kept.iter().map(|labelled| &labelled.sentence), &lexicon);
        let network = network::<A>(base, alphabet, config, device)?;

        let mut fingerprint = Fingerprint::new();
        let settings = config.to_json()?.to_string();
        fingerprint.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(settings.as_bytes());
        fingerprint.corpus(source.train).corpus(source.dev).corpus(target_dev);
        fingerprint.sentences(&target.sentences);
        for lexicon in [&lexicon, &target.lexicon] {
            fingerprint.bytes(lexicon.words.as_text().as_bytes()).floats(&lexicon.vectors);
        }
        for (name, tensor) in weights::collect(&network.valid()).iter() {
            fingerprint.bytes(name.as_bytes()).floats(&tensor.values);
        }
        let epoch = gold.len().div_ceil(train.training.batch);
        let redraw_every = config.augmented.redraw_every.unwrap_or(2 * epoch).max(1);
        let optimiser = ModuleOptimiser::new(train.training.optimiser);
        let learner = Self {
            config: train,
            model_config: base.config.clone(),
            augment: config.augment(),
            redraw_every,
            through_source: config.augmented.through_source,
            updates: config.augmented.updates,
            threshold,
            tags,
            source: lexicon,
            forms,
            once,
            gold,
            dev: source.dev.to_vec(),
            target,
            target_dev: target_dev.to_vec(),
            pseudo: Pseudo::default(),
            rounds: Vec::new(),
            network,
            optimiser,
            device: device.clone(),
        };
        Ok((learner, fingerprint.digest()))
    }

    /// The rounds so far.
    pub fn rounds(&self) -> &[Round] {
        &self.rounds
    }

    /// Draws a threshold, and labels the target sentences within it by the source model as it is.
    fn redraw(&mut self, step: usize) -> Result<()> {
        let round = step / self.redraw_every;
        let threshold = self.threshold.draw(self.config.seed, round);
        let chosen = self.target.within(threshold);
        let sentences: Vec<&Sentence> = chosen.iter().map(|&at| &self.target.sentences[at]).collect();
        let network = self.network.valid();
        let decoder = network.source.decoder(&self.model_config, &self.tags)?;
        let best = network.source.best(&self.target.lexicon, &sentences, &decoder, &self.device)?;
        let number = |tag: &xner_corpus::Tag| self.tags.id(tag).unwrap_or_default();
        let entity_tokens = best.iter().flatten().filter(|tag| **tag != xner_corpus::Tag::Outside).count();
        let labels: Vec<Vec<u16>> = best.iter().map(|tags| tags.iter().map(number).collect()).collect();
        let tokens = labels.iter().map(Vec::len).sum();
        self.rounds.push(Round { step, threshold, sentences: chosen.len(), tokens, entity_tokens });
        self.pseudo = Pseudo { round, step, threshold, chosen, labels };
        Ok(())
    }

    fn vectors(&self, batch: &Batch, lexicon: &Lexicon) -> Tensor<A, 2> {
        init::tensor(batch.vectors(lexicon), [batch.rows.len(), lexicon.dim], &self.device)
    }

    /// `L_s(θ_s)`
    fn source_loss(&self, sentences: &[usize], at: &Moment) -> Tensor<A, 1> {
        let mut batch = Batch::new(&self.forms, sentences);
        let share = self.config.vectors.unknown_frozen;
        batch.forget(&self.once, share, || stream(self.config.seed, Purpose::Unknown, at.epoch, at.step));
        let gold: Vec<&[u16]> = sentences.iter().map(|&at| self.gold[at].as_slice()).collect();
        let gold = batch.packing.pack(&gold);
        let model = &self.network.source;
        let features = model.features(self.vectors(&batch, &self.source), &batch);
        let mut rng = stream(self.config.seed, Purpose::Dropout, at.epoch, at.step);
        let states = model.encode_dropped(features, &batch, self.source.dim, &mut self.dropout(&mut rng));
        model.loss(model.emissions(states), &gold, &batch, self.config.training.mean)
    }

    /// `L_t(θ_s)` and `L_t(θ_t)`; none when the round has no sentence.
    fn target_losses(&self, at: &Moment) -> Option<[Tensor<A, 1>; 2]> {
        let Pseudo { round, step, chosen, labels, .. } = &self.pseudo;
        let size = self.config.training.batch;
        let places = places(self.config.seed, Purpose::Target, *round, at.step - step, size, chosen.len());
        if places.is_empty() {
            return None;
        }
        let numbers: Vec<usize> = places.iter().map(|&place| chosen[place]).collect();
        let batch = self.target.batch(&numbers);
        let gold: Vec<&[u16]> = places.iter().map(|&place| labels[place].as_slice()).collect();
        let gold = batch.packing.pack(&gold);
        let (network, mean, dim) = (&self.network, self.config.training.mean, self.source.dim);
        let mut rng = stream(self.config.seed, Purpose::TargetDropout, at.epoch, at.step);
        let vectors = self.vectors(&batch, &self.target.lexicon);
        let features = network.source.features(vectors.clone(), &batch);
        let source = network.source.encode_dropped(features, &batch, dim, &mut self.dropout(&mut rng));
        let first = network.source.loss(network.source.emissions(source.clone()), &gold, &batch, mean);
        let features = network.target_features(vectors, &batch);
        let target = network.target_dropped(features, &batch, dim, &mut self.dropout(&mut rng));
        let source = if self.through_source { source } else { source.detach() };
        let emissions = network.source.projection.forward(network.joint(source, target));
        Some([first, network.source.loss(emissions, &gold, &batch, mean)])
    }

    fn descend(&mut self, built: Building, loss: &Tensor<A, 1>, at: &Moment) -> Result<StepOutcome> {
        let clip = self.config.training.clip;
        let (network, outcome) = self.optimiser.descend(built, self.network.clone(), loss, clip, at.rate)?;
        self.network = network;
        Ok(outcome)
    }

    /// A step of three updates, one loss after the other. Its loss is their sum, its gradient's length that of the
    /// three side by side.
    fn successive(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        let before = self.network.clone();
        let (mut sum, mut squares) = (0.0, 0.0);
        for part in 0..3 {
            let built = Building::begin();
            let loss = match part {
                0 => Some(self.source_loss(sentences, at)),
                of_target => self.target_losses(at).map(|losses| losses[of_target - 1].clone()),
            };
            let Some(loss) = loss else { break };
            let outcome = self.descend(built, &loss, at)?;
            if !outcome.is_finite() {
                self.network = before;
                return Ok(outcome);
            }
            sum += outcome.loss;
            squares += outcome.gradient_norm * outcome.gradient_norm;
        }
        Ok(StepOutcome::new(sum, squares.sqrt()))
    }

    fn dropout<'a, R: rand::Rng>(&self, rng: &'a mut R) -> Dropout<'a, R> {
        let ModelConfig { dropout, dropout_states, .. } = self.model_config;
        Dropout { features: dropout, states: dropout_states, attention: 0.0, rng }
    }
}

impl<A: TrainBackend> Learner for AugmentedLearner<A> {
    fn sentences(&self) -> usize {
        self.gold.len()
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        if at.step.is_multiple_of(self.redraw_every) {
            self.redraw(at.step)?;
        }
        if self.updates == Updates::Successive {
            return self.successive(sentences, at);
        }
        let built = Building::begin();
        let mut loss = self.source_loss(sentences, at);
        if let Some([source, target]) = self.target_losses(at) {
            loss = loss + source + target;
        }
        self.descend(built, &loss, at)
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        let source = self.network.valid().source;
        let decoder = source.decoder(&self.model_config, &self.tags)?;
        source.scores_on(&self.source, &self.dev, &decoder, &self.device)
    }

    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        let Self { target, target_dev, tags, device, .. } = self;
        let network = self.network.valid();
        let decoder = network.decoder(&self.model_config, tags)?;
        network.scores_on(&target.lexicon, target_dev, &decoder, device)
    }

    fn weights(&self) -> Tensors {
        weights::collect(&self.network.valid())
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        self.network = weights::load(self.network.clone(), &mut weights, path)?;
        weights.expect_empty(path)
    }

    fn state(&self) -> State {
        let mut state = State::default();
        state.put("model", self.optimiser.state());
        state.count("pseudo", &self.pseudo);
        state.count("rounds", &self.rounds);
        state
    }

    fn set_state(&mut self, mut state: State, path: &Path) -> Result<()> {
        self.optimiser.set_state(&self.network.valid(), state.part("model"), &self.device, path)?;
        self.pseudo = state.counter("pseudo", path)?;
        self.pseudo.check(&self.target, path)?;
        self.rounds = state.counter("rounds", path)?;
        state.expect_empty(path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        report.write(folder)?;
        xner_train::files::write_json(&folder.join(ROUNDS), &self.rounds)?;
        let network = self.network.valid();
        let Self { model_config, augment, target, tags, .. } = self;
        augmented::save(folder, model_config, augment, &network, &target.lexicon, tags)
    }
}
