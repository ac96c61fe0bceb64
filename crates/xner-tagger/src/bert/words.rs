//! Word vectors distilled from an encoder: what it makes of a word, alone or in the sentences of a text.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use xner_corpus::Sentence;
use xner_embed::Vectors;
use xner_nn::NerBackend;
use xner_train::weights::host;
use xner_train::{Device, on_device};

use super::batch::{Piece, SubwordBatch};
use super::encoder::BertEncoder;
use super::tokeniser::{Subwords, Tokeniser};
use super::windows::{Windows, batches};
use crate::open::Inner;
use crate::{Error, Result};

/// Subwords in a batch at most, padding counted as if there were any.
const BUDGET: usize = 2048;

/// Sentences whose states are worked on before they are added up: the sums do not depend on threads.
const AT_ONCE: usize = 2048;

/// How word vectors are made of an encoder's states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordStates {
    /// The layer whose output is read, counted from 1; 0 for the layers' input, none for the last.
    pub layer: Option<usize>,
    /// Whether a word is read in its sentences, all occurrences counting alike, and not by itself.
    pub contextual: bool,
    /// What stands before each sentence, or each word by itself, such as the `query: ` of e5. Its states count for no
    /// word.
    pub prefix: String,
    /// The most frequent words, so many at most; none for all.
    pub limit: Option<usize>,
    /// Words that occur less often are left out.
    pub least: u64,
    /// Subwords of a window, special ones included, or as many as the encoder takes where that is less.
    pub length: usize,
}

impl Default for WordStates {
    /// In their sentences, by the last layer, all of them.
    fn default() -> Self {
        Self { layer: None, contextual: true, prefix: String::new(), limit: None, least: 1, length: 128 }
    }
}

/// The vectors of a text's words, the most frequent first, then by name: the mean of the states of a word's subwords,
/// and of its occurrences where words are read in their sentences. Words that the tokeniser makes nothing of are left
/// out.
///
/// `done` is told of so many more sentences, or words by themselves, of so many in all.
///
/// # Errors
/// Faults of the encoder's files; [`Error::Setting`] for a layer that it does not have, or a length without room;
/// [`Error::Data`] where there is no word.
pub fn word_vectors(
    encoder: &Path,
    settings: &WordStates,
    sentences: &[Sentence],
    device: &Device,
    done: &mut dyn FnMut(usize, usize),
) -> Result<Vectors> {
    on_device!(*device, A, card => {
        Words::<Inner<A>>::open(encoder, settings, card)?.vectors(sentences, done)
    })
}

struct Words<'s, B: NerBackend> {
    settings: &'s WordStates,
    encoder: BertEncoder<B>,
    tokeniser: Arc<Tokeniser>,
    windows: Windows,
    prefix: Vec<u32>,
}

/// The words that are kept, and the sums of their states.
struct Sums<'t> {
    numbers: HashMap<&'t str, usize>,
    width: usize,
    totals: Vec<f64>,
    counts: Vec<u64>,
}

impl<'s, B: NerBackend> Words<'s, B> {
    fn open(folder: &Path, settings: &'s WordStates, device: &B::Device) -> Result<Self> {
        let encoder = BertEncoder::open(folder, device)?;
        let layers = encoder.layers.len();
        if let Some(layer) = settings.layer
            && layer > layers
        {
            return Err(Error::setting("layer", format!("is {layer}, but the encoder has {layers} of them")));
        }
        let tokeniser = Arc::new(Tokeniser::open(folder, &encoder.config)?);
        let prefix = tokeniser.encode(settings.prefix.split_whitespace())?.ids;
        let length = settings.length.min(encoder.config.max_length());
        let windows = Windows::new(length, 0, tokeniser.specials() + prefix.len())?;
        Ok(Self { settings, encoder, tokeniser, windows, prefix })
    }

    fn vectors(&self, sentences: &[Sentence], done: &mut dyn FnMut(usize, usize)) -> Result<Vectors> {
        let words = self.chosen(sentences);
        let numbers = words.iter().enumerate().map(|(at, &word)| (word, at)).collect();
        let width = self.encoder.config.hidden_size;
        let mut sums =
            Sums { numbers, width, totals: vec![0.0; words.len() * width], counts: vec![0; words.len()] };
        if self.settings.contextual {
            for some in sentences.chunks(AT_ONCE) {
                self.add(some, Sentence::tokens, &mut sums)?;
                done(some.len(), sentences.len());
            }
        } else {
            for some in words.chunks(AT_ONCE) {
                self.add(some, |word| std::iter::once(*word), &mut sums)?;
                done(some.len(), words.len());
            }
        }
        let found = words.iter().zip(&sums.counts).zip(sums.totals.chunks_exact(width));
        let (mut names, mut rows) = (Vec::new(), Vec::new());
        for ((&word, &count), sum) in found.filter(|((_, count), _)| **count > 0) {
            names.push(word);
            rows.extend(sum.iter().map(|x| (x / count as f64) as f32));
        }
        if names.is_empty() {
            return Err(Error::data("the text has no word that is kept, expected some"));
        }
        Ok(Vectors::from_rows(names, width, &rows)?)
    }

    /// The words of a text that are kept, the most frequent first, then by name.
    fn chosen<'t>(&self, sentences: &'t [Sentence]) -> Vec<&'t str> {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for word in sentences.iter().flat_map(Sentence::tokens) {
            *counts.entry(word).or_default() += 1;
        }
        let mut counts: Vec<(&str, u64)> =
            counts.into_iter().filter(|(_, count)| *count >= self.settings.least).collect();
        counts.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then(a.cmp(b)));
        counts.into_iter().take(self.settings.limit.unwrap_or(usize::MAX)).map(|(word, _)| word).collect()
    }

    /// Adds the states of the words of some texts.
    fn add<'t, T: Sync, I: Iterator<Item = &'t str>>(
        &self,
        texts: &'t [T],
        words: impl Fn(&'t T) -> I + Sync,
        sums: &mut Sums<'_>,
    ) -> Result<()> {
        let cut = |(at, text): (usize, &'t T)| -> Result<Vec<(usize, Cut)>> {
            let subwords = self.tokeniser.encode(words(text))?;
            let windows = self.windows.of(&subwords);
            Ok(windows.iter().map(|window| (at, self.cut(&subwords, window))).collect())
        };
        let cut: Vec<Vec<(usize, Cut)>> = texts.par_iter().enumerate().map(cut).collect::<Result<_>>()?;
        let cut: Vec<(usize, Cut)> = cut.into_iter().flatten().collect();
        let lengths: Vec<usize> = cut.iter().map(|(_, cut)| cut.piece.ids.len()).collect();
        let (width, layers) = (sums.width, self.settings.layer.unwrap_or(self.encoder.layers.len()));
        let run = |numbers: &Vec<usize>| -> Result<Vec<(usize, Vec<f32>)>> {
            let pieces = numbers.iter().map(|&number| &cut[number].1.piece);
            let batch = SubwordBatch::new(pieces, &self.encoder.config);
            let states = host(self.encoder.states(&batch, layers));
            let mut rest = states.as_slice();
            Ok(numbers
                .iter()
                .map(|&number| {
                    let (own, others) = rest.split_at(lengths[number] * width);
                    rest = others;
                    (number, cut[number].1.means(own, width))
                })
                .collect())
        };
        let found: Vec<Vec<(usize, Vec<f32>)>> = B::each(&batches(&lengths, B::at_once(BUDGET)), run)?;
        let mut means = vec![Vec::new(); cut.len()];
        for (number, own) in found.into_iter().flatten() {
            means[number] = own;
        }
        for ((text, cut), means) in cut.iter().zip(&means) {
            let all: Vec<&str> = words(&texts[*text]).collect();
            for (&(word, _), mean) in cut.piece.words.iter().zip(means.chunks_exact(width)) {
                sums.add(all[word as usize], mean);
            }
        }
        Ok(())
    }

    /// A window with the prefix before it.
    fn cut(&self, subwords: &Subwords, window: &super::windows::Window) -> Cut {
        let mut piece = Piece::new(subwords, window, &self.tokeniser);
        let before = self.tokeniser.before().len();
        piece.ids.splice(before..before, self.prefix.iter().copied());
        for (_, row) in &mut piece.words {
            *row += self.prefix.len() as u32;
        }
        let end = piece.ids.len() - self.tokeniser.behind().len();
        Cut { piece, end }
    }
}

/// A window, and where its last word ends.
struct Cut {
    piece: Piece,
    end: usize,
}

impl Cut {
    /// The mean state of each word's subwords, `[words, width]` row by row.
    fn means(&self, states: &[f32], width: usize) -> Vec<f32> {
        let starts = self.piece.words.iter().map(|&(_, row)| row as usize);
        let ends = starts.clone().skip(1).chain([self.end]);
        let mut means = Vec::with_capacity(self.piece.words.len() * width);
        for (start, end) in starts.zip(ends) {
            let rows = &states[start * width..end * width];
            let count = (end - start) as f64;
            means.extend((0..width).map(|at| {
                let sum: f64 = rows.iter().skip(at).step_by(width).map(|&x| f64::from(x)).sum();
                (sum / count) as f32
            }));
        }
        means
    }
}

impl Sums<'_> {
    fn add(&mut self, word: &str, state: &[f32]) {
        let Some(&number) = self.numbers.get(word) else { return };
        self.counts[number] += 1;
        let own = &mut self.totals[number * self.width..][..self.width];
        own.iter_mut().zip(state).for_each(|(sum, &x)| *sum += f64::from(x));
    }
}
