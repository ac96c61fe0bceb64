//! A trained char-BiLSTM-CRF.

use rayon::prelude::*;
use xner_corpus::{Sentence, Tag, TagSet};
use xner_crf::Emissions;
use xner_nn::NerBackend;
use xner_train::weights::host;

use super::batch::{Batch, Forms, by_length};
use super::lexicon::Lexicon;
use super::model::BiLstmCrf;
use crate::config::ModelConfig;
use crate::decode::Decoder;
use crate::{Decode, Result, Tagger, Tagging};

/// Tokens in a batch at most, padding counted as if there were any.
const BUDGET: usize = 1024;

/// A trained char-BiLSTM-CRF with all that it needs to tag.
#[derive(Debug)]
pub struct BiLstmTagger<B: NerBackend> {
    /// The sizes and switches it was trained with.
    pub config: ModelConfig,
    /// The network.
    pub model: BiLstmCrf<B>,
    /// The words and characters it knows.
    pub lexicon: Lexicon,
    device: B::Device,
    decoder: Decoder,
}

impl<B: NerBackend> BiLstmTagger<B> {
    /// Puts a tagger together.
    ///
    /// # Errors
    /// [`crate::Error::Crf`] when the CRF's scores are not finite.
    pub fn new(
        config: ModelConfig,
        model: BiLstmCrf<B>,
        lexicon: Lexicon,
        tags: &TagSet,
        device: B::Device,
    ) -> Result<Self> {
        let decoder = Decoder::new(&model.crf, tags)?;
        Ok(Self { config, model, lexicon, device, decoder })
    }
}

/// What `map` makes of each sentence's scores, in the sentences' order; the default for an empty sentence.
pub(crate) fn map_scores<B: NerBackend, T: Send + Default>(
    model: &BiLstmCrf<B>,
    lexicon: &Lexicon,
    sentences: &[&Sentence],
    device: &B::Device,
    map: impl Fn(&Emissions<'_>) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let tags = model.crf.start.val().dims()[0];
    let scores = |batch: &Batch| host(model.emissions(model.states(lexicon, batch, device)));
    map_batches(lexicon, sentences, scores, |scores, rows| map(&Emissions::with_rows(scores, tags, rows)?))
}

/// What `map` makes of each sentence's rows of what `compute` makes of a batch, in the sentences' order; the default
/// for an empty sentence. `compute` gives a matrix with a line for each packed row of the batch; `map` gets it whole,
/// with the numbers of the lines that are its sentence's tokens.
///
/// Sentences of about equal lengths are batched, and batches run on several threads at once.
///
/// # Errors
/// Those of `map`.
pub fn map_batches<T: Send + Default>(
    lexicon: &Lexicon,
    sentences: &[&Sentence],
    compute: impl Fn(&Batch) -> Vec<f32> + Sync,
    map: impl Fn(&[f32], &[u32]) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let (forms, encoded) = Forms::collect(sentences.iter().copied(), lexicon);
    let lengths: Vec<usize> = encoded.iter().map(Vec::len).collect();
    let run = |numbers: &Vec<usize>| -> Result<Vec<(usize, T)>> {
        let chosen: Vec<&[u32]> = numbers.iter().map(|&at| encoded[at].as_slice()).collect();
        let batch = Batch::new(&chosen, &forms);
        let computed = compute(&batch);
        let answer = |(sentence, &at): (usize, &usize)| {
            let rows: Vec<u32> = batch.packing.rows_of(sentence).map(|row| row as u32).collect();
            Ok((at, map(&computed, &rows)?))
        };
        numbers.iter().enumerate().map(answer).collect()
    };
    let batches = by_length(&lengths, BUDGET);
    let answered: Vec<Vec<(usize, T)>> = batches.par_iter().map(run).collect::<Result<_>>()?;
    let mut answers: Vec<T> = std::iter::repeat_with(T::default).take(sentences.len()).collect();
    for (at, answer) in answered.into_iter().flatten() {
        answers[at] = answer;
    }
    Ok(answers)
}

/// The lines of `matrix` with these numbers, each `width` long, one after another.
pub(crate) fn gather(matrix: &[f32], width: usize, rows: &[u32]) -> Vec<f32> {
    rows.iter().flat_map(|&row| &matrix[row as usize * width..][..width]).copied().collect()
}

impl<B: NerBackend> Tagger for BiLstmTagger<B> {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        map_scores(&self.model, &self.lexicon, &sentences, &self.device, |scores| {
            self.decoder.tagging(scores)
        })
    }

    fn best(&self, sentences: &[Sentence]) -> Result<Vec<Vec<Tag>>> {
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        map_scores(&self.model, &self.lexicon, &sentences, &self.device, |scores| self.decoder.best(scores))
    }

    fn tag_set(&self) -> &TagSet {
        self.decoder.tags()
    }

    fn decode_by(&mut self, decode: Decode) {
        self.decoder.decode_by(decode);
    }

    fn common(&self, sentences: &[Sentence]) -> Result<Vec<Vec<f32>>> {
        let sentences: Vec<&Sentence> = sentences.iter().collect();
        let Self { model, lexicon, device, .. } = self;
        let compute = |batch: &Batch| host(model.common(model.states(lexicon, batch, device)));
        map_batches(lexicon, &sentences, compute, |all, rows| Ok(gather(all, self.config.dense, rows)))
    }
}
