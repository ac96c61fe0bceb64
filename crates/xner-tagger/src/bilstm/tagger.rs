//! A trained char-BiLSTM-CRF, or another network on its parts.

use burn::tensor::Tensor;
#[cfg(feature = "train")]
use xner_corpus::Labelled;
use xner_corpus::{Sentence, Tag, TagSet};
use xner_crf::Emissions;
use xner_embed::Vectors;
use xner_nn::NerBackend;
use xner_train::weights::host;
#[cfg(feature = "train")]
use xner_train::{DevScores, dev_scores, score};

use super::batch::{Batch, Forms, by_length};
use super::lexicon::Lexicon;
use super::model::BiLstmCrf;
use crate::config::ModelConfig;
use crate::decode::Decoder;
use crate::{Decode, Features, Result, Tagger, Tagging};

/// Tokens in a batch at most, padding counted as if there were any.
const BUDGET: usize = 1024;

/// A network that reads sentences with the words of a lexicon, up to a CRF.
pub trait Network<B: NerBackend>: Send + Sync {
    /// The dense layer's features ("common encoder") of each token of a batch, `[rows, dense]`, without dropout.
    fn features_of(&self, lexicon: &Lexicon, batch: &Batch, device: &B::Device) -> Tensor<B, 2>;

    /// The model whose projection and CRF read these features.
    fn head(&self) -> &BiLstmCrf<B>;

    /// What chooses tags by the CRF, as the model's settings say.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] when the CRF's scores are not finite.
    fn decoder(&self, config: &ModelConfig, tags: &TagSet) -> Result<Decoder> {
        let crf = &self.head().crf;
        if config.constrained { Decoder::new(crf, tags) } else { Decoder::unconstrained(crf, tags) }
    }

    /// What `map` makes of each sentence's scores, in the sentences' order; the default for an empty sentence.
    ///
    /// # Errors
    /// Those of `map`.
    fn map_scores<T: Send + Default>(
        &self,
        lexicon: &Lexicon,
        sentences: &[&Sentence],
        device: &B::Device,
        map: impl Fn(&Emissions<'_>) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let BiLstmCrf { projection, crf, .. } = self.head();
        let tags = crf.tags();
        let scores = |batch: &Batch| host(projection.forward(self.features_of(lexicon, batch, device)));
        map_batches::<B, _>(lexicon, sentences, scores, |scores, rows| {
            map(&Emissions::with_rows(scores, tags, rows)?)
        })
    }

    /// The best tags of each sentence; none for an empty sentence.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] for scores that are not finite.
    fn best(
        &self,
        lexicon: &Lexicon,
        sentences: &[&Sentence],
        decoder: &Decoder,
        device: &B::Device,
    ) -> Result<Vec<Vec<Tag>>> {
        self.map_scores(lexicon, sentences, device, |scores| decoder.best(scores))
    }

    /// The scores of the best tags of labelled sentences; none where there are no sentences.
    ///
    /// # Errors
    /// As [`Network::best`].
    #[cfg(feature = "train")]
    fn scores_on(
        &self,
        lexicon: &Lexicon,
        gold: &[Labelled],
        decoder: &Decoder,
        device: &B::Device,
    ) -> Result<Option<DevScores>> {
        if gold.is_empty() {
            return Ok(None);
        }
        let sentences: Vec<&Sentence> = gold.iter().map(|labelled| &labelled.sentence).collect();
        let predicted = self.best(lexicon, &sentences, decoder, device)?;
        Ok(Some(dev_scores(score(gold, &predicted)?.overall)))
    }
}

/// A trained char-BiLSTM-CRF with all that it needs to tag.
pub type BiLstmTagger<B> = LexiconTagger<B, BiLstmCrf<B>>;

/// A trained network with all that it needs to tag.
#[derive(Debug)]
pub struct LexiconTagger<B: NerBackend, N> {
    /// The sizes and switches it was trained with.
    pub config: ModelConfig,
    /// The network.
    pub model: N,
    /// The words and characters it knows.
    pub lexicon: Lexicon,
    device: B::Device,
    decoder: Decoder,
}

impl<B: NerBackend, N: Network<B>> LexiconTagger<B, N> {
    /// Puts a tagger together.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] when the CRF's scores are not finite.
    pub fn new(
        config: ModelConfig,
        model: N,
        lexicon: Lexicon,
        tags: &TagSet,
        device: B::Device,
    ) -> Result<Self> {
        let decoder = model.decoder(&config, tags)?;
        Ok(Self { config, model, lexicon, device, decoder })
    }

    /// The same with another way to choose tags.
    #[must_use]
    pub fn with_decode(mut self, decode: Decode) -> Self {
        self.decoder = self.decoder.with_decode(decode);
        self
    }

    /// The same network with other words: another language's, in the same space.
    ///
    /// # Errors
    /// [`crate::Error::Data`] when the vectors have another dimension than the model's.
    pub fn with_vectors(self, vectors: &Vectors) -> Result<Self> {
        Ok(Self { lexicon: self.lexicon.with_vectors(vectors)?, ..self })
    }

    /// The tagger with a part of its network in the place of the whole.
    pub(crate) fn map<M>(self, part: impl FnOnce(N) -> M) -> LexiconTagger<B, M> {
        let Self { config, model, lexicon, device, decoder } = self;
        LexiconTagger { config, model: part(model), lexicon, device, decoder }
    }

    fn map_scores<T: Send + Default>(
        &self,
        sentences: &[Sentence],
        map: impl Fn(&Emissions<'_>) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        self.model.map_scores(&self.lexicon, &sentences, &self.device, map)
    }
}

/// What `map` makes of each sentence's rows of what `compute` makes of a batch, in the sentences' order; the default
/// for an empty sentence. `compute` gives a matrix with a line for each packed row of the batch; `map` gets it whole,
/// with the numbers of the lines that are its sentence's tokens.
///
/// Sentences of about equal lengths are batched, and batches run on several threads at once.
///
/// # Errors
/// Those of `map`.
pub fn map_batches<B: NerBackend, T: Send + Default>(
    lexicon: &Lexicon,
    sentences: &[&Sentence],
    compute: impl Fn(&Batch) -> Vec<f32> + Sync,
    map: impl Fn(&[f32], &[u32]) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let forms = Forms::collect(sentences.iter().copied(), lexicon);
    let run = |numbers: &Vec<usize>| -> Result<Vec<(usize, T)>> {
        let batch = Batch::new(&forms, numbers);
        let computed = compute(&batch);
        let answer = |(sentence, &at): (usize, &usize)| {
            let rows: Vec<u32> = batch.packing.rows_of(sentence).map(|row| row as u32).collect();
            Ok((at, map(&computed, &rows)?))
        };
        numbers.iter().enumerate().map(answer).collect()
    };
    let batches = by_length(&forms.lengths(), B::at_once(BUDGET));
    let answered: Vec<Vec<(usize, T)>> = B::each(&batches, run)?;
    let mut answers: Vec<T> = std::iter::repeat_with(T::default).take(sentences.len()).collect();
    for (at, answer) in answered.into_iter().flatten() {
        answers[at] = answer;
    }
    Ok(answers)
}

impl<B: NerBackend, N: Network<B>> Tagger for LexiconTagger<B, N> {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        self.map_scores(sentences, |scores| self.decoder.tagging(scores))
    }

    fn best(&self, sentences: &[Sentence]) -> Result<Vec<Vec<Tag>>> {
        self.map_scores(sentences, |scores| self.decoder.best(scores))
    }

    fn tag_set(&self) -> &TagSet {
        self.decoder.tags()
    }
}

impl<B: NerBackend, N: Network<B>> Features for LexiconTagger<B, N> {
    fn common(&self, sentences: &[Sentence]) -> Result<Vec<Vec<f32>>> {
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        let (width, compute) = (self.config.dense, |batch: &Batch| {
            host(self.model.features_of(&self.lexicon, batch, &self.device))
        });
        let gather = |all: &[f32], rows: &[u32]| {
            Ok(rows.iter().flat_map(|&row| &all[row as usize * width..][..width]).copied().collect())
        };
        map_batches::<B, _>(&self.lexicon, &sentences, compute, gather)
    }
}
