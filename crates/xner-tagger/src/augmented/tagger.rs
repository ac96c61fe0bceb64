//! A trained network with what it needs to tag the target language.

use std::path::Path;

use xner_corpus::{Sentence, Tag, TagSet};
use xner_crf::Emissions;
use xner_nn::NerBackend;
use xner_train::{
    Purpose, stream,
    weights::{self, host},
};

use super::network::{Augmented, TargetEncoder};
use super::shapes;
use crate::bilstm::{Batch, BiLstmCrf, BiLstmTagger, Lexicon, Opened, Parts, gather, map_batches};
use crate::config::{AugmentConfig, ModelConfig};
use crate::decode::Decoder;
use crate::{Decode, Error, Result, Tagger, Tagging};

/// The model type that a `config.json` of this format names.
pub(crate) const MODEL: &str = "augmented-bilstm-crf";

/// A trained network with two encoders: tags the target language by both.
#[derive(Debug)]
pub struct AugmentedTagger<B: NerBackend> {
    /// The sizes and switches of the source model.
    pub config: ModelConfig,
    /// Those of the target's encoder.
    pub augment: AugmentConfig,
    /// The network.
    pub network: Augmented<B>,
    /// The target's words, and the characters of both languages.
    pub lexicon: Lexicon,
    device: B::Device,
    decoder: Decoder,
}

/// Writes the model directory of a network: the files of a char-BiLSTM-CRF's, and what [`crate::open`] needs to tell
/// them apart. `lexicon` has the target's words.
///
/// # Errors
/// [`Error::Io`].
pub fn save<B: NerBackend>(
    folder: &Path,
    config: &ModelConfig,
    augment: &AugmentConfig,
    network: &Augmented<B>,
    lexicon: &Lexicon,
    tags: &TagSet,
) -> Result<()> {
    let weights = weights::collect(network);
    Parts { kind: MODEL, config, augment: Some(augment), weights, lexicon, tags }.save(folder)
}

impl<B: NerBackend> AugmentedTagger<B> {
    /// Opens a model directory, and checks every file of it.
    ///
    /// # Errors
    /// As [`BiLstmTagger::open`].
    pub fn open(folder: &Path, device: &B::Device) -> Result<Self> {
        let mut opened = Opened::read(folder, MODEL, shapes::expected)?;
        let characters = opened.characters();
        let Opened { config, augment, lexicon, tags, path, tensors } = &mut opened;
        let Some(augment) = augment.take() else {
            return Err(Error::model(&folder.join("config.json"), "has no key `augment`"));
        };
        // The values are replaced at once; only names and shapes count.
        let mut rng = stream(0, Purpose::Weights, 0, 0);
        let reads = config.characters.enabled && characters > 0;
        let network = Augmented {
            source: BiLstmCrf::new(config, characters, lexicon.dim, tags.len(), device, &mut rng),
            target: TargetEncoder::new(config, &augment, reads, lexicon.dim, device, &mut rng),
        };
        let network = weights::load(network, tensors, path)?;
        let decoder = Decoder::new(&network.source.crf, tags)?;
        let (config, lexicon) = (opened.config, opened.lexicon);
        Ok(Self { config, augment, network, lexicon, device: device.clone(), decoder })
    }

    /// The source model within, with other words: the source language's, in the space of the target's.
    ///
    /// # Errors
    /// [`Error::Data`] when the vectors have another dimension than the model's.
    pub fn source(self, vectors: &xner_embed::Vectors) -> Result<BiLstmTagger<B>> {
        let lexicon = self.lexicon.with_vectors(vectors)?;
        BiLstmTagger::new(self.config, self.network.source, lexicon, self.decoder.tags(), self.device)
    }

    fn map<T: Send + Default>(
        &self,
        sentences: &[Sentence],
        map: impl Fn(&Emissions<'_>) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        self.network.map_scores(&self.lexicon, &sentences, &self.device, map)
    }
}

impl<B: NerBackend> Tagger for AugmentedTagger<B> {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        self.map(sentences, |scores| self.decoder.tagging(scores))
    }

    fn best(&self, sentences: &[Sentence]) -> Result<Vec<Vec<Tag>>> {
        self.map(sentences, |scores| self.decoder.best(scores))
    }

    fn tag_set(&self) -> &TagSet {
        self.decoder.tags()
    }

    fn decode_by(&mut self, decode: Decode) {
        self.decoder.decode_by(decode);
    }

    fn common(&self, sentences: &[Sentence]) -> Result<Vec<Vec<f32>>> {
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        let compute = |batch: &Batch| host(self.network.common(&self.lexicon, batch, &self.device));
        map_batches(&self.lexicon, &sentences, compute, |all, rows| Ok(gather(all, self.config.dense, rows)))
    }
}
