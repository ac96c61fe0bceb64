//! A smaller model of a token classifier: some of its layers, some of its subwords.
//!
//! It is what a student of distillation begins as. Its head is the teacher's, so the tags are the same.

use std::path::Path;
use std::sync::Arc;

use xner_corpus::Sentence;
use xner_nn::{EncoderLayer, FixedLayer, NerBackend};
use xner_train::weights::host;
use xner_train::{Device, on_device};

use super::encoder::BertEncoder;
use super::table::Table;
use super::tokeniser::Uses;
use super::{BertTagger, Tokeniser};
use crate::open::Inner;
use crate::{Error, Result};

/// What of a model a smaller one keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Smaller {
    /// The layers, counted from 0, in this order; empty for all.
    pub layers: Vec<usize>,
    /// How many of the numbers inside the feed-forward blocks are kept, those of the greatest weights; none for all.
    pub inner: Option<usize>,
    /// The most subwords: special ones and single characters, then the most frequent; none for all.
    pub subwords: Option<usize>,
    /// Subwords that are used less often are left out, where some are.
    pub least: u64,
}

/// Writes a smaller model of the token classifier `model`, of Hugging Face's layout; `texts` tell which subwords are
/// used. Returns the number of its subwords.
///
/// # Errors
/// As [`BertTagger::open`]; [`Error::Setting`] for a layer that the model does not have, or more numbers inside its
/// blocks than there are; [`Error::Model`] for a
/// tokeniser of byte pairs; [`Error::Io`].
pub fn write_smaller<'s>(
    model: &Path,
    out: &Path,
    smaller: &Smaller,
    texts: impl IntoIterator<Item = &'s Sentence>,
) -> Result<usize> {
    on_device!(Device::Cpu, A, card => rewrite::<Inner<A>>(model, out, smaller, texts, card))
}

fn rewrite<'s, B: NerBackend>(
    model: &Path,
    out: &Path,
    smaller: &Smaller,
    texts: impl IntoIterator<Item = &'s Sentence>,
    card: &B::Device,
) -> Result<usize> {
    let mut tagger = BertTagger::<B>::open(model, card)?;
    tagger.keys = tagger.keys.full();
    let BertEncoder { config, words, layers, .. } = &mut tagger.encoder;
    if !smaller.layers.is_empty() {
        if let Some(at) = smaller.layers.iter().find(|&&at| at >= layers.len()) {
            let message = format!("names layer {at}, the model has {} of them, counted from 0", layers.len());
            return Err(Error::setting("student.layers", message));
        }
        *layers = smaller.layers.iter().map(|&at| FixedLayer::clone(&layers[at])).collect();
        config.num_hidden_layers = layers.len();
        if let Some(modern) = &mut config.modern {
            modern.attention = smaller.layers.iter().map(|&at| modern.attention[at]).collect();
        }
    }
    if let Some(inner) = smaller.inner {
        if inner > config.intermediate_size {
            let message = format!("is {inner}, expected at most the model's {}", config.intermediate_size);
            return Err(Error::setting("student.inner", message));
        }
        *layers = layers.iter().map(|layer| FixedLayer::passing(narrowed(&layer.layer(), inner))).collect();
        config.intermediate_size = inner;
    }
    if let Some(most) = smaller.subwords {
        let mut uses = Uses::default();
        uses.add(&tagger.tokeniser, texts)?;
        let kept = uses.kept(&tagger.tokeniser, smaller.least, most);
        let (full, width) = (words.full(), config.embedding_size);
        let rows = kept.iter().flat_map(|&id| &full[id as usize * width..][..width]).copied().collect();
        *words = Table::Full(Arc::new(rows));
        config.vocab_size = kept.len();
        let tokeniser: Tokeniser = tagger.tokeniser.cut(&kept, config)?;
        tagger.tokeniser = Arc::new(tokeniser);
    }
    let rows = tagger.encoder.config.vocab_size;
    tagger.save(out)?;
    Ok(rows)
}

/// The layer with so many of the numbers `j` inside its feed-forward block: those for which the norm of what leads to
/// them times that of what leads from them, `|W_up[:, j]| |W_down[j, :]|`, is greatest. They keep their order.
fn narrowed<B: NerBackend>(layer: &EncoderLayer<B>, inner: usize) -> EncoderLayer<B> {
    let (up, down) = (host(layer.up_weight.val()), host(layer.down_weight.val()));
    let ([_, columns], [all, width]) = (layer.up_weight.dims(), layer.down_weight.dims());
    let weight = |at: &usize| {
        let to: f32 = (0..width).map(|row| up[row * columns + at].powi(2)).sum();
        let from: f32 = down[at * width..][..width].iter().map(|x| x * x).sum();
        to * from
    };
    let mut kept: Vec<usize> = (0..all).collect();
    kept.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    kept.truncate(inner);
    kept.sort_unstable();
    layer.narrowed(&kept)
}
