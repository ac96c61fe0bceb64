//! The model directory, in Hugging Face's layout.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::backend::Backend;
use xner_corpus::TagSet;
use xner_nn::{EncoderLayer, FixedLayer, Hold, NerBackend};
use xner_train::{Purpose, digest, files, stream};

use super::config::{BertConfig, XnerKeys};
use super::eight::{EmbeddingBits, Rows, SCALE, precision};
use super::encoder::BertEncoder;
use super::four::{BLOCK, Blocks};
use super::head::TagHead;
use super::network::{Embeddings, LastNorm};
use super::parts::{Named, Read};
use super::shapes;
use super::table::Table;
use super::tagger::BertTagger;
use super::tags::labels;
use super::tokeniser::{TOKENISER, TOKENISER_SETTINGS, Tokeniser};
use super::weights::{Checkpoint, Values, write_safetensors};
use crate::{Error, Result, is_model};

const CONFIG: &str = "config.json";
const TENSORS: &str = "model.safetensors";

impl<B: NerBackend> BertTagger<B> {
    /// Opens a token classifier of Hugging Face's layout, one that `xner train` wrote or any other.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is missing; [`Error::Model`] for one that is cut short, malformed or not of this
    /// model, and for labels that are no tags; [`Error::Tensor`] for a tensor that is missing, unexpected, of another
    /// shape or not finite.
    pub fn open(folder: &Path, device: &B::Device) -> Result<Self> {
        is_model(folder)?;
        let path = folder.join(CONFIG);
        let config = BertConfig::read(&path)?;
        let labels = labels(&config, &path)?;
        let keys = config.xner.clone().unwrap_or_else(|| {
            let keys = XnerKeys::new(labels.tags.scheme());
            let length = config.max_length().min(keys.length);
            XnerKeys { length, overlap: keys.overlap.min(length / 4), ..keys }
        });
        digest::check(folder)?;
        let mut checkpoint = Checkpoint::open(folder)?;
        let (hidden, count, precision) = (config.hidden_size, config.labels.len(), precision(keys.bits));
        // Before anything is allocated by the sizes that config.json claims.
        shapes::check(&checkpoint, &config)?;
        TagHead::<B>::expect(&checkpoint, hidden, labels.tags.len(), count, keys.head)?;
        // Side by side: a small model takes as long to read its subwords as its weights.
        let (tokeniser, encoder) = rayon::join(
            || Tokeniser::open(folder, &config),
            || BertEncoder::read(&mut checkpoint, config.clone(), device, Hold::Once(precision)),
        );
        let (tokeniser, encoder) = (Arc::new(tokeniser?), encoder?);
        let mut rng = stream(0, Purpose::Weights, 0, 0);
        let head = TagHead::of(&encoder.config, labels.tags.len(), keys.head, device, &mut rng);
        let head = head.read(&mut checkpoint, hidden, &labels.rows, count)?;
        if let Some(name) = checkpoint.unexpected().first() {
            let message = format!("has a tensor `{name}` that a token classifier has not");
            return Err(Error::model(&folder.join(TENSORS), message));
        }
        Self::new(encoder, head, tokeniser, keys, &labels.tags)
    }

    /// Writes the model directory: `config.json`, `model.safetensors`, `tokenizer.json`, `tokenizer_config.json`, and
    /// the digests of these ([`digest`]).
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, folder: &Path) -> Result<()> {
        self.save_rounded(folder, 8)
    }

    /// The same with matrices of 8 bits rounded to so many.
    pub(super) fn save_rounded(&self, folder: &Path, bits: u32) -> Result<()> {
        let BertEncoder { config, words, embeddings, layers, last, .. } = &self.encoder;
        let layers = layers.iter().map(FixedLayer::layer).collect();
        let last = last.as_ref();
        let tags = crate::Tagger::tag_set(self);
        let (keys, head) = (self.keys.clone(), &self.head);
        Parts { config, keys, rounding: bits, words, embeddings, layers, last, head, tags }
            .save(folder, &self.tokeniser)
    }
}

/// The parts of a model directory to be.
pub(super) struct Parts<'a, B: Backend> {
    pub config: &'a BertConfig,
    pub keys: XnerKeys,
    /// Bits of what the matrices of 8 bits may hold.
    pub rounding: u32,
    pub words: &'a Table,
    pub embeddings: &'a Embeddings<B>,
    pub layers: Vec<Cow<'a, EncoderLayer<B>>>,
    pub last: Option<&'a LastNorm<B>>,
    pub head: &'a TagHead<B>,
    pub tags: &'a TagSet,
}

impl<B: Backend> Parts<'_, B> {
    /// Writes the directory; `config.json` is the last file, and without it there is no model. Behind it come the
    /// digests of all.
    pub(super) fn save(self, folder: &Path, tokeniser: &Tokeniser) -> Result<()> {
        let Self { config, keys, rounding, words, embeddings, layers, last, head, tags } = self;
        files::create_folder(folder)?;
        let path = folder.join(CONFIG);
        match std::fs::remove_file(&path) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(&path)(fault));
            }
            _ => {}
        }
        digest::clear(folder)?;
        tokeniser.save(folder)?;
        let (prefix, names) = (config.family.prefix(), &config.kind().names);
        let mut tensors: Named = Vec::new();
        embeddings.write(names, prefix, &mut tensors);
        for (at, layer) in layers.into_iter().enumerate() {
            layer.write(names, &format!("{prefix}{}{at}.", names.layer), &mut tensors);
        }
        if let Some(last) = last {
            last.write(names, prefix, &mut tensors);
        }
        let matrices = tensors.len();
        head.write(&mut tensors);
        let full = words.full();
        let shape = vec![config.vocab_size, config.embedding_size];
        let words = (format!("{prefix}{}", names.words), shape, full.as_slice());
        let mut all = vec![(words.0.clone(), words.1.clone(), Values::Floats(words.2))];
        all.extend(
            tensors.iter().map(|(name, shape, values)| (name.clone(), shape.clone(), Values::Floats(values))),
        );
        let four = keys.embedding_bits.map(|EmbeddingBits::Four| Blocks::quantise(&full));
        let mut rounded = Vec::new();
        if keys.bits.is_some() {
            // The table and the encoder's matrices; what is behind it is the head.
            for (name, shape, values) in &all[usize::from(four.is_some())..=matrices] {
                if let ([_, columns], Values::Floats(floats)) = (shape.as_slice(), &values) {
                    rounded.push((name.clone(), Rows::rounded(floats, *columns, rounding)));
                }
            }
        }
        if let Some(blocks) = &four {
            let (name, shape) =
                (all[0].0.clone(), |per: usize| vec![config.vocab_size, config.embedding_size / per]);
            all[0] = (name.clone(), shape(2), Values::Bytes(&blocks.bytes));
            all.push((format!("{name}{SCALE}"), shape(BLOCK), Values::Halves(&blocks.scales)));
        }
        for (name, rows) in &rounded {
            if let Some((_, _, values)) = all.iter_mut().find(|(other, ..)| other == name) {
                *values = Values::Whole(&rows.values);
            }
            all.push((format!("{name}{SCALE}"), vec![rows.scales.len()], Values::Floats(&rows.scales)));
        }
        write_safetensors(&folder.join(TENSORS), &all)?;
        let names = tags.tags().iter().map(ToString::to_string).collect();
        config.clone().for_token_classification(names, keys).write(&path)?;
        digest::write(folder, &[CONFIG, TENSORS, TOKENISER, TOKENISER_SETTINGS])
    }
}
