//! The encoder and the head as modules.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::log_softmax;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::Rng;
use xner_nn::{
    Crf, EncoderDropout, EncoderLayer, EncoderLayerConfig, EncoderOps, EncoderSpec, NerBackend, init,
};

use super::batch::SubwordBatch;
use super::config::{BertConfig, Head};

/// What comes before the layers, but for the table of subwords, which stays on the host.
#[derive(Module, Debug)]
pub struct Embeddings<B: Backend> {
    /// `[positions, hidden]`
    pub positions: Param<Tensor<B, 2>>,
    /// `[token types, hidden]`; every subword is of type 0.
    pub types: Param<Tensor<B, 2>>,
    /// The norm's gain: `[hidden]`
    pub gain: Param<Tensor<B, 1>>,
    /// The norm's bias: `[hidden]`
    pub bias: Param<Tensor<B, 1>>,
}

impl<B: Backend> Embeddings<B> {
    /// With seeded values.
    pub fn new(config: &BertConfig, device: &B::Device, rng: &mut impl Rng) -> Self {
        let hidden = config.hidden_size;
        let mut table = |rows| Param::from_tensor(init::uniform([rows, hidden], 0.02, device, rng));
        let same = |value| Param::from_tensor(init::tensor(vec![value; hidden], [hidden], device));
        Self {
            positions: table(config.max_position_embeddings),
            types: table(config.type_vocab_size),
            gain: same(1.0),
            bias: same(0.0),
        }
    }

    /// The layers' input, `[rows, hidden]`, from the rows of the table of subwords, `[rows, hidden]`.
    pub fn forward(&self, words: Tensor<B, 2>, batch: &SubwordBatch, epsilon: f64) -> Tensor<B, 2> {
        let device = words.device();
        let positions = self.positions.val().select(0, index(batch.positions.iter().copied(), &device));
        let x = words + positions + self.types.val().narrow(0, 0, 1);
        let centred = x.clone() - x.mean_dim(1);
        let variance = centred.clone().square().mean_dim(1);
        centred / (variance + epsilon).sqrt() * self.gain.val().unsqueeze() + self.bias.val().unsqueeze()
    }
}

/// Numbers as a tensor on the device.
pub(super) fn index<B: Backend>(
    rows: impl ExactSizeIterator<Item = u32>,
    device: &B::Device,
) -> Tensor<B, 1, Int> {
    let shape = [rows.len()];
    let rows: Vec<i32> = rows.map(|row| row as i32).collect();
    Tensor::from_data(TensorData::new(rows, shape), device)
}

/// What comes behind the layers: a linear layer to the tags' scores, and a CRF over them where one is wanted. Its
/// softmax is equation 2 of `TransAdv` and of Wu et al. (2020).
#[derive(Module, Debug)]
pub struct TagHead<B: Backend> {
    /// `[hidden] -> [tags]`
    pub dense: Linear<B>,
    /// The scores of neighbouring tags.
    pub crf: Option<Crf<B>>,
}

impl<B: Backend> TagHead<B> {
    /// With seeded weights: about normal with a deviation of 0.02, as BERT's layers begin; biases zero.
    pub fn new(hidden: usize, tags: usize, head: Head, device: &B::Device, rng: &mut impl Rng) -> Self {
        let mut dense = init::linear(hidden, tags, device, rng);
        dense.weight = Param::from_tensor(init::normal([hidden, tags], 0.02, device, rng));
        Self { dense, crf: (head == Head::Crf).then(|| Crf::new(tags, device, rng)) }
    }
}

impl<B: NerBackend> TagHead<B> {
    /// The mean loss of each word that has a tag: -log softmax at the gold tag; with a CRF -log p(gold) of each
    /// window, over its words.
    ///
    /// `scores` is `[words, tags]` of the batch's words in order, `gold` their tags.
    pub fn loss(&self, scores: Tensor<B, 2>, gold: &[u16], batch: &SubwordBatch) -> Tensor<B, 1> {
        let device = scores.device();
        let count = gold.len().max(1) as f32;
        let Some(crf) = &self.crf else {
            let gold: Tensor<B, 1, Int> = index(gold.iter().map(|&tag| u32::from(tag)), &device);
            return log_softmax(scores, 1).gather(1, gold.unsqueeze_dim(1)).sum().neg() / count;
        };
        let (packing, order) = batch.packed_words();
        let scores = scores.select(0, index(order.iter().copied(), &device));
        let gold: Vec<u16> = order.iter().map(|&word| gold[word as usize]).collect();
        crf.loss(scores, &gold, &packing, xner_nn::Reduction::Sum) / count
    }
}

/// A new layer of an encoder.
pub(super) fn layer<B: Backend>(
    config: &BertConfig,
    device: &B::Device,
    rng: &mut impl Rng,
) -> EncoderLayer<B> {
    EncoderLayerConfig { width: config.hidden_size, inner: config.intermediate_size }.init(device, rng)
}

/// What a layer is told of a batch.
pub(super) fn spec(
    batch: &SubwordBatch,
    config: &BertConfig,
    dropout: Option<EncoderDropout>,
) -> EncoderSpec {
    EncoderSpec {
        lengths: batch.lengths.clone(),
        heads: config.num_attention_heads,
        epsilon: config.layer_norm_eps as f32,
        dropout,
    }
}

/// Runs a layer on the rows of a batch.
pub(super) fn run<B: EncoderOps>(
    layer: &EncoderLayer<B>,
    x: Tensor<B, 2>,
    batch: &SubwordBatch,
    config: &BertConfig,
    dropout: Option<EncoderDropout>,
) -> Tensor<B, 2> {
    layer.forward(x, &spec(batch, config, dropout))
}
