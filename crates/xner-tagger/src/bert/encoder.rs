//! A pretrained encoder, for inference.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use xner_nn::{EncoderOps, FixedLayer, init};
use xner_train::{Purpose, stream, weights::host};

use super::batch::{Piece, SubwordBatch};
use super::config::BertConfig;
use super::network::{self, Embeddings};
use super::parts::{Read, Shape};
use super::weights::Checkpoint;
use crate::Result;

/// The hidden states of one sentence, layer by layer: `[subwords, hidden]` each, row by row.
pub type HiddenStates = Vec<Vec<f32>>;

/// An encoder without a head: mBERT of equation 1 of `TransAdv` and of Wu et al. (2020).
#[derive(Debug, Clone)]
pub struct BertEncoder<B: Backend> {
    /// Sizes and switches.
    pub config: BertConfig,
    /// The table of subwords, `[vocabulary, hidden]` row by row, on the host.
    pub words: Arc<Vec<f32>>,
    /// What comes before the layers.
    pub embeddings: Embeddings<B>,
    /// The layers.
    pub layers: Vec<FixedLayer<B>>,
    pub(super) device: B::Device,
}

impl<B: EncoderOps> BertEncoder<B> {
    /// Reads `config.json` and the weights of a directory of Hugging Face's layout. What the weights hold beyond an
    /// encoder is nobody's business here.
    ///
    /// # Errors
    /// [`crate::Error::Io`], [`crate::Error::Model`] and [`crate::Error::Tensor`] name the file, and the key or tensor,
    /// that is missing, cut short or does not fit.
    pub fn open(folder: &Path, device: &B::Device) -> Result<Self> {
        let config = BertConfig::read(&folder.join("config.json"))?;
        Self::read(&mut Checkpoint::open(folder)?, config, device)
    }

    /// An encoder of a checkpoint's tensors.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] for a tensor that is missing, of another shape or not finite.
    pub fn read(checkpoint: &mut Checkpoint, config: BertConfig, device: &B::Device) -> Result<Self> {
        let words =
            checkpoint.take("embeddings.word_embeddings.weight", &[config.vocab_size, config.hidden_size])?;
        // The values are replaced at once; only shapes count.
        let mut rng = stream(0, Purpose::Weights, 0, 0);
        let embeddings =
            Embeddings::new(&config, device, &mut rng).read(checkpoint, Shape::of(&config), "")?;
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for at in 0..config.num_hidden_layers {
            let layer = network::layer(&config, device, &mut rng);
            let layer = layer.read(checkpoint, Shape::of(&config), &format!("encoder.layer.{at}."))?;
            layers.push(layer.into());
        }
        Ok(Self { config, words: Arc::new(words), embeddings, layers, device: device.clone() })
    }

    /// The layers' input.
    pub fn embed(&self, batch: &SubwordBatch) -> Tensor<B, 2> {
        let width = self.config.hidden_size;
        let words = batch.vectors(&self.words, width);
        let words = init::tensor(words, [batch.rows.len(), width], &self.device);
        self.embeddings.forward(words, batch, self.config.layer_norm_eps)
    }

    /// The last layer's states of a batch, `[rows, hidden]`.
    pub fn last(&self, batch: &SubwordBatch) -> Tensor<B, 2> {
        // On one of rayon's threads from here on, or each of the layers' parallel parts would call one.
        rayon::scope(|_| {
            let spec = network::spec(batch, &self.config, None);
            self.layers.iter().fold(self.embed(batch), |x, layer| layer.forward(x, &spec))
        })
    }

    /// The states of every layer for sentences given as subwords, special ones among them: for each sentence the
    /// layers' input and each layer's output.
    ///
    /// # Panics
    /// When a subword is beyond the vocabulary, or a sentence longer than [`BertConfig::max_length`].
    pub fn hidden_states(&self, sentences: &[Vec<u32>]) -> Vec<HiddenStates> {
        let pieces: Vec<Piece> =
            sentences.iter().map(|ids| Piece { ids: ids.clone(), words: Vec::new() }).collect();
        let batch = SubwordBatch::new(&pieces, &self.config);
        let width = self.config.hidden_size;
        let mut found = vec![HiddenStates::new(); sentences.len()];
        let mut keep = |x: &Tensor<B, 2>| {
            let values = host(x.clone());
            let mut row = 0;
            for (states, ids) in found.iter_mut().zip(sentences) {
                states.push(values[row * width..(row + ids.len()) * width].to_vec());
                row += ids.len();
            }
        };
        let spec = network::spec(&batch, &self.config, None);
        let mut x = self.embed(&batch);
        keep(&x);
        for layer in &self.layers {
            x = layer.forward(x, &spec);
            keep(&x);
        }
        found
    }
}
