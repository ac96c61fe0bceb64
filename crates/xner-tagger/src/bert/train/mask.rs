//! Teaching the mask: an encoder of sentences has often never met its own mask, whose vector then means nothing.

use std::path::Path;

use burn::tensor::Tensor;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use xner_corpus::{Scheme, Sentence, TagSet};
use xner_nn::standardised;
use xner_train::config::Optimiser;
use xner_train::optimiser::RowOptimiser;
use xner_train::weights::host;
use xner_train::{Building, Device, Purpose, TrainBackend, on_device, stream};

use super::super::batch::{Piece, SubwordBatch};
use super::super::config::BertConfig;
use super::super::network::index;
use super::super::row::with_row;
use super::{BertSettings, FineTuned};
use crate::{Error, Result};

/// How a mask is taught.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskLessons {
    /// Steps.
    pub steps: usize,
    /// Sentences of a step.
    pub batch: usize,
    /// The rate of Adam, which falls in a line to 0.
    pub rate: f64,
    /// The share of words that are masked, in `0..1`.
    pub share: f64,
    /// Subwords of a window, special ones included; of a longer sentence the first window is read.
    pub length: usize,
    /// Decides which sentences and words.
    pub seed: u64,
}

impl Default for MaskLessons {
    fn default() -> Self {
        Self { steps: 300, batch: 32, rate: 0.02, share: 0.15, length: 128, seed: 1 }
    }
}

/// What was reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaughtMask {
    /// The subword.
    pub mask: u32,
    /// Steps made.
    pub steps: usize,
    /// The loss on sentences that were not learnt from, with the mask's first vector.
    pub before: f64,
    /// The same with the new one.
    pub after: f64,
}

/// Sentences that are kept apart, one in so many, and at most so many.
const APART: (usize, usize) = (10, 128);

/// Writes a copy of an encoder whose mask has another vector; all else stays as it is.
///
/// Of some sentences' words all subwords are masked, and the mask's vector goes down `Σ mean (n(h') - n(h))²`, where
/// `h` is the last state of a masked subword in the sentence as it is, `h'` in the masked one, and `n` makes mean 0 and
/// variance 1 of it. `told` is told of each step and its loss.
///
/// # Errors
/// Faults of the encoder's files; [`Error::Model`] where it has no mask, or weights that are not one file of floats;
/// [`Error::Data`] where the text has no words.
pub fn teach_mask(
    encoder: &Path,
    out: &Path,
    sentences: &[Sentence],
    lessons: &MaskLessons,
    device: &Device,
    told: &mut dyn FnMut(usize, f32),
) -> Result<TaughtMask> {
    let (taught, row) = on_device!(*device, A, card => learnt::<A>(encoder, sentences, lessons, card, told))?;
    with_row(encoder, out, taught.mask, &row)?;
    Ok(taught)
}

fn learnt<A: TrainBackend>(
    encoder: &Path,
    sentences: &[Sentence],
    lessons: &MaskLessons,
    card: &A::Device,
    told: &mut dyn FnMut(usize, f32),
) -> Result<(TaughtMask, Vec<f32>)> {
    let settings = BertSettings { encoder: Some(encoder.to_owned()), ..BertSettings::default() };
    crate::is_model(encoder)?;
    let config = BertConfig::read(&encoder.join("config.json"))?;
    let settings = BertSettings {
        freeze_embeddings: false,
        freeze_layers: config.num_hidden_layers,
        length: lessons.length.min(config.max_length()),
        overlap: 0,
        ..settings
    };
    let tags = TagSet::new(Scheme::Iob2, []);
    let mut model = FineTuned::<A>::open(&settings, tags, lessons.seed, card)?;
    let Some(mask) = model.tokeniser().mask() else {
        return Err(Error::model(encoder, "its tokeniser has no mask"));
    };
    let mut pieces = Vec::new();
    for sentence in sentences {
        pieces.extend(model.pieces(sentence)?.into_iter().take(1).filter(|piece| !piece.words.is_empty()));
    }
    if pieces.is_empty() {
        return Err(Error::data("the text has no word, expected some to mask"));
    }
    // A text of one sentence is learnt from and judged by.
    let (apart, own): (Vec<_>, Vec<_>) =
        pieces.into_iter().enumerate().partition(|(at, _)| at % APART.0 == APART.0 - 1);
    let [apart, own] = [apart, own].map(|some| some.into_iter().map(|(_, piece)| piece).collect::<Vec<_>>());
    let judged: Vec<&Piece> = if apart.is_empty() { &own } else { &apart }.iter().take(APART.1).collect();
    let draws = |step| stream(lessons.seed, Purpose::Masking, step, 0);
    let judge = |model: &FineTuned<A>| {
        f64::from(pass(model, mask, &judged, lessons.share, &mut draws(lessons.steps)).loss)
    };

    let before = judge(&model);
    let width = model.config().embedding_size;
    let rule = Optimiser::Adam { rate: lessons.rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let mut rows = RowOptimiser::new(rule, 1, width);
    let place = mask as usize * width..(mask as usize + 1) * width;
    for step in 0..lessons.steps {
        let mut draws = draws(step);
        let chosen: Vec<&Piece> =
            (0..lessons.batch.min(own.len())).map(|_| &own[draws.random_range(0..own.len())]).collect();
        let found = pass(&model, mask, &chosen, lessons.share, &mut draws);
        if !found.loss.is_finite() {
            return Err(Error::data(format!(
                "the loss of step {} is not finite: try a lower rate",
                step + 1
            )));
        }
        let rate = lessons.rate * (1.0 - step as f64 / lessons.steps as f64);
        rows.update(&mut model.table_mut()[place.clone()], 0, &found.gradient, 1.0, rate);
        told(step + 1, found.loss);
    }
    let after = judge(&model);
    let row = model.table_mut()[place].to_vec();
    Ok((TaughtMask { mask, steps: lessons.steps, before, after }, row))
}

/// The loss of a batch, and its gradient of the mask's vector.
struct Found {
    loss: f32,
    gradient: Vec<f32>,
}

fn pass<A: TrainBackend>(
    model: &FineTuned<A>,
    mask: u32,
    pieces: &[&Piece],
    share: f64,
    draws: &mut impl rand::Rng,
) -> Found {
    let behind = model.tokeniser().behind().len();
    let (mut masked, mut places, mut first) = (Vec::with_capacity(pieces.len()), Vec::new(), 0);
    for piece in pieces {
        let mut ids = piece.ids.clone();
        let ends = piece.words.iter().skip(1).map(|&(_, next)| next as usize);
        for (&(_, begin), end) in piece.words.iter().zip(ends.chain([piece.ids.len() - behind])) {
            if draws.random_bool(share) {
                ids[begin as usize..end].fill(mask);
                places.extend((begin as usize..end).map(|at| (first + at) as u32));
            }
        }
        first += ids.len();
        masked.push(Piece { ids, words: piece.words.clone() });
    }
    let width = model.config().embedding_size;
    if places.is_empty() {
        return Found { loss: 0.0, gradient: vec![0.0; width] };
    }
    let device = model.device();
    let rows = |x: Tensor<A, 2>| x.select(0, index(places.iter().copied(), device));
    let seen = model.encode_inner(&SubwordBatch::new(pieces.iter().copied(), model.config()), None);
    let batch = SubwordBatch::new(&masked, model.config());
    let built = Building::begin();
    let states = model.encode(&batch, None);
    let off = standardised(rows(states.rows.clone())) - standardised(rows(Tensor::from_inner(seen)));
    let [count, hidden] = off.dims();
    let loss = off.square().sum() / (count * hidden) as f32;
    let found = built.backward(&loss);
    let at = batch.distinct.iter().position(|&id| id == mask);
    let gradient = states.table.and_then(|table| table.grad(&found)).zip(at).map(|(gradient, at)| {
        let device = gradient.device();
        host(gradient.select(0, index([at as u32].into_iter(), &device)))
    });
    let loss = host(loss.inner()).first().copied().unwrap_or_default();
    Found { loss, gradient: gradient.unwrap_or_else(|| vec![0.0; width]) }
}
