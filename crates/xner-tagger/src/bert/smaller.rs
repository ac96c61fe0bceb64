//! A smaller model of a token classifier: some of its layers, some of its subwords.
//!
//! It is what a student of distillation begins as. Its head is the teacher's, so the tags are the same.

use std::path::Path;
use std::sync::Arc;

use xner_corpus::Sentence;
use xner_nn::{FixedLayer, NerBackend};
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
    /// The most subwords: special ones and single characters, then the most frequent; none for all.
    pub subwords: Option<usize>,
    /// Subwords that are used less often are left out, where some are.
    pub least: u64,
}

/// Writes a smaller model of the token classifier `model`, of Hugging Face's layout; `texts` tell which subwords are
/// used. Returns the number of its subwords.
///
/// # Errors
/// As [`BertTagger::open`]; [`Error::Setting`] for a layer that the model does not have; [`Error::Model`] for a
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
    tagger.keys.bits = None;
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
