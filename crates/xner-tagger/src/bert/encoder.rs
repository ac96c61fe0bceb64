//! A pretrained encoder, for inference.

use std::path::Path;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use xner_nn::{EncoderOps, FixedLayer, Hold, Precision, init};
use xner_train::{digest, weights::host};

use super::batch::{Piece, SubwordBatch};
use super::config::BertConfig;
use super::network::{self, Embeddings, LastNorm};
use super::parts::{self, Read};
use super::shapes;
use super::table::Table;
use super::weights::Checkpoint;
use crate::Result;

/// The hidden states of one sentence, layer by layer: `[subwords, hidden]` each, row by row.
pub type HiddenStates = Vec<Vec<f32>>;

/// An encoder without a head: mBERT of equation 1 of `TransAdv` and of Wu et al. (2020).
#[derive(Debug, Clone)]
pub struct BertEncoder<B: Backend> {
    /// Sizes and switches.
    pub config: BertConfig,
    /// The table of subwords, `[vocabulary, embedding]`.
    pub words: Table,
    /// What comes before the layers.
    pub embeddings: Embeddings<B>,
    /// The layers.
    pub layers: Vec<FixedLayer<B>>,
    /// The norm behind the last layer, where the architecture has one.
    pub last: Option<LastNorm<B>>,
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
        crate::is_model(folder)?;
        let config = BertConfig::read(&folder.join("config.json"))?;
        digest::check(folder)?;
        Self::read(&mut Checkpoint::open(folder)?, config, device, Hold::Both)
    }

    /// An encoder of a checkpoint's tensors.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] for a tensor that is missing, of another shape or not finite.
    pub fn read(
        checkpoint: &mut Checkpoint,
        config: BertConfig,
        device: &B::Device,
        hold: Hold,
    ) -> Result<Self> {
        shapes::check(checkpoint, &config)?;
        let names = &config.kind().names;
        let words = checkpoint.take_table(names.words, &[config.vocab_size, config.embedding_size])?;
        let embeddings = Embeddings::zeros(&config, device).read(checkpoint, names, "")?;
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for at in 0..config.num_hidden_layers {
            let (layer, prefix) = (network::zeros(&config, at, device), format!("{}{at}.", names.layer));
            let eight = (hold == Hold::Once(Precision::Eight))
                .then(|| parts::eight(&layer, checkpoint, names, &prefix))
                .transpose()?
                .flatten();
            layers.push(match eight {
                Some(layer) => layer,
                None => hold.layer(layer.read(checkpoint, names, &prefix)?),
            });
        }
        let last = LastNorm::new(&config, device);
        let last = last.map(|last| last.read(checkpoint, names, "")).transpose()?;
        Ok(Self { config, words, embeddings, layers, last, device: device.clone() })
    }

    /// The layers' input.
    pub fn embed(&self, batch: &SubwordBatch) -> Tensor<B, 2> {
        let width = self.config.embedding_size;
        let words = self.words.vectors(batch, width);
        let words = init::tensor(words, [batch.rows.len(), width], &self.device);
        self.embeddings.project(self.embeddings.forward(words, batch, self.config.layer_norm_eps))
    }

    /// The last layer's states of a batch, behind the last norm where there is one: `[rows, hidden]`.
    pub fn last(&self, batch: &SubwordBatch) -> Tensor<B, 2> {
        self.states(batch, self.layers.len())
    }

    /// The states of a batch behind so many layers, `[rows, hidden]`; 0 for their input, and behind all of them behind
    /// the last norm too. The layers above are not computed.
    pub fn states(&self, batch: &SubwordBatch, layers: usize) -> Tensor<B, 2> {
        // On one of rayon's threads from here on, or each of the layers' parallel parts would call one.
        rayon::scope(|_| {
            let below = self.layers.iter().enumerate().take(layers);
            let x = below.fold(self.embed(batch), |x, (at, layer)| {
                layer.forward(x, &network::spec(batch, &self.config, at, None))
            });
            if layers < self.layers.len() { x } else { self.normalised(x) }
        })
    }

    fn normalised(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        match &self.last {
            Some(last) => last.forward(x, self.config.layer_norm_eps),
            None => x,
        }
    }

    /// The states of every layer for sentences given as subwords, special ones among them: for each sentence the
    /// layers' input and each layer's output, the last one's behind the last norm where there is one.
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
        let mut x = self.embed(&batch);
        keep(&x);
        for (at, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x, &network::spec(&batch, &self.config, at, None));
            if at + 1 == self.layers.len() {
                x = self.normalised(x);
            }
            keep(&x);
        }
        found
    }
}
