//! The network.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::Rng;
use xner_nn::{BiLstm, BiLstmConfig, BiLstmSpec, Crf, NerBackend, Reduction, init, tanh};
use xner_train::config::LossMean;

use super::attention::Attention;
use super::batch::Batch;
use super::characters::Characters;
use super::lexicon::Lexicon;
use super::tagger::Network;
use crate::config::ModelConfig;

/// Lample et al.'s char-BiLSTM-CRF as Bari et al. (2020) use it, up to equation 2:
///
/// ```text
/// x_k = [word vector of w_k ; last states of the character bi-LSTM over w_k]
/// h_k = states of the word bi-LSTM over x_1 … x_m
/// d_k = tanh(W_d h_k + b_d)                      the point-wise dense layer, the "common encoder"
/// emissions of the CRF = W_t d_k + b_t
/// ```
///
/// With self-attention (Xie et al. 2018), `d_k` reads `[h_k ; c_k]` in the place of `h_k`, `c_k` being what
/// [`Attention`] makes of the sentence's states. Xie et al.'s released code has no dense layer: there `[h_k ; c_k]`
/// goes straight to the CRF's emissions.
///
/// Word vectors are no part of it: they come in with each batch.
#[derive(Module, Debug)]
pub struct BiLstmCrf<B: Backend> {
    /// The character part, if there is one.
    pub characters: Option<Characters<B>>,
    /// The word bi-LSTM.
    pub encoder: BiLstm<B>,
    /// The self-attention over the word bi-LSTM's states, if there is any.
    pub attention: Option<Attention<B>>,
    /// The point-wise dense layer.
    pub dense: Linear<B>,
    /// From the dense layer to the tags.
    pub projection: Linear<B>,
    /// The CRF.
    pub crf: Crf<B>,
}

/// Dropout of one training step: rates, and the numbers behind the masks.
pub struct Dropout<'a, R: Rng> {
    /// Share of a token's features.
    pub features: f32,
    /// Share of the word bi-LSTM's states.
    pub states: f32,
    /// Share of the contexts that self-attention makes of these states.
    pub attention: f32,
    /// Decides which.
    pub rng: &'a mut R,
}

impl<B: Backend> BiLstmCrf<B> {
    /// With seeded weights, for `characters` rows of character embedding (0: no characters), vectors of
    /// `dim` numbers and `tags` tags.
    pub fn new(
        config: &ModelConfig,
        characters: usize,
        dim: usize,
        tags: usize,
        device: &B::Device,
        rng: &mut impl Rng,
    ) -> Self {
        let reads = config.characters.enabled && characters > 0;
        let input = dim + if reads { 2 * config.characters.hidden } else { 0 };
        let sizes = BiLstmConfig { input, hidden: config.hidden, tied: config.tied };
        let states = 2 * config.hidden;
        Self {
            characters: reads
                .then(|| Characters::new(&config.characters, characters, config.tied, device, rng)),
            encoder: sizes.init(device, rng),
            attention: config.attention.then(|| Attention::new(states, device, rng)),
            dense: init::linear(
                if config.attention { 2 * states } else { states },
                config.dense,
                device,
                rng,
            ),
            projection: init::linear(config.dense, tags, device, rng),
            // Drawn last: a seed's other weights are those that it always gave.
            crf: {
                let crf = Crf::new(tags, device, rng);
                if config.ends { crf } else { crf.without_ends() }
            },
        }
    }
}

impl<B: NerBackend> BiLstmCrf<B> {
    /// The features of each distinct word, `[words, dim + 2 * character hidden]`, from their vectors
    /// `[words, dim]`.
    pub fn features(&self, vectors: Tensor<B, 2>, batch: &Batch) -> Tensor<B, 2> {
        match (&self.characters, &batch.characters) {
            (Some(part), Some(characters)) => Tensor::cat(vec![vectors, part.forward(characters)], 1),
            _ => vectors,
        }
    }

    /// The word bi-LSTM's states of each token in packed rows, `[rows, 2 * hidden]`, without dropout; with
    /// self-attention each token's context stands behind its state, `[rows, 4 * hidden]`. The bi-LSTM's input
    /// product is made once for each distinct word.
    pub fn encode(&self, features: Tensor<B, 2>, batch: &Batch) -> Tensor<B, 2> {
        let states = self.encoder.forward(features, Some(&batch.ids), &batch.packing);
        self.attend(states, batch, |context| context)
    }

    /// As [`BiLstmCrf::encode`], with dropout on the features of each token, on the states and on the contexts that
    /// self-attention makes of what is left of the states. The first `frozen` features get no gradient.
    pub fn encode_dropped<R: Rng>(
        &self,
        features: Tensor<B, 2>,
        batch: &Batch,
        frozen: usize,
        dropout: &mut Dropout<'_, R>,
    ) -> Tensor<B, 2> {
        let states = dropped_states(&self.encoder, features, batch, frozen, dropout);
        self.attend(states, batch, |context| dropped(context, dropout.attention, dropout.rng))
    }

    /// The states, each with its context behind it where there is self-attention.
    fn attend(
        &self,
        states: Tensor<B, 2>,
        batch: &Batch,
        drop: impl FnOnce(Tensor<B, 2>) -> Tensor<B, 2>,
    ) -> Tensor<B, 2> {
        match &self.attention {
            Some(attention) => {
                let context = drop(attention.context(states.clone(), &batch.packing));
                Tensor::cat(vec![states, context], 1)
            }
            None => states,
        }
    }

    /// The dense layer's features of each token, `[rows, dense]`, from the states.
    pub fn common(&self, states: Tensor<B, 2>) -> Tensor<B, 2> {
        tanh(self.dense.forward(states))
    }

    /// The tags' scores of each token, `[rows, tags]`, from the states.
    pub fn emissions(&self, states: Tensor<B, 2>) -> Tensor<B, 2> {
        self.projection.forward(self.common(states))
    }

    /// The mean of -log p(gold) over the batch's sentences or tokens, `[1]`; `gold` is in packed rows.
    pub fn loss(&self, emissions: Tensor<B, 2>, gold: &[u16], batch: &Batch, mean: LossMean) -> Tensor<B, 1> {
        match mean {
            LossMean::Sentence => self.crf.loss(emissions, gold, &batch.packing, Reduction::Mean),
            LossMean::Token => {
                self.crf.loss(emissions, gold, &batch.packing, Reduction::Sum) / gold.len().max(1) as f32
            }
        }
    }
}

impl<B: NerBackend> Network<B> for BiLstmCrf<B> {
    fn features_of(&self, lexicon: &Lexicon, batch: &Batch, device: &B::Device) -> Tensor<B, 2> {
        let vectors = init::tensor(batch.vectors(lexicon), [batch.rows.len(), lexicon.dim], device);
        self.common(self.encode(self.features(vectors, batch), batch))
    }

    fn head(&self) -> &Self {
        self
    }
}

/// The states of `encoder` of each token of a batch, `[rows, 2 * hidden]`, with dropout on the features of each token
/// and on the states; the first `frozen` features get no gradient.
pub(crate) fn dropped_states<B: NerBackend, R: Rng>(
    encoder: &BiLstm<B>,
    features: Tensor<B, 2>,
    batch: &Batch,
    frozen: usize,
    dropout: &mut Dropout<'_, R>,
) -> Tensor<B, 2> {
    let device = features.device();
    let ids: Vec<i32> = batch.ids.iter().map(|&id| id as i32).collect();
    let ids: Tensor<B, 1, Int> = Tensor::from_data(TensorData::new(ids, [batch.ids.len()]), &device);
    let tokens = dropped(features.select(0, ids), dropout.features, dropout.rng);
    let spec = BiLstmSpec { frozen, ..encoder.spec(None, &batch.packing) };
    dropped(encoder.run(tokens, &spec), dropout.states, dropout.rng)
}

fn dropped<B: Backend, R: Rng>(x: Tensor<B, 2>, rate: f32, rng: &mut R) -> Tensor<B, 2> {
    if rate == 0.0 {
        return x;
    }
    let (shape, device) = (x.dims(), x.device());
    x * init::dropout_mask(shape, f64::from(rate), &device, rng)
}
