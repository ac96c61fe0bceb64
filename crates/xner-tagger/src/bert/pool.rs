//! Sentences as vectors of length 1, read off the last layer of an encoder.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
#[cfg(feature = "train")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner_corpus::Sentence;
use xner_nn::NerBackend;
use xner_train::weights::host;

use super::batch::{Piece, SubwordBatch};
use super::encoder::BertEncoder;
use super::tokeniser::Tokeniser;
use super::windows::{Windows, batches};
use crate::{Error, Result};

/// Subwords in a batch at most, padding counted as if there were any.
const BUDGET: usize = 2048;

/// What of the last layer's states a sentence's vector is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Pooling {
    /// The state of the first subword, which is special: `[CLS]` or `<s>`.
    #[default]
    Cls,
    /// The mean of the states of all subwords, special ones among them, as encoders of sentences are trained with it.
    Mean,
}

/// An encoder that gives each sentence one vector.
///
/// Of a sentence that is longer than a window only its first window counts: what comes behind is not read. A
/// sentence's vector depends on its first window alone, and has the same bytes whatever sentences are beside it.
#[derive(Debug)]
pub struct SentenceEncoder<B: NerBackend> {
    encoder: BertEncoder<B>,
    tokeniser: Arc<Tokeniser>,
    pooling: Pooling,
    windows: Windows,
}

impl<B: NerBackend> SentenceEncoder<B> {
    /// Puts one together; windows are `length` subwords long, special ones included, or as long as the encoder takes
    /// where that is less.
    ///
    /// # Errors
    /// [`Error::Setting`] when `length` leaves no room for a subword.
    pub fn new(
        encoder: BertEncoder<B>,
        tokeniser: Arc<Tokeniser>,
        pooling: Pooling,
        length: usize,
    ) -> Result<Self> {
        let length = length.min(encoder.config.max_length());
        let windows = Windows::new(length, 0, tokeniser.specials())?;
        Ok(Self { encoder, tokeniser, pooling, windows })
    }

    /// Opens the encoder and the tokeniser of a directory of Hugging Face's layout; a head is left out.
    ///
    /// # Errors
    /// As [`BertEncoder::open`], [`Tokeniser::open`] and [`SentenceEncoder::new`].
    pub fn open(folder: &Path, pooling: Pooling, length: usize, device: &B::Device) -> Result<Self> {
        let encoder = BertEncoder::open(folder, device)?;
        let tokeniser = Arc::new(Tokeniser::open(folder, &encoder.config)?);
        Self::new(encoder, tokeniser, pooling, length)
    }

    /// The numbers of a vector.
    pub fn width(&self) -> usize {
        self.encoder.config.hidden_size
    }

    /// The vectors of sentences, `[sentences, width]` row by row, each of length 1. A sentence without words is the
    /// special subwords alone.
    ///
    /// `done` is told of so many more sentences as they are done, from any thread. Sentences whose first windows are
    /// equal are read once.
    ///
    /// # Errors
    /// [`Error::Data`] when the tokeniser fails on a word, or a vector has no direction: it is zero or not finite.
    pub fn vectors(&self, sentences: &[Sentence], done: &(dyn Fn(usize) + Sync)) -> Result<Vec<f32>> {
        let pieces: Vec<Piece> =
            sentences.par_iter().map(|sentence| self.piece(sentence)).collect::<Result<_>>()?;
        let Distinct { firsts, owners } = Distinct::of(&pieces);
        let mut shares = vec![0; firsts.len()];
        for &owner in &owners {
            shares[owner] += 1;
        }
        let lengths: Vec<usize> = firsts.iter().map(|&at| pieces[at].ids.len()).collect();
        let run = |numbers: &Vec<usize>| -> Result<Vec<(usize, Vec<f32>)>> {
            let pieces = numbers.iter().map(|&number| &pieces[firsts[number]]);
            let batch = SubwordBatch::new(pieces, &self.encoder.config);
            let states = host(self.encoder.last(&batch));
            let mut states = states.as_slice();
            let found = numbers.iter().zip(batch.lengths.iter()).map(|(&number, &length)| {
                let (own, rest) = states.split_at(length * self.width());
                states = rest;
                let vector = unit(&self.pooled(own)).ok_or_else(|| Error::Data {
                    message: format!(
                        "the encoder's vector of sentence {} is zero or not finite",
                        firsts[number] + 1
                    ),
                })?;
                Ok((number, vector))
            });
            let found = found.collect::<Result<_>>()?;
            done(numbers.iter().map(|&number| shares[number]).sum());
            Ok(found)
        };
        let found: Vec<Vec<(usize, Vec<f32>)>> = B::each(&batches(&lengths, B::at_once(BUDGET)), run)?;
        let mut vectors = vec![Vec::new(); firsts.len()];
        for (number, vector) in found.into_iter().flatten() {
            vectors[number] = vector;
        }
        Ok(owners.into_iter().flat_map(|owner| &vectors[owner]).copied().collect())
    }

    /// A sentence's first window.
    fn piece(&self, sentence: &Sentence) -> Result<Piece> {
        let subwords = self.tokeniser.encode(sentence.tokens())?;
        Ok(match self.windows.of(&subwords).first() {
            Some(window) => Piece::new(&subwords, window, &self.tokeniser),
            None => {
                Piece { ids: [self.tokeniser.before(), self.tokeniser.behind()].concat(), words: Vec::new() }
            }
        })
    }

    /// What is taken of a sentence's states, `[subwords, width]`.
    fn pooled(&self, states: &[f32]) -> Vec<f64> {
        let width = self.width();
        let taken = match self.pooling {
            Pooling::Cls => &states[..width.min(states.len())],
            Pooling::Mean => states,
        };
        // The mean's direction is that of the sum.
        let mut sum = vec![0.0; width];
        for row in taken.chunks_exact(width) {
            for (sum, &x) in sum.iter_mut().zip(row) {
                *sum += f64::from(x);
            }
        }
        sum
    }
}

/// Which windows are equal.
struct Distinct {
    /// For each distinct window the first sentence that has it.
    firsts: Vec<usize>,
    /// For each sentence the number of its window in `firsts`.
    owners: Vec<usize>,
}

impl Distinct {
    fn of(pieces: &[Piece]) -> Self {
        let mut known: HashMap<&[u32], usize> = HashMap::with_capacity(pieces.len());
        let mut firsts = Vec::new();
        let number = |(at, piece)| {
            let Piece { ids, .. }: &Piece = piece;
            *known.entry(ids).or_insert_with(|| {
                firsts.push(at);
                firsts.len() - 1
            })
        };
        let owners = pieces.iter().enumerate().map(number).collect();
        Self { firsts, owners }
    }
}

/// The vector scaled to length 1, where it has a direction.
fn unit(vector: &[f64]) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length.is_finite() && length > 0.0).then(|| vector.iter().map(|x| (x / length) as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::unit;

    #[test]
    fn only_a_direction_can_be_scaled() {
        assert_eq!(unit(&[3.0, -4.0]), Some(vec![0.6, -0.8]));
        assert_eq!(unit(&[0.0, 1e-30]), Some(vec![0.0, 1.0]));
        for bad in [0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(unit(&[0.0, bad]), None);
        }
    }
}
