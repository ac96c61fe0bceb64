//! A trained BERT token classifier.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use rayon::prelude::*;
use xner_corpus::{Sentence, Tag, TagSet};
use xner_crf::Emissions;
use xner_nn::NerBackend;
use xner_train::weights::host;

use super::batch::{Piece, SubwordBatch};
use super::config::XnerKeys;
use super::encoder::BertEncoder;
use super::head::TagHead;
use super::tokeniser::Tokeniser;
use super::windows::{Average, Windows, batches};
use crate::decode::{Decoder, logarithms};
use crate::{Decode, Features, Result, Tagger, Tagging};

/// Subwords in a batch at most, padding counted as if there were any.
const BUDGET: usize = 2048;

/// An encoder with a head, and all that it needs to tag.
#[derive(Debug)]
pub struct BertTagger<B: NerBackend> {
    /// The encoder.
    pub encoder: BertEncoder<B>,
    /// The head.
    pub head: TagHead<B>,
    /// From words to subwords.
    pub tokeniser: Arc<Tokeniser>,
    /// The scheme, the head's kind, the windows.
    pub keys: XnerKeys,
    windows: Windows,
    /// The scheme alone, or the head's CRF with it.
    decoder: Decoder,
    /// The scheme alone, for what several windows say.
    scheme: Decoder,
}

impl<B: NerBackend> BertTagger<B> {
    /// Puts a tagger together; `keys` and `tags` go with the head.
    ///
    /// # Errors
    /// [`crate::Error::Setting`] for windows without room or longer than the encoder takes; [`crate::Error::Crf`] when
    /// a CRF's scores are not finite.
    pub fn new(
        encoder: BertEncoder<B>,
        head: TagHead<B>,
        tokeniser: Arc<Tokeniser>,
        keys: XnerKeys,
        tags: &TagSet,
    ) -> Result<Self> {
        let length = keys.length.min(encoder.config.max_length());
        let windows = Windows::new(length, keys.overlap, tokeniser.specials())?;
        let scheme = Decoder::of_scheme(tags)?;
        let decoder = match &head.crf {
            Some(crf) => Decoder::new(crf, tags)?,
            None => Decoder::of_scheme(tags)?,
        };
        Ok(Self { encoder, head, tokeniser, keys, windows, decoder, scheme })
    }

    /// The same with another way to choose tags.
    #[must_use]
    pub fn with_decode(mut self, decode: Decode) -> Self {
        self.decoder = self.decoder.with_decode(decode);
        self.scheme = self.scheme.with_decode(decode);
        self
    }

    /// The windows of sentences, and of which sentence each is.
    fn pieces(&self, sentences: &[Sentence]) -> Result<(Vec<Piece>, Vec<usize>)> {
        let cut = |(at, sentence): (usize, &Sentence)| -> Result<Vec<(usize, Piece)>> {
            let subwords = self.tokeniser.encode(sentence.tokens())?;
            let windows = self.windows.of(&subwords);
            Ok(windows.iter().map(|window| (at, Piece::new(&subwords, window, &self.tokeniser))).collect())
        };
        let cut: Vec<Vec<(usize, Piece)>> =
            sentences.par_iter().enumerate().map(cut).collect::<Result<_>>()?;
        let (owners, pieces) = cut.into_iter().flatten().unzip();
        Ok((pieces, owners))
    }

    /// For each window what `compute` makes of the last layer's states of its words, `[words, width]` row by row.
    fn map_pieces<T: Send>(
        &self,
        pieces: &[Piece],
        compute: impl Fn(Tensor<B, 2>) -> Vec<f32> + Sync,
        map: impl Fn(&[f32]) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let lengths: Vec<usize> = pieces.iter().map(|piece| piece.ids.len()).collect();
        let run = |numbers: &Vec<usize>| -> Result<Vec<(usize, T)>> {
            let batch = SubwordBatch::new(numbers.iter().map(|&at| &pieces[at]), &self.encoder.config);
            let count = batch.words.len();
            let computed = if count == 0 {
                Vec::new()
            } else {
                let words = super::network::index(batch.words.iter().copied(), &self.encoder.device);
                compute(self.encoder.last(&batch).select(0, words))
            };
            let width = computed.len() / count.max(1);
            let answers = batch.answered().zip(numbers);
            answers
                .map(|(range, &at)| Ok((at, map(&computed[range.start * width..range.end * width])?)))
                .collect()
        };
        let found: Vec<Vec<(usize, T)>> = B::each(&batches(&lengths, B::at_once(BUDGET)), run)?;
        let mut found: Vec<(usize, T)> = found.into_iter().flatten().collect();
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, answer)| answer).collect())
    }

    /// Each sentence's scores of its words, if it is one window, or else the mean of its windows' probabilities.
    fn answers(&self, sentences: &[Sentence]) -> Result<Vec<Answer>> {
        let tags = self.tag_set().len();
        let (pieces, owners) = self.pieces(sentences)?;
        let crf = self.head.crf.is_some();
        let epsilon = self.encoder.config.layer_norm_eps;
        let compute = |states| {
            let scores = self.head.dense.forward(self.head.before(states, epsilon));
            host(if crf { scores } else { softmax(scores, 1) })
        };
        let scores = self.map_pieces(&pieces, compute, |scores| Ok(scores.to_vec()))?;
        let mut answers = Vec::with_capacity(sentences.len());
        let mut at = 0;
        for (number, sentence) in sentences.iter().enumerate() {
            let end = at + owners[at..].iter().take_while(|&&owner| owner == number).count();
            let (own, scores) = (&pieces[at..end], &scores[at..end]);
            at = end;
            answers.push(match (own, scores) {
                ([piece], [scores]) if crf && piece.words.len() == sentence.len() => {
                    Answer::Scores(scores.clone())
                }
                _ => {
                    let mut average = Average::new(sentence.len(), tags);
                    let mut answered = vec![false; sentence.len()];
                    for (piece, scores) in own.iter().zip(scores) {
                        let marginals;
                        let probabilities = if crf {
                            marginals = self.marginals(scores)?;
                            &marginals
                        } else {
                            scores
                        };
                        for ((word, _), row) in piece.words.iter().zip(probabilities.chunks_exact(tags)) {
                            average.add(*word as usize, row);
                            answered[*word as usize] = true;
                        }
                    }
                    let mut probabilities = average.finish();
                    // A word without subwords is nothing.
                    for (word, _) in answered.iter().enumerate().filter(|(_, answered)| !**answered) {
                        probabilities[word * tags] = 1.0;
                    }
                    Answer::Probabilities(probabilities)
                }
            });
        }
        Ok(answers)
    }

    /// The CRF's marginal probabilities of a window's words.
    fn marginals(&self, scores: &[f32]) -> Result<Vec<f32>> {
        if scores.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.decoder.tagging(&Emissions::new(scores, self.tag_set().len())?)?.probabilities)
    }

    /// The decoder that an answer is for, and the scores that it reads.
    fn decoded<T: Default>(
        &self,
        answer: &Answer,
        decode: impl FnOnce(&Decoder, &Emissions<'_>) -> Result<T>,
    ) -> Result<T> {
        let tags = self.tag_set().len();
        match answer {
            Answer::Scores(scores) | Answer::Probabilities(scores) if scores.is_empty() => Ok(T::default()),
            Answer::Scores(scores) => decode(&self.decoder, &Emissions::new(scores, tags)?),
            Answer::Probabilities(probabilities) => {
                let scores = logarithms(probabilities);
                decode(&self.scheme, &Emissions::new(&scores, tags)?)
            }
        }
    }
}

/// What is known of a sentence's words.
enum Answer {
    /// A CRF's scores, `[words, tags]`.
    Scores(Vec<f32>),
    /// Probabilities, `[words, tags]`.
    Probabilities(Vec<f32>),
}

impl<B: NerBackend> Tagger for BertTagger<B> {
    fn tag(&self, sentences: &[Sentence]) -> Result<Vec<Tagging>> {
        let tagging = |answer: &Answer| {
            let mut tagging = self.decoded(answer, Decoder::tagging)?;
            if let Answer::Probabilities(probabilities) = answer {
                tagging.probabilities.clone_from(probabilities);
            }
            Ok(tagging)
        };
        self.answers(sentences)?.par_iter().map(tagging).collect()
    }

    fn best(&self, sentences: &[Sentence]) -> Result<Vec<Vec<Tag>>> {
        self.answers(sentences)?.par_iter().map(|answer| self.decoded(answer, Decoder::best)).collect()
    }

    fn tag_set(&self) -> &TagSet {
        self.scheme.tags()
    }
}

impl<B: NerBackend> Features for BertTagger<B> {
    /// The last layer's states, the mean where a word is in several windows; zeros for a word without subwords.
    fn common(&self, sentences: &[Sentence]) -> Result<Vec<Vec<f32>>> {
        let width = self.encoder.config.hidden_size;
        let (pieces, owners) = self.pieces(sentences)?;
        let states = self.map_pieces(&pieces, host, |states| Ok(states.to_vec()))?;
        let mut means: Vec<Average> =
            sentences.iter().map(|sentence| Average::new(sentence.len(), width)).collect();
        for ((piece, owner), states) in pieces.iter().zip(owners).zip(states) {
            for ((word, _), row) in piece.words.iter().zip(states.chunks_exact(width)) {
                means[owner].add(*word as usize, row);
            }
        }
        Ok(means.into_iter().map(Average::finish).collect())
    }
}
