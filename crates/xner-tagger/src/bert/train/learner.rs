//! A BERT token classifier in training.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use burn::module::{AutodiffModule, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend};
use xner_corpus::{Entity, Labelled, Sentence, TagSet};
use xner_nn::{EncoderDropout, EncoderLayer, NerBackend, init};

use super::super::batch::{Piece, SubwordBatch};
use super::super::config::{BertConfig, Head, XnerKeys};
use super::super::directory::Parts;
use super::super::encoder::BertEncoder;
use super::super::hub::Hub;
use super::super::network::{Embeddings, TagHead, index, run};
use super::super::tagger::BertTagger;
use super::super::tokeniser::Tokeniser;
use super::super::windows::{Windows, batches};
use super::config::BertTrainConfig;
use crate::data::TrainData;
use crate::evaluate::{check_entities, score};
use crate::fingerprint::Fingerprint;
use crate::optimiser::{Gradients, ModuleOptimiser, RowOptimiser, clip_factor};
use crate::random::{Purpose, stream};
use crate::tensors::Tensors;
use crate::train::{DevScores, Learner, Moment, StepOutcome, TrainReport};
use crate::weights::{self, host, tracked};
use crate::{Error, Result, Tagger};

/// What is trained on the device.
#[derive(Module, Debug)]
struct Trained<B: Backend> {
    /// None where they are frozen.
    embeddings: Option<Embeddings<B>>,
    /// The layers above the frozen ones.
    layers: Vec<EncoderLayer<B>>,
    head: TagHead<B>,
}

impl<B: Backend> Trained<B> {
    /// Something to stand in its place.
    fn empty(device: &B::Device) -> Self {
        let mut rng = stream(0, Purpose::Weights, 0, 0);
        let head = TagHead::new(1, 1, Head::Softmax, device, &mut rng);
        Self { embeddings: None, layers: Vec::new(), head }
    }
}

/// One window of a training sentence with the gold tags of its words.
struct Example {
    piece: Piece,
    gold: Vec<u16>,
}

/// A BERT token classifier in training. What is frozen is computed without autodiff, and is in no checkpoint.
pub struct BertLearner<A: AutodiffBackend> {
    config: BertTrainConfig,
    bert: BertConfig,
    keys: XnerKeys,
    tags: TagSet,
    tokeniser: Arc<Tokeniser>,
    /// The windows of each training sentence.
    examples: Vec<Vec<Example>>,
    dev: Vec<(Sentence, Vec<Entity>)>,
    left_out: usize,
    /// The table of subwords.
    words: Vec<f32>,
    /// Frozen embeddings.
    embeddings: Option<Embeddings<A::InnerBackend>>,
    /// Frozen layers.
    bottom: Vec<EncoderLayer<A::InnerBackend>>,
    trained: Trained<A>,
    optimiser: ModuleOptimiser<A::InnerBackend>,
    rows: RowOptimiser,
    device: A::Device,
}

/// The table of subwords among a learner's weights.
const WORDS: &str = "words";

impl<A> BertLearner<A>
where
    A: AutodiffBackend + NerBackend,
    A::InnerBackend: NerBackend,
{
    /// A learner that begins with a pretrained encoder, and the fingerprint of config, data and encoder.
    ///
    /// # Errors
    /// [`Error::Data`] when there are no entities to learn, or misplaced ones; [`Error::Setting`] when the config is out of
    /// range; faults of the encoder's files.
    pub fn new(config: &BertTrainConfig, data: TrainData, device: &A::Device) -> Result<(Self, String)> {
        config.check()?;
        let Some(folder) = &config.bert.encoder else {
            let message = "is missing, expected the folder of a pretrained encoder, or its name on the hub";
            return Err(Error::setting("bert.encoder", message));
        };
        let TrainData { train, dev, .. } = data;
        check_entities("training", &train)?;
        check_entities("development", &dev)?;
        let settings = &config.bert;
        let tags = TagSet::of_corpus(settings.scheme, &train);
        if tags.types().is_empty() {
            let message = "the training sentences hold no entity: is the tag column right?".to_owned();
            return Err(Error::Data { message });
        }
        // A folder is taken as it is; what is none may be a name on the hub.
        let fetched;
        let folder: &Path = if folder.is_dir() {
            folder
        } else {
            fetched = Hub::from_env()?.directory(&folder.to_string_lossy())?;
            &fetched
        };
        let encoder = BertEncoder::<A::InnerBackend>::open(folder, device)?;
        let bert = encoder.config.clone();
        if settings.freeze_layers > bert.num_hidden_layers {
            let message = format!(
                "is {}, expected at most the encoder's {} layers",
                settings.freeze_layers, bert.num_hidden_layers
            );
            return Err(Error::setting("bert.freeze_layers", message));
        }
        if settings.length > bert.max_length() {
            let message = format!(
                "is {}, expected at most the {} that the encoder takes",
                settings.length,
                bert.max_length()
            );
            return Err(Error::setting("bert.length", message));
        }
        let tokeniser = Tokeniser::open(folder, &bert)?;
        let keys = XnerKeys {
            scheme: settings.scheme,
            head: settings.head,
            length: settings.length,
            overlap: settings.overlap,
        };
        let windows = Windows::new(keys.length, keys.overlap, tokeniser.specials()).map_err(named)?;

        let mut fingerprint = Fingerprint::new();
        fingerprint
            .bytes(env!("CARGO_PKG_VERSION").as_bytes())
            .bytes(config.settings()?.to_string().as_bytes());
        fingerprint.corpus(&train).corpus(&dev).floats(&encoder.words);
        for part in [weights::collect(&encoder.embeddings)]
            .into_iter()
            .chain(encoder.layers.iter().map(weights::collect))
        {
            for (name, tensor) in part.iter() {
                fingerprint.bytes(name.as_bytes()).floats(&tensor.values);
            }
        }

        let (embeddings, words) = (encoder.embeddings, unshared(encoder.words));
        let mut layers = encoder.layers;
        let top = layers.split_off(settings.freeze_layers);
        let longest = config.training.longest;
        let (kept, left_out): (Vec<_>, Vec<_>) =
            train.iter().partition(|l| (1..=longest).contains(&l.sentence.len()));
        let examples: Vec<Vec<Example>> = kept
            .iter()
            .map(|labelled| examples(labelled, &tags, &windows, &tokeniser))
            .collect::<Result<_>>()?;
        for example in examples.iter().flatten() {
            let ids: Vec<u8> = example.piece.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
            fingerprint.bytes(&ids);
        }
        let mut rng = stream(config.seed, Purpose::Weights, 0, 0);
        let (hidden, optimiser) = (bert.hidden_size, config.training.optimiser);
        let frozen = settings.freeze_embeddings;
        let learner = Self {
            trained: Trained {
                embeddings: (!frozen).then(|| tracked(Embeddings::from_inner(embeddings.clone()), true)),
                layers: top.into_iter().map(|layer| tracked(EncoderLayer::from_inner(layer), true)).collect(),
                head: TagHead::new(hidden, tags.len(), settings.head, device, &mut rng),
            },
            rows: RowOptimiser::new(optimiser, if frozen { 0 } else { bert.vocab_size }, hidden),
            embeddings: frozen.then_some(embeddings),
            bottom: layers,
            config: config.clone(),
            bert,
            keys,
            tags,
            tokeniser: Arc::new(tokeniser),
            examples,
            dev: dev.into_iter().map(|labelled| (labelled.sentence, labelled.entities)).collect(),
            left_out: left_out.len(),
            words,
            optimiser: ModuleOptimiser::new(optimiser),
            device: device.clone(),
        };
        Ok((learner, fingerprint.digest()))
    }

    /// Training sentences left out: empty or too long.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The loss of a part of a batch, as a share of the whole batch's `words` words, and the leaf that stands for the
    /// table's rows where these are trained.
    fn loss(
        &self,
        batch: &SubwordBatch,
        gold: &[u16],
        words: usize,
        at: &Moment,
        part: usize,
    ) -> (Tensor<A, 1>, Option<Tensor<A, 2>>) {
        let (hidden, epsilon) = (self.bert.hidden_size, self.bert.layer_norm_eps);
        let shape = [batch.rows.len(), hidden];
        let mut leaf = None;
        let mut x: Tensor<A, 2> = match (&self.embeddings, &self.trained.embeddings) {
            (Some(frozen), _) => {
                let words = init::tensor(batch.vectors(&self.words, hidden), shape, &self.device);
                Tensor::from_inner(frozen.forward(words, batch, epsilon))
            }
            (None, Some(trained)) => {
                let vectors = batch.distinct_vectors(&self.words, hidden);
                let rows = init::tensor::<A, 2>(vectors, [batch.distinct.len(), hidden], &self.device);
                let rows = rows.require_grad();
                leaf = Some(rows.clone());
                trained.forward(
                    rows.select(0, index(batch.rows.iter().copied(), &self.device)),
                    batch,
                    epsilon,
                )
            }
            (None, None) => Tensor::zeros(shape, &self.device),
        };
        let mut rng = stream(self.config.seed, Purpose::Dropout, at.step, part);
        if self.bert.hidden_dropout_prob > 0.0 {
            x = x * init::dropout_mask(shape, self.bert.hidden_dropout_prob, &self.device, &mut rng);
        }
        let noise = |layer: usize| EncoderDropout {
            hidden: self.bert.hidden_dropout_prob,
            attention: self.bert.attention_probs_dropout_prob,
            // Each layer of each part of each step has its own.
            seed: rand::Rng::next_u64(&mut stream(
                self.config.seed,
                Purpose::TargetDropout,
                at.step,
                part << 16 | layer,
            )),
        };
        if !self.bottom.is_empty() && self.embeddings.is_some() {
            let mut inner = x.inner();
            for (at, layer) in self.bottom.iter().enumerate() {
                inner = run(layer, inner, batch, &self.bert, Some(noise(at)));
            }
            x = Tensor::from_inner(inner);
        } else {
            for (at, layer) in self.bottom.iter().enumerate() {
                let layer: EncoderLayer<A> = tracked(EncoderLayer::from_inner(layer.clone()), false);
                x = run(&layer, x, batch, &self.bert, Some(noise(at)));
            }
        }
        for (at, layer) in self.trained.layers.iter().enumerate() {
            x = run(layer, x, batch, &self.bert, Some(noise(self.bottom.len() + at)));
        }
        let mut states = x.select(0, index(batch.words.iter().copied(), &self.device));
        let dropout = self.config.bert.dropout.or(self.bert.classifier_dropout);
        let dropout = dropout.unwrap_or(self.bert.hidden_dropout_prob);
        if dropout > 0.0 {
            states = states * init::dropout_mask([gold.len(), hidden], dropout, &self.device, &mut rng);
        }
        let head = &self.trained.head;
        let share = gold.len() as f32 / words.max(1) as f32;
        (head.loss(head.dense.forward(states), gold, batch) * share, leaf)
    }

    /// The tagger as it is now.
    fn tagger(&self) -> Result<BertTagger<A::InnerBackend>> {
        let trained = self.trained.valid();
        let Some(embeddings) = self.embeddings.clone().or(trained.embeddings) else {
            return Err(Error::Data { message: "the model has no embeddings".to_owned() });
        };
        let encoder = BertEncoder {
            config: self.bert.clone(),
            words: Arc::new(self.words.clone()),
            embeddings,
            layers: self.bottom.iter().cloned().chain(trained.layers).collect(),
            device: self.device.clone(),
        };
        BertTagger::new(encoder, trained.head, self.tokeniser.clone(), self.keys, &self.tags)
    }
}

/// A fault of windows by the config's keys.
fn named(fault: Error) -> Error {
    match fault {
        Error::Setting { key, message } => Error::Setting { key: format!("bert.{key}"), message },
        other => other,
    }
}

fn unshared(words: Arc<Vec<f32>>) -> Vec<f32> {
    Arc::try_unwrap(words).unwrap_or_else(|shared| shared.to_vec())
}

/// The windows of a sentence; each word has its tag in each window that answers for it.
fn examples(
    labelled: &Labelled,
    tags: &TagSet,
    windows: &Windows,
    tokeniser: &Tokeniser,
) -> Result<Vec<Example>> {
    let gold = tags.encode(labelled)?;
    let subwords = tokeniser.encode(labelled.sentence.tokens())?;
    let example = |window| {
        let piece = Piece::new(&subwords, window, tokeniser);
        let gold = piece.words.iter().map(|&(word, _)| gold[word as usize]).collect();
        Example { piece, gold }
    };
    let examples = windows.of(&subwords);
    Ok(examples.iter().map(example).filter(|example| !example.gold.is_empty()).collect())
}

impl<A> Learner for BertLearner<A>
where
    A: AutodiffBackend + NerBackend,
    A::InnerBackend: NerBackend,
{
    fn sentences(&self) -> usize {
        self.examples.len()
    }

    fn step(&mut self, sentences: &[usize], at: &Moment) -> Result<StepOutcome> {
        let examples: Vec<&Example> = sentences.iter().flat_map(|&at| &self.examples[at]).collect();
        let words: usize = examples.iter().map(|example| example.gold.len()).sum();
        if words == 0 {
            return Ok(StepOutcome { loss: 0.0, gradient_norm: 0.0 });
        }
        let lengths: Vec<usize> = examples.iter().map(|example| example.piece.ids.len()).collect();
        let (mut value, mut gradients) = (0.0, None::<Gradients<A::InnerBackend>>);
        let mut rows: BTreeMap<u32, Vec<f32>> = BTreeMap::new();
        for (part, numbers) in batches(&lengths, self.config.bert.at_once).iter().enumerate() {
            let batch = SubwordBatch::new(numbers.iter().map(|&at| &examples[at].piece), &self.bert);
            let gold: Vec<u16> = numbers.iter().flat_map(|&at| &examples[at].gold).copied().collect();
            let (loss, leaf) = self.loss(&batch, &gold, words, at, part);
            value += host(loss.clone().inner()).first().copied().unwrap_or(f32::NAN);
            if !value.is_finite() {
                return Ok(StepOutcome { loss: value, gradient_norm: f32::NAN });
            }
            let found = loss.backward();
            let own = Gradients::of(&self.trained, &found);
            match &mut gradients {
                Some(sum) => sum.add(own),
                None => gradients = Some(own),
            }
            if let Some(gradient) = leaf.and_then(|leaf| leaf.grad(&found)) {
                let gradient = host(gradient);
                for (&id, own) in batch.distinct.iter().zip(gradient.chunks_exact(self.bert.hidden_size)) {
                    match rows.get_mut(&id) {
                        Some(sum) => sum.iter_mut().zip(own).for_each(|(sum, own)| *sum += own),
                        None => drop(rows.insert(id, own.to_vec())),
                    }
                }
            }
        }
        let Some(gradients) = gradients else { return Ok(StepOutcome { loss: value, gradient_norm: 0.0 }) };
        let squares: f64 = rows.values().flatten().map(|&g| f64::from(g) * f64::from(g)).sum();
        let gradient_norm = (f64::from(gradients.squares()) + squares).sqrt() as f32;
        if !gradient_norm.is_finite() {
            return Ok(StepOutcome { loss: value, gradient_norm });
        }
        let scale = clip_factor(gradient_norm, self.config.training.clip);
        // Taken out, so that nobody else has the weights and they are changed where they are.
        let trained = std::mem::replace(&mut self.trained, Trained::empty(&self.device));
        self.trained = self.optimiser.step(trained, gradients, scale, at.rate, at.step + 1);
        for (row, gradient) in rows {
            self.rows.update(&mut self.words, row, &gradient, scale, at.rate);
        }
        Ok(StepOutcome { loss: value, gradient_norm })
    }

    fn evaluate(&self) -> Result<Option<DevScores>> {
        if self.dev.is_empty() {
            return Ok(None);
        }
        let sentences: Vec<Sentence> = self.dev.iter().map(|(sentence, _)| sentence.clone()).collect();
        let predicted = self.tagger()?.best(&sentences)?;
        let gold = self.dev.iter().map(|(sentence, gold)| (gold.as_slice(), sentence.len()));
        Ok(Some(score(gold, &predicted)?.overall.into()))
    }

    fn weights(&self) -> Tensors {
        let mut weights = weights::collect(&self.trained.valid());
        if self.trained.embeddings.is_some() {
            weights.insert(WORDS, &[self.bert.vocab_size, self.bert.hidden_size], self.words.clone());
        }
        weights
    }

    fn set_weights(&mut self, mut weights: Tensors, path: &Path) -> Result<()> {
        if self.trained.embeddings.is_some() {
            self.words = weights.take(WORDS, &[self.bert.vocab_size, self.bert.hidden_size], path)?;
        }
        self.trained = weights::load(self.trained.clone(), &mut weights, path)?;
        weights.expect_empty(path)
    }

    fn optimiser(&self) -> Tensors {
        let mut state = Tensors::default();
        state.extend("model/", self.optimiser.state());
        state.extend("words/", self.rows.state());
        state
    }

    fn set_optimiser(&mut self, mut state: Tensors, path: &Path) -> Result<()> {
        let (model, words) = (state.split("model/"), state.split("words/"));
        self.optimiser.set_state(&self.trained.valid(), model, &self.device, path)?;
        self.rows.set_state(words, path)?;
        state.expect_empty(path)
    }

    fn save(&self, folder: &Path, report: &TrainReport) -> Result<()> {
        report.write(folder)?;
        let trained = self.trained.valid();
        let Some(embeddings) = self.embeddings.as_ref().or(trained.embeddings.as_ref()) else {
            return Err(Error::Data { message: "the model has no embeddings".to_owned() });
        };
        let layers = self.bottom.iter().chain(&trained.layers).collect();
        let (config, keys, words, tags) = (&self.bert, self.keys, &self.words, &self.tags);
        Parts { config, keys, words, embeddings, layers, head: &trained.head, tags }
            .save(folder, &self.tokeniser)
    }
}
