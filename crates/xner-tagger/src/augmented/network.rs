//! The network.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use rand::Rng;
use xner_nn::{BiLstm, BiLstmConfig, NerBackend, init, tanh};

use crate::bilstm::{Batch, BiLstmCrf, Dropout, Lexicon, Network, dropped_states};
use crate::config::{AugmentConfig, Combine, ModelConfig};

/// A source model with a target encoder beside it.
///
/// ```text
/// h_s = source encoder(x)    h_t = target encoder(x)
/// source features: d = tanh(C h_s + b)                              the "common encoder", θ_s
/// joint features:  d = tanh(C (D_t [h_s; h_t] + e_t) + b)           (dense) D_t is the target-specific dense layer,
/// θ_t d = tanh(C h_s + A tanh(D_t h_t + e_t) + b)      (concatenate) d = tanh(C (h_s + tanh(D_t h_t + e_t)) + b)
/// (sum) emissions of the CRF = W_t d + b_t
/// ```
///
/// Both encoders read one table of character embeddings.
#[derive(Module, Debug)]
pub struct Augmented<B: Backend> {
    /// The source model, `θ_s`: its encoder, and what both languages share: character embeddings, the dense layer
    /// ("common encoder"), the CRF.
    pub source: BiLstmCrf<B>,
    /// What the target language has of its own, `θ_t`.
    pub target: TargetEncoder<B>,
}

/// The target language's encoder.
#[derive(Module, Debug)]
pub struct TargetEncoder<B: Backend> {
    /// The bi-LSTM over the shared character embeddings.
    pub characters: Option<BiLstm<B>>,
    /// The word bi-LSTM.
    pub encoder: BiLstm<B>,
    /// The target-specific dense layer `D_t`: `[4 * hidden, 2 * hidden]` from both encoders' features, or
    /// `[2 * hidden, 2 * hidden]` from the target's.
    pub dense: Linear<B>,
    /// `A`: the common encoder's weights for the target's features where they stand side by side, `[2 * hidden,
    /// dense]`.
    pub common: Option<Param<Tensor<B, 2>>>,
}

impl<B: Backend> TargetEncoder<B> {
    /// With seeded weights, beside a source model of the same settings. `A` begins with zeros, and so does the target's
    /// half of a layer over both, whose other half begins as the identity: joint features begin as the source's.
    pub fn new(
        config: &ModelConfig,
        augment: &AugmentConfig,
        characters: bool,
        dim: usize,
        device: &B::Device,
        rng: &mut impl Rng,
    ) -> Self {
        let tied = augment.tied;
        let small =
            BiLstmConfig { input: config.characters.embedding, hidden: config.characters.hidden, tied };
        let input = dim + if characters { 2 * config.characters.hidden } else { 0 };
        let features = 2 * config.hidden;
        let zeros = || init::tensor(vec![0.0; features * config.dense], [features, config.dense], device);
        let dense = if augment.combine == Combine::Dense {
            let mut dense = init::linear(2 * features, features, device, rng);
            let identity = (0..2 * features * features).map(|at| f32::from(at % (features + 1) == 0));
            let first = |at: usize, value: f32| if at < features * features { value } else { 0.0 };
            let values = identity.enumerate().map(|(at, value)| first(at, value)).collect();
            dense.weight = Param::from_tensor(init::tensor(values, [2 * features, features], device));
            dense
        } else {
            init::linear(features, features, device, rng)
        };
        Self {
            characters: characters.then(|| small.init(device, rng)),
            encoder: BiLstmConfig { input, hidden: config.hidden, tied }.init(device, rng),
            dense,
            common: (augment.combine == Combine::Concatenate).then(|| Param::from_tensor(zeros())),
        }
    }
}

impl<B: NerBackend> Augmented<B> {
    /// The features of each distinct word as the target's encoder reads it; see [`BiLstmCrf::features`].
    pub fn target_features(&self, vectors: Tensor<B, 2>, batch: &Batch) -> Tensor<B, 2> {
        match (&self.source.characters, &self.target.characters, &batch.characters) {
            (Some(shared), Some(lstm), Some(characters)) => {
                let ends = lstm.ends(shared.embedding.val(), Some(&characters.ids), &characters.packing);
                Tensor::cat(vec![vectors, ends], 1)
            }
            _ => vectors,
        }
    }

    /// The target encoder's states of each token, `[rows, 2 * hidden]`, in training; see
    /// [`BiLstmCrf::encode_dropped`].
    pub fn target_dropped<R: Rng>(
        &self,
        features: Tensor<B, 2>,
        batch: &Batch,
        frozen: usize,
        dropout: &mut Dropout<'_, R>,
    ) -> Tensor<B, 2> {
        dropped_states(&self.target.encoder, features, batch, frozen, dropout)
    }

    /// The common encoder's features of each token from both encoders' states, `[rows, dense]`.
    pub fn joint(&self, source: Tensor<B, 2>, target: Tensor<B, 2>) -> Tensor<B, 2> {
        let TargetEncoder { dense, common, .. } = &self.target;
        if dense.weight.dims()[0] > target.dims()[1] {
            return self.source.common(dense.forward(Tensor::cat(vec![source, target], 1)));
        }
        let target = tanh(dense.forward(target));
        match common {
            Some(weights) => tanh(self.source.dense.forward(source) + target.matmul(weights.val())),
            None => self.source.common(source + target),
        }
    }
}

/// The joint features of target sentences.
impl<B: NerBackend> Network<B> for Augmented<B> {
    fn features_of(&self, lexicon: &Lexicon, batch: &Batch, device: &B::Device) -> Tensor<B, 2> {
        let shape = [batch.rows.len(), lexicon.dim];
        let vectors: Tensor<B, 2> = init::tensor(batch.vectors(lexicon), shape, device);
        let source = self.source.encode(self.source.features(vectors.clone(), batch), batch);
        let features = self.target_features(vectors, batch);
        let states = self.target.encoder.forward(features, Some(&batch.ids), &batch.packing);
        self.joint(source, states)
    }

    fn head(&self) -> &BiLstmCrf<B> {
        &self.source
    }
}
