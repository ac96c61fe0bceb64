//! Training the char-BiLSTM-CRF.

use std::path::Path;

use burn::module::AutodiffModule;
use burn::tensor::Tensor;
use burn::tensor::backend::AutodiffBackend;
use xner_corpus::{Labelled, TagSet};
use xner_embed::Vectors;
use xner_nn::init;
use xner_train::{
    Building, Checked, DevScores, Fingerprint, Learner, Moment, Purpose, Settings, State, StepOutcome,
    Tensors, TrainBackend, TrainReport, check_entities,
    optimiser::{Fetch, Gradients, ModuleOptimiser, RowOptimiser, clip_factor},
    stream, weights,
};

use super::batch::{Batch, Forms};
use super::directory::{MODEL, Parts};
use super::lexicon::{Lexicon, LexiconSources};
use super::model::{BiLstmCrf, Dropout};
use super::tagger::Network as _;
use crate::Result;
use crate::config::{TrainConfig, VectorsConfig};
use crate::data::{TrainData, tags_of};

/// A char-BiLSTM-CRF in training.
pub struct BiLstmLearner<A: AutodiffBackend> {
    config: Checked<TrainConfig>,
    tags: TagSet,
    lexicon: Lexicon,
    /// Whether word vectors are trained.
    trained: bool,
    /// For each row of the table's head whether its word occurs once in training.
    once: Vec<bool>,
    forms: Forms,
    gold: Vec<Vec<u16>>,
    dev: Vec<Labelled>,
    /// Another language's words, and its development sentences.
    target: Option<(Lexicon, Vec<Labelled>)>,
    model: BiLstmCrf<A>,
    optimiser: ModuleOptimiser<A::InnerBackend>,
    rows: RowOptimiser,
    device: A::Device,
}

/// The trained rows of the table among a learner's weights.
const HEAD: &str = "words";

impl<A: TrainBackend> BiLstmLearner<A> {
    /// A learner with seeded weights, and the fingerprint of the config and the data.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) when there are no entities to learn, or misplaced ones.
    pub fn new(config: &Checked<TrainConfig>, data: TrainData, device: &A::Device) -> Result<(Self, String)> {
        let TrainData { train, dev, vectors, extra_words } = data;
        check_entities("training", &train)?;
        check_entities("development", &dev)?;
        let tags = tags_of(config.model.scheme, &train)?;
        let dev_words = dev.iter().flat_map(|labelled| labelled.sentence.tokens());
        let others: Vec<&str> = dev_words.chain(extra_words.iter().map(String::as_str)).collect();
        let sources = LexiconSources { train: &train, vectors: vectors.as_ref(), others: &others };
        let lexicon = Lexicon::new(&sources, &config.vectors, &config.model.characters, config.seed);
        let mut fingerprint = Fingerprint::new();
        let settings = config.to_json()?.to_string();
        fingerprint.bytes(env!("CARGO_PKG_VERSION").as_bytes()).bytes(settings.as_bytes());
        fingerprint.corpus(&train).corpus(&dev);
        fingerprint.bytes(lexicon.words.as_text().as_bytes()).floats(&lexicon.vectors);

        let trained = vectors.is_none() || config.vectors.train;
        drop(vectors);
        let once = lexicon.counts(&train).into_iter().map(|count| count == 1).collect();
        let longest = config.training.longest;
        let kept: Vec<&Labelled> =
            train.iter().filter(|l| (1..=longest).contains(&l.sentence.len())).collect();
        let gold = kept.iter().map(|labelled| tags.encode(labelled)).collect::<Result<_, _>>()?;
        let forms = Forms::collect(kept.iter().map(|labelled| &labelled.sentence), &lexicon);

        let characters = lexicon.characters.as_ref().map_or(0, |(alphabet, _)| alphabet.len());
        let mut rng = stream(config.seed, Purpose::Weights, 0, 0);
        let model = BiLstmCrf::new(&config.model, characters, lexicon.dim, tags.len(), device, &mut rng);
        let optimiser = config.training.optimiser;
        let learner = Self {
            config: config.clone(),
            rows: RowOptimiser::new(optimiser, if trained { lexicon.head } else { 0 }, lexicon.dim),
            tags,
            lexicon,
            trained,
            once,
            forms,
            gold,
            dev,
            target: None,
            model,
            optimiser: ModuleOptimiser::new(optimiser),
            device: device.clone(),
        };
        Ok((learner, fingerprint.digest()))
    }

    /// Scores also another language, by its word vectors in the space of the model's, on labelled sentences of it
    /// ([`Learner::evaluate_target`]). Gives the fingerprint of both.
    ///
    /// # Errors
    /// [`Error::Data`](crate::Error::Data) for vectors of another dimension than the model's, and misplaced entities.
    pub fn judge_on(&mut self, vectors: &Vectors, dev: &[Labelled]) -> Result<String> {
        check_entities("target development", dev)?;
        let lexicon = self.lexicon.with_vectors(vectors)?;
        let mut fingerprint = Fingerprint::new();
        fingerprint.corpus(dev).bytes(lexicon.words.as_text().as_bytes()).floats(&lexicon.vectors);
        self.target = Some((lexicon, dev.to_vec()));
        Ok(fingerprint.digest())
    }

    fn scores_on(&self, lexicon: &Lexicon, dev: &[Labelled]) -> Result<Option<DevScores>> {
        let model = self.model.valid();
        let decoder = model.decoder(&self.config.model, &self.tags)?;
        model.scores_on(lexicon, dev, &decoder, &self.device)
    }

    /// The batch of these sentences; of words that occur once, some are taken for unknown.
    fn batch(&self, sentences: &[usize], at: &Moment) -> (Batch, Vec<u16>) {
        let mut batch = Batch::new(&self.forms, sentences);
        let VectorsConfig { unknown, unknown_frozen, .. } = self.config.vectors;
        let share = if self.trained { unknown } else { unknown_frozen };
        batch.forget(&self.once, share, || stream(self.config.seed, Purpose::Unknown, at.epoch, at.step));
        let gold: Vec<&[u16]> = sentences.iter().map(|&at| self.gold[at].as_slice()).collect();
        let gold = batch.packing.pack(&gold);
        (batch, gold)
    }

    /// Adds the gradients of distinct words that share a row, in the order of the words.
    fn row_gradients(&self, batch: &Batch, gradient: &[f32]) -> Vec<(u32, Vec<f32>)> {
        let mut order: Vec<usize> = (0..batch.rows.len()).collect();
        order.sort_by_key(|&form| batch.rows[form]);
        let mut sums: Vec<(u32, Vec<f32>)> = Vec::new();
        for form in order {
            let own = &gradient[form * self.lexicon.dim..][..self.lexicon.dim];
            match sums.last_mut() {
                Some((row, sum)) if *row == batch.rows[form] => {
                    sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
                }
                _ => sums.push((batch.rows[form], own.to_vec())),
            }
        }
        sums
    }
}

impl<A: TrainBackend> Learner for BiLstmLearner<A> {
    fn sentences(&self) -> usize {
        self.gold.len()
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        let (batch, gold) = self.batch(sentences, at);
        let built = Building::begin();
        let shape = [batch.rows.len(), self.lexicon.dim];
        let mut vectors: Tensor<A, 2> = init::tensor(batch.vectors(&self.lexicon), shape, &self.device);
        if self.trained {
            vectors = vectors.require_grad();
        }
        let settings = &self.config.model;
        let mut rng = stream(self.config.seed, Purpose::Dropout, at.epoch, at.step);
        let mut dropout = Dropout {
            features: settings.dropout,
            states: settings.dropout_states,
            attention: settings.dropout_attention,
            rng: &mut rng,
        };
        let frozen = if self.trained { 0 } else { self.lexicon.dim };
        let features = self.model.features(vectors.clone(), &batch);
        let states = self.model.encode_dropped(features, &batch, frozen, &mut dropout);
        let mean = self.config.training.mean;
        let loss = self.model.loss(self.model.emissions(states), &gold, &batch, mean);

        let found = built.backward(&loss);
        let gradients = Gradients::of(&self.model, &found);
        let mut fetch = Fetch::default();
        let value = fetch.add(loss.inner());
        let squares = gradients.squares(&mut fetch);
        let rows = vectors.grad(&found).filter(|_| self.trained).map(|gradient| fetch.add(gradient));
        let fetched = fetch.read()?;
        let sums = rows.map_or_else(Vec::new, |rows| self.row_gradients(&batch, fetched.values(rows)));
        let of_rows: f64 = sums.iter().flat_map(|(_, sum)| sum).map(|&g| f64::from(g) * f64::from(g)).sum();
        let gradient_norm = (f64::from(squares.sum(&fetched)) + of_rows).sqrt() as f32;
        let outcome = StepOutcome::new(fetched.number(value), gradient_norm);
        if !outcome.is_finite() {
            return Ok(outcome);
        }
        let scale = clip_factor(gradient_norm, self.config.training.clip);
        self.model = self.optimiser.step(self.model.clone(), gradients, scale, at.rate);
        for (row, gradient) in sums {
            self.rows.update(&mut self.lexicon.vectors, row, &gradient, scale, at.rate);
        }
        Ok(outcome)
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        self.scores_on(&self.lexicon, &self.dev)
    }

    fn evaluate_target(&self) -> Result<Option<DevScores>> {
        match &self.target {
            Some((lexicon, dev)) => self.scores_on(lexicon, dev),
            None => Ok(None),
        }
    }

    fn weights(&self) -> Tensors {
        let mut weights = weights::collect(&self.model.valid());
        if self.trained {
            let Lexicon { head, dim, vectors, .. } = &self.lexicon;
            weights.insert(HEAD, &[*head, *dim], vectors[..head * dim].to_vec());
        }
        weights
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        if self.trained {
            let values = weights.take(HEAD, &[self.lexicon.head, self.lexicon.dim], path)?;
            self.lexicon.vectors[..values.len()].copy_from_slice(&values);
        }
        self.model = weights::load(self.model.clone(), &mut weights, path)?;
        weights.expect_empty(path)
    }

    fn state(&self) -> State {
        let mut state = State::default();
        state.put("model", self.optimiser.state());
        state.put("words", self.rows.state());
        state
    }

    fn set_state(&mut self, mut state: State, path: &Path) -> Result<()> {
        let (model, words) = (state.part("model"), state.part("words"));
        self.optimiser.set_state(&self.model.valid(), model, &self.device, path)?;
        self.rows.set_state(words, path)?;
        state.expect_empty(path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        report.write(folder)?;
        let (config, lexicon, tags) = (&self.config.model, &self.lexicon, &self.tags);
        let weights = weights::collect(&self.model.valid());
        Parts { kind: MODEL, config, augment: None, weights, lexicon, tags }.save(folder)
    }
}
