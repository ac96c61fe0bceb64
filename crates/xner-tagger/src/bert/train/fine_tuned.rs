//! A pretrained encoder with a head on every word, in training.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use burn::module::{AutodiffModule, Module};
use burn::tensor::Tensor;
use burn::tensor::backend::{AutodiffBackend, Backend, BackendTypes};
use xner_corpus::{Labelled, Sentence, TagSet};
use xner_nn::{EncoderLayer, FixedLayer, NerBackend, init};
use xner_train::{
    Fingerprint, Purpose, Tensors, TrainBackend, stream,
    weights::{self, tracked},
};

use super::super::batch::{Piece, SubwordBatch};
use super::super::config::{BertConfig, Head, XnerKeys};
use super::super::directory::Parts;
use super::super::encoder::BertEncoder;
use super::super::head::TagHead;
use super::super::network::{Embeddings, LastNorm, index, run};
use super::super::table::Table;
use super::super::tagger::BertTagger;
use super::super::tokeniser::Tokeniser;
use super::super::weights::Checkpoint;
use super::super::windows::Windows;
use super::config::BertSettings;
use super::examples::{self, Example};
use super::pass::Pass;
use crate::Result;

/// What is trained on the device.
#[derive(Module, Debug)]
pub struct Trained<B: Backend> {
    /// None where they are frozen.
    embeddings: Option<Embeddings<B>>,
    /// The layers above the frozen ones.
    layers: Vec<EncoderLayer<B>>,
    /// The norm behind the last layer, where the architecture has one.
    last: Option<LastNorm<B>>,
    head: TagHead<B>,
}

impl<B: Backend> Trained<B> {
    /// Something to stand in its place.
    fn empty(device: &B::Device) -> Self {
        let mut rng = stream(0, Purpose::Weights, 0, 0);
        let head = TagHead::new(1, 1, Head::Softmax, device, &mut rng);
        Self { embeddings: None, layers: Vec::new(), last: None, head }
    }
}

/// What a model's training changes, as it was: [`FineTuned::keep`].
#[derive(Debug, Clone)]
pub struct Kept<A: AutodiffBackend> {
    trained: Trained<A>,
    /// Rows of the table of subwords.
    rows: Vec<(u32, Vec<f32>)>,
}

/// The states of a batch's subwords.
#[derive(Debug, Clone)]
pub struct States<A: AutodiffBackend> {
    /// The last layer's: `[rows, hidden]`.
    pub rows: Tensor<A, 2>,
    /// The leaf that stands for the table's rows, where these are trained.
    pub(super) table: Option<Tensor<A, 2>>,
}

/// A pretrained encoder with a head on every word, in training: what of it is trained, and what is frozen, which is
/// computed without autodiff and is in no checkpoint.
///
/// A clone shares all memory with its origin until one of them is changed.
#[derive(Debug, Clone)]
pub struct FineTuned<A: AutodiffBackend> {
    config: BertConfig,
    keys: XnerKeys,
    tags: TagSet,
    tokeniser: Arc<Tokeniser>,
    windows: Windows,
    /// The table of subwords.
    words: Arc<Vec<f32>>,
    /// As they were read; where embeddings are trained, those in `trained` hold.
    embeddings: Embeddings<A::InnerBackend>,
    /// Frozen layers.
    bottom: Vec<EncoderLayer<A::InnerBackend>>,
    trained: Trained<A>,
    /// Before the head.
    dropout: f64,
    /// In the layers and before them, where it is another than the encoder's config says.
    layer_dropout: Option<f64>,
    seed: u64,
    device: A::Device,
}

/// The table of subwords among a model's weights.
const WORDS: &str = "words";

impl<A: TrainBackend> FineTuned<A> {
    /// A pretrained encoder with a new head for these tags. `seed` decides the head's first weights and all dropout.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) when the settings do not fit the encoder; faults of its files.
    pub fn open(settings: &BertSettings, tags: TagSet, seed: u64, device: &A::Device) -> Result<Self> {
        let folder = settings.directory()?;
        let encoder = BertEncoder::<A::InnerBackend>::open(&folder, device)?;
        let tokeniser = Arc::new(Tokeniser::open(&folder, &encoder.config)?);
        let keys = XnerKeys {
            head: settings.head,
            length: settings.length,
            overlap: settings.overlap,
            languages: settings.languages.clone(),
            ..XnerKeys::new(settings.scheme)
        };
        let mut rng = stream(seed, Purpose::Weights, 0, 0);
        let mut head = TagHead::of(&encoder.config, tags.len(), settings.head, device, &mut rng);
        if head.transform.is_some() {
            head = head.pretrained(&mut Checkpoint::open(&folder)?)?;
        }
        Self::assemble(settings, encoder, head, tokeniser, keys, tags, seed)
    }

    /// A token classifier of Hugging Face's layout, to be trained on: its head, tags and windows are those of its
    /// folder, what is frozen and how much is dropped is in the settings. `seed` decides all dropout.
    ///
    /// # Errors
    /// As [`BertTagger::open`]; [`Error::Setting`](crate::Error::Setting) when the settings do not fit the encoder.
    pub fn reopen(folder: &Path, settings: &BertSettings, seed: u64, device: &A::Device) -> Result<Self> {
        let tagger = BertTagger::<A::InnerBackend>::open(folder, device)?;
        let tags = crate::Tagger::tag_set(&tagger).clone();
        let BertTagger { encoder, head, tokeniser, keys, .. } = tagger;
        // What is trained is in 32 bits.
        let mut keys = keys.full();
        if !settings.languages.is_empty() {
            keys.languages.clone_from(&settings.languages);
        }
        let settings =
            BertSettings { length: keys.length.min(encoder.config.max_length()), ..settings.clone() };
        let head = tracked(TagHead::from_inner(head), true);
        Self::assemble(&settings, encoder, head, tokeniser, keys, tags, seed)
    }

    fn assemble(
        settings: &BertSettings,
        encoder: BertEncoder<A::InnerBackend>,
        head: TagHead<A>,
        tokeniser: Arc<Tokeniser>,
        keys: XnerKeys,
        tags: TagSet,
        seed: u64,
    ) -> Result<Self> {
        let BertEncoder { config, words, embeddings, layers, last, device } = encoder;
        settings.check_against(&config)?;
        let windows = Windows::new(settings.length, keys.overlap, tokeniser.specials())
            .map_err(|fault| fault.at_key(|key| format!("bert.{key}")))?;
        let mut bottom: Vec<_> = layers.into_iter().map(FixedLayer::into_inner).collect();
        let top = bottom.split_off(settings.freeze_layers);
        let own = (!settings.freeze_embeddings).then(|| embeddings.clone());
        let trained = Trained {
            embeddings: own.map(|own| tracked(Embeddings::from_inner(own), true)),
            layers: top.into_iter().map(|layer| tracked(EncoderLayer::from_inner(layer), true)).collect(),
            last: last.map(|last| tracked(LastNorm::from_inner(last), true)),
            head,
        };
        let dropout = settings.dropout.or(config.classifier_dropout).unwrap_or(config.hidden_dropout_prob);
        Ok(Self {
            config,
            keys,
            tags,
            tokeniser,
            windows,
            words: words.full(),
            embeddings,
            bottom,
            trained,
            dropout,
            layer_dropout: None,
            seed,
            device,
        })
    }

    /// The same with so much dropout everywhere, whatever the encoder's config says: a small model that learns of soft
    /// labels may need none.
    #[must_use]
    pub fn with_dropout(mut self, share: f64) -> Self {
        (self.dropout, self.layer_dropout) = (share, Some(share));
        self
    }

    /// The encoder's sizes.
    pub fn config(&self) -> &BertConfig {
        &self.config
    }

    /// The tags of the head.
    pub fn tags(&self) -> &TagSet {
        &self.tags
    }

    /// Whether the head has a CRF.
    pub fn has_crf(&self) -> bool {
        self.keys.head == Head::Crf
    }

    /// Where it is.
    pub fn device(&self) -> &A::Device {
        &self.device
    }

    pub(super) fn inner_device(&self) -> &<A::InnerBackend as BackendTypes>::Device {
        &self.device
    }

    /// What is trained.
    pub fn trained(&self) -> &Trained<A> {
        &self.trained
    }

    /// What is trained, as it is now, without autodiff.
    pub fn trained_now(&self) -> Trained<A::InnerBackend> {
        self.trained.valid()
    }

    /// Whether the embeddings of subwords, positions and types are trained too.
    pub fn trains_embeddings(&self) -> bool {
        self.trained.embeddings.is_some()
    }

    /// Puts something else in the place of what is trained.
    pub fn map_trained(&mut self, f: impl FnOnce(Trained<A>) -> Trained<A>) {
        // Taken out, so that nobody else has the weights and they are changed where they are.
        let trained = std::mem::replace(&mut self.trained, Trained::empty(&self.device));
        self.trained = f(trained);
    }

    /// What training changes, as it is now, without a copy: memory is shared until a step writes. Of a table of
    /// subwords that is trained the rows of these windows are copied, the only ones that steps on them change.
    pub fn keep<'a>(&self, windows: impl IntoIterator<Item = &'a Piece>) -> Kept<A> {
        let mut rows = Vec::new();
        if self.trains_embeddings() {
            let mut ids: Vec<u32> = windows.into_iter().flat_map(|piece| &piece.ids).copied().collect();
            ids.sort_unstable();
            ids.dedup();
            let width = self.config.embedding_size;
            rows.extend(ids.into_iter().map(|id| (id, self.words[id as usize * width..][..width].to_vec())));
        }
        Kept { trained: self.trained.clone(), rows }
    }

    /// A copy that can be trained at the same time, in another thread: memory is shared until a step writes, and what
    /// autodiff knows is apart.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { trained: tracked(self.trained.clone(), true), ..self.clone() }
    }

    /// Puts back what was kept: the model has the very same weights again.
    pub fn put_back(&mut self, kept: Kept<A>) {
        self.trained = kept.trained;
        if !kept.rows.is_empty() {
            let width = self.config.embedding_size;
            let table = self.table_mut();
            for (id, row) in kept.rows {
                table[id as usize * width..][..width].copy_from_slice(&row);
            }
        }
    }

    /// From words to subwords.
    pub fn tokeniser(&self) -> &Tokeniser {
        &self.tokeniser
    }

    /// The seed of its dropout.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub(super) fn table_mut(&mut self) -> &mut [f32] {
        // Nobody else has it, unless a tagger was kept; then that keeps the old one.
        let words: &mut Vec<f32> = Arc::make_mut(&mut self.words);
        words
    }

    /// Adds the first weights of encoder and head, trained and frozen.
    pub fn fingerprint(&self, fingerprint: &mut Fingerprint) {
        fingerprint.floats(&self.words);
        let parts = [weights::collect(&self.embeddings), weights::collect(&self.trained.valid())];
        for part in parts.into_iter().chain(self.bottom.iter().map(weights::collect)) {
            for (name, tensor) in part.iter() {
                fingerprint.bytes(name.as_bytes()).floats(&tensor.values);
            }
        }
    }

    /// The windows of a labelled sentence.
    ///
    /// # Errors
    /// A fault of the tokeniser; a tag that the head does not have.
    pub fn examples(&self, labelled: &Labelled) -> Result<Vec<Example>> {
        examples::examples(labelled, &self.tags, &self.windows, &self.tokeniser)
    }

    /// The windows of a sentence that answer for words.
    ///
    /// # Errors
    /// A fault of the tokeniser.
    pub fn pieces(&self, sentence: &Sentence) -> Result<Vec<Piece>> {
        examples::pieces(sentence, &self.windows, &self.tokeniser)
    }

    /// The states of a batch, `h` in the papers, with the pass's dropout or with none.
    pub fn encode(&self, batch: &SubwordBatch, pass: Option<Pass>) -> States<A> {
        let (width, epsilon) = (self.config.embedding_size, self.config.layer_norm_eps);
        let mut leaf = None;
        let x = match &self.trained.embeddings {
            None => Tensor::from_inner(self.bottom(batch, &self.embeddings, pass)),
            Some(trained) => {
                let vectors = batch.distinct_vectors(&self.words, width);
                let rows = init::tensor::<A, 2>(vectors, [batch.distinct.len(), width], &self.device);
                let rows = rows.require_grad();
                leaf = Some(rows.clone());
                let rows = rows.select(0, index(batch.rows.iter().copied(), &self.device));
                let x = self.dropped_input(trained.forward(rows, batch, epsilon), pass);
                let mut x = trained.project(x);
                for (at, layer) in self.bottom.iter().enumerate() {
                    let layer: EncoderLayer<A> = tracked(EncoderLayer::from_inner(layer.clone()), false);
                    x = run(&layer, at, x, batch, &self.config, self.noise(pass, at));
                }
                x
            }
        };
        States { rows: self.top(&self.trained, x, batch, pass), table: leaf }
    }

    /// As [`FineTuned::encode`], without autodiff: for what reads the states and leaves the encoder alone.
    pub fn encode_inner(&self, batch: &SubwordBatch, pass: Option<Pass>) -> Tensor<A::InnerBackend, 2> {
        let trained = self.trained.valid();
        let x = self.bottom(batch, trained.embeddings.as_ref().unwrap_or(&self.embeddings), pass);
        self.top(&trained, x, batch, pass)
    }

    /// The frozen layers' output, without autodiff.
    fn bottom(
        &self,
        batch: &SubwordBatch,
        embeddings: &Embeddings<A::InnerBackend>,
        pass: Option<Pass>,
    ) -> Tensor<A::InnerBackend, 2> {
        let width = self.config.embedding_size;
        let words = batch.vectors(&self.words, width);
        let words = init::tensor(words, [batch.rows.len(), width], &self.device);
        let x = self.dropped_input(embeddings.forward(words, batch, self.config.layer_norm_eps), pass);
        let layers = self.bottom.iter().enumerate();
        layers.fold(embeddings.project(x), |x, (at, layer)| {
            run(layer, at, x, batch, &self.config, self.noise(pass, at))
        })
    }

    /// The output of the layers above.
    fn top<B: NerBackend>(
        &self,
        trained: &Trained<B>,
        x: Tensor<B, 2>,
        batch: &SubwordBatch,
        pass: Option<Pass>,
    ) -> Tensor<B, 2> {
        let above = self.bottom.len();
        let layers = (above..).zip(&trained.layers);
        let x = layers.fold(x, |x, (at, layer)| run(layer, at, x, batch, &self.config, self.noise(pass, at)));
        match &trained.last {
            Some(last) => last.forward(x, self.config.layer_norm_eps),
            None => x,
        }
    }

    fn dropped_input<B: Backend>(&self, x: Tensor<B, 2>, pass: Option<Pass>) -> Tensor<B, 2> {
        let share = self.layer_dropout.unwrap_or(self.config.hidden_dropout_prob);
        match pass {
            Some(pass) if share > 0.0 => {
                let (shape, device) = (x.dims(), x.device());
                x * init::dropout_mask(shape, share, &device, &mut pass.masks(self.seed))
            }
            _ => x,
        }
    }

    fn noise(&self, pass: Option<Pass>, layer: usize) -> Option<xner_nn::EncoderDropout> {
        let mut noise = pass?.layer(self.seed, &self.config, layer);
        if let Some(share) = self.layer_dropout {
            (noise.hidden, noise.attention) = (share, share);
        }
        Some(noise)
    }

    /// The states of the words that have an answer, `[words, hidden]`: each that of its first subword.
    pub fn words(&self, states: &States<A>, batch: &SubwordBatch) -> Tensor<A, 2> {
        states.rows.clone().select(0, index(batch.words.iter().copied(), &self.device))
    }

    /// The head's scores of the words that have an answer, `[words, tags]`.
    pub fn scores(&self, states: &States<A>, batch: &SubwordBatch, pass: Option<Pass>) -> Tensor<A, 2> {
        let words = self.words(states, batch);
        let mut words = self.trained.head.before(words, self.config.layer_norm_eps);
        if let Some(pass) = pass
            && self.dropout > 0.0
        {
            // A place of its own, behind all that a step's passes may have.
            let rng = &mut Pass { place: pass.place + HEAD, ..pass }.masks(self.seed);
            words = words.clone() * init::dropout_mask(words.dims(), self.dropout, &self.device, rng);
        }
        self.trained.head.dense.forward(words)
    }

    /// The mean loss of each word, by the head: -log p(gold), or with a CRF each window's.
    pub fn loss(&self, scores: Tensor<A, 2>, gold: &[u16], batch: &SubwordBatch) -> Tensor<A, 1> {
        self.trained.head.loss(scores, gold, batch)
    }

    /// The tagger as it is now.
    ///
    /// # Errors
    /// A CRF whose scores are not finite.
    pub fn tagger(&self) -> Result<BertTagger<A::InnerBackend>> {
        self.tagger_of(FixedLayer::from)
    }

    /// As [`FineTuned::tagger`], for a few sentences: no weights are put in order first, which takes as long as tagging
    /// some sentences.
    ///
    /// # Errors
    /// As [`FineTuned::tagger`].
    pub fn passing_tagger(&self) -> Result<BertTagger<A::InnerBackend>> {
        self.tagger_of(FixedLayer::passing)
    }

    fn tagger_of(
        &self,
        fixed: impl Fn(EncoderLayer<A::InnerBackend>) -> FixedLayer<A::InnerBackend>,
    ) -> Result<BertTagger<A::InnerBackend>> {
        let Trained { embeddings, layers, last, head } = self.trained.valid();
        let encoder = BertEncoder {
            config: self.config.clone(),
            words: Table::Full(Arc::clone(&self.words)),
            embeddings: embeddings.unwrap_or_else(|| self.embeddings.clone()),
            layers: self.bottom.iter().cloned().chain(layers).map(fixed).collect(),
            last,
            device: self.device.clone(),
        };
        BertTagger::new(encoder, head, self.tokeniser.clone(), self.keys.clone(), &self.tags)
    }

    /// All that training changes.
    pub fn weights(&self) -> Tensors {
        let mut weights = weights::collect(&self.trained.valid());
        if self.trains_embeddings() {
            weights.insert(WORDS, &[self.config.vocab_size, self.config.embedding_size], self.words.to_vec());
        }
        weights
    }

    /// Takes weights back, and leaves others in `weights`. `path` is named in faults.
    ///
    /// # Errors
    /// [`Error::Tensor`](crate::Error::Tensor) when they do not fit.
    pub fn set_weights(&mut self, weights: &mut Tensors, path: &Path) -> Result<()> {
        if self.trains_embeddings() {
            let shape = [self.config.vocab_size, self.config.embedding_size];
            self.words = Arc::new(weights.take(WORDS, &shape, path)?);
        }
        self.trained = weights::load(self.trained.clone(), weights, path)?;
        Ok(())
    }

    /// Writes the model directory, in Hugging Face's layout.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    pub fn save(&self, folder: &Path) -> Result<()> {
        let trained = self.trained.valid();
        let embeddings = trained.embeddings.as_ref().unwrap_or(&self.embeddings);
        let layers = self.bottom.iter().chain(&trained.layers).map(Cow::Borrowed).collect();
        let words = Table::Full(Arc::clone(&self.words));
        let (config, keys, words, tags) = (&self.config, self.keys.clone(), &words, &self.tags);
        let last = trained.last.as_ref();
        let head = &trained.head;
        Parts { config, keys, rounding: 8, words, embeddings, layers, last, head, tags }
            .save(folder, &self.tokeniser)
    }
}

/// Where the masks of heads stand, behind those of all passes.
const HEAD: usize = 1 << 16;
