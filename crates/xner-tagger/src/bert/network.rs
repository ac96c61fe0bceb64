//! The encoder as modules.

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::Rng;
use xner_nn::{EncoderDropout, EncoderLayer, EncoderLayerConfig, EncoderOps, EncoderSpec, init};

use super::batch::SubwordBatch;
use super::config::BertConfig;
use super::kind::Positions;

/// What comes before the layers, but for the table of subwords, which stays on the host.
#[derive(Module, Debug)]
pub struct Embeddings<B: Backend> {
    /// `[positions, embedding]`
    pub positions: Option<Param<Tensor<B, 2>>>,
    /// `[token types, embedding]`; every subword is of type 0.
    pub types: Option<Param<Tensor<B, 2>>>,
    /// The norm's gain: `[embedding]`
    pub gain: Param<Tensor<B, 1>>,
    /// The norm's bias: `[embedding]`
    pub bias: Option<Param<Tensor<B, 1>>>,
    /// The way to the layers' width, `[embedding, hidden]`, where that is another.
    pub project: Option<Param<Tensor<B, 2>>>,
    /// Its bias: `[hidden]`
    pub project_bias: Option<Param<Tensor<B, 1>>>,
}

impl<B: Backend> Embeddings<B> {
    /// With seeded values.
    pub fn new(config: &BertConfig, device: &B::Device, rng: &mut impl Rng) -> Self {
        Self::filled(config, device, |shape| init::uniform(shape, 0.02, device, rng))
    }

    /// With zeros in the tables, to be replaced.
    pub fn zeros(config: &BertConfig, device: &B::Device) -> Self {
        Self::filled(config, device, |shape| Tensor::zeros(shape, device))
    }

    fn filled(
        config: &BertConfig,
        device: &B::Device,
        mut matrix: impl FnMut([usize; 2]) -> Tensor<B, 2>,
    ) -> Self {
        let (width, hidden) = (config.embedding_size, config.hidden_size);
        let mut table = |rows, columns| Param::from_tensor(matrix([rows, columns]));
        let same = |value, size| Param::from_tensor(init::tensor(vec![value; size], [size], device));
        let has_table = config.kind().positions != Positions::Rotary;
        Self {
            positions: has_table.then(|| table(config.max_position_embeddings, width)),
            types: (config.type_vocab_size > 0).then(|| table(config.type_vocab_size, width)),
            gain: same(1.0, width),
            bias: config.biases().norms.then(|| same(0.0, width)),
            project: (width != hidden).then(|| table(width, hidden)),
            project_bias: (width != hidden).then(|| same(0.0, hidden)),
        }
    }

    /// The normalised embeddings, `[rows, embedding]`, from the rows of the table of subwords. With
    /// [`Embeddings::project`] they are the layers' input.
    pub fn forward(&self, words: Tensor<B, 2>, batch: &SubwordBatch, epsilon: f64) -> Tensor<B, 2> {
        let device = words.device();
        let mut x = words;
        if let Some(table) = &self.positions {
            x = x + table.val().select(0, index(batch.positions.iter().copied(), &device));
        }
        if let Some(table) = &self.types {
            x = x + table.val().narrow(0, 0, 1);
        }
        norm(x, &self.gain, self.bias.as_ref(), epsilon)
    }

    /// The layers' input, `[rows, hidden]`, from the normalised embeddings, behind their dropout.
    pub fn project(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        let x = match &self.project {
            Some(weight) => x.matmul(weight.val()),
            None => x,
        };
        match &self.project_bias {
            Some(bias) => x + bias.val().unsqueeze(),
            None => x,
        }
    }
}

/// The norm behind the last layer, of architectures whose layers have theirs before.
#[derive(Module, Debug)]
pub struct LastNorm<B: Backend> {
    /// `[hidden]`
    pub gain: Param<Tensor<B, 1>>,
    /// `[hidden]`
    pub bias: Option<Param<Tensor<B, 1>>>,
}

impl<B: Backend> LastNorm<B> {
    /// With gains of 1 and biases of 0, for an architecture that has one.
    pub fn new(config: &BertConfig, device: &B::Device) -> Option<Self> {
        config.kind().names.last?;
        let hidden = config.hidden_size;
        let same = |value| Param::from_tensor(init::tensor(vec![value; hidden], [hidden], device));
        Some(Self { gain: same(1.0), bias: config.biases().norms.then(|| same(0.0)) })
    }

    /// The normalised states, `[rows, hidden]`.
    pub fn forward(&self, x: Tensor<B, 2>, epsilon: f64) -> Tensor<B, 2> {
        norm(x, &self.gain, self.bias.as_ref(), epsilon)
    }
}

/// Layer norm, row by row: `(x - mean) / √(variance + ε) · gain + bias`.
pub(super) fn norm<B: Backend>(
    x: Tensor<B, 2>,
    gain: &Param<Tensor<B, 1>>,
    bias: Option<&Param<Tensor<B, 1>>>,
    epsilon: f64,
) -> Tensor<B, 2> {
    let centred = x.clone() - x.mean_dim(1);
    let variance = centred.clone().square().mean_dim(1);
    let x = centred / (variance + epsilon).sqrt() * gain.val().unsqueeze();
    match bias {
        Some(bias) => x + bias.val().unsqueeze(),
        None => x,
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

/// A layer of an encoder, counted from 0, of zeros, to be replaced.
pub(super) fn zeros<B: Backend>(config: &BertConfig, at: usize, device: &B::Device) -> EncoderLayer<B> {
    let (width, inner) = (config.hidden_size, config.intermediate_size);
    EncoderLayerConfig { width, inner, form: config.form(at), biases: config.biases() }.zeros(device)
}

/// What a layer, counted from 0, is told of a batch.
pub(super) fn spec(
    batch: &SubwordBatch,
    config: &BertConfig,
    at: usize,
    dropout: Option<EncoderDropout>,
) -> EncoderSpec {
    EncoderSpec {
        lengths: batch.lengths.clone(),
        heads: config.num_attention_heads,
        epsilon: config.layer_norm_eps as f32,
        dropout,
        form: config.form(at),
    }
}

/// Runs a layer, counted from 0, on the rows of a batch.
pub(super) fn run<B: EncoderOps>(
    layer: &EncoderLayer<B>,
    at: usize,
    x: Tensor<B, 2>,
    batch: &SubwordBatch,
    config: &BertConfig,
    dropout: Option<EncoderDropout>,
) -> Tensor<B, 2> {
    layer.forward(x, &spec(batch, config, at, dropout))
}
