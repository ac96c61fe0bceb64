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
/// Both encoders read one table of character embeddings, where the source's reads characters.
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
    /// Its own character embeddings, `[characters, embedding]`, where the source's encoder reads none.
    pub embedding: Option<Param<Tensor<B, 2>>>,
    /// The bi-LSTM over character embeddings: the shared ones, or its own.
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
    /// With seeded weights, beside a source model of the same settings, for `characters` rows of character embedding
    /// (0: no characters). `A` begins with zeros.
    pub fn new(
        config: &ModelConfig,
        augment: &AugmentConfig,
        characters: usize,
        dim: usize,
        device: &B::Device,
        rng: &mut impl Rng,
    ) -> Self {
        let tied = augment.tied;
        let own = augment.own_characters && !config.characters.enabled;
        let (reads, table) = (characters > 0 && (config.characters.enabled || own), characters > 0 && own);
        let small =
            BiLstmConfig { input: config.characters.embedding, hidden: config.characters.hidden, tied };
        let input = dim + if reads { 2 * config.characters.hidden } else { 0 };
        let features = 2 * config.hidden;
        let zeros = || init::tensor(vec![0.0; features * config.dense], [features, config.dense], device);
        let both = if augment.combine == Combine::Dense { 2 } else { 1 };
        let dense = init::linear(both * features, features, device, rng);
        let bound = (3.0 / config.characters.embedding as f32).sqrt();
        let mut embedding =
            || init::uniform([characters, config.characters.embedding], bound, device, &mut *rng);
        Self {
            embedding: table.then(|| Param::from_tensor(embedding())),
            characters: reads.then(|| small.init(device, rng)),
            encoder: BiLstmConfig { input, hidden: config.hidden, tied }.init(device, rng),
            dense,
            common: (augment.combine == Combine::Concatenate).then(|| Param::from_tensor(zeros())),
        }
    }

    /// The same with a dense layer over both encoders' features that begins as the identity on the source's and as zero
    /// on the target's: joint features begin as the source's. Another dense layer stays as it is.
    #[must_use]
    pub fn beginning_as_source(mut self) -> Self {
        let [rows, features] = self.dense.weight.dims();
        if rows > features {
            let identity = |at| f32::from(at < features * features && at % (features + 1) == 0);
            let values = (0..rows * features).map(identity).collect();
            let device = self.dense.weight.device();
            self.dense.weight = Param::from_tensor(init::tensor(values, [rows, features], &device));
        }
        self
    }

    /// The same with a dense layer that reads nothing of the target's features, `h_t = 0`: what is then lost is what
    /// the target's encoder gives.
    #[must_use]
    pub fn silenced(mut self) -> Self {
        let [rows, features] = self.dense.weight.dims();
        let weight = self.dense.weight.val();
        let (kept, device) = (rows - features, weight.device());
        let silent = Tensor::zeros([features, features], &device);
        let weight = if kept == 0 { silent } else { Tensor::cat(vec![weight.narrow(0, 0, kept), silent], 0) };
        self.dense.weight = Param::from_tensor(weight);
        self
    }
}

impl<B: NerBackend> Augmented<B> {
    /// The features of each distinct word as the target's encoder reads it; see [`BiLstmCrf::features`].
    pub fn target_features(&self, vectors: Tensor<B, 2>, batch: &Batch) -> Tensor<B, 2> {
        let shared = self.source.characters.as_ref().map(|shared| &shared.embedding);
        let table = self.target.embedding.as_ref().or(shared);
        match (table, &self.target.characters, &batch.characters) {
            (Some(table), Some(lstm), Some(characters)) => {
                let ends = lstm.ends(table.val(), Some(&characters.ids), &characters.packing);
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

#[cfg(test)]
mod tests {
    use super::*;
    use burn_flex::{Flex, FlexDevice};
    use xner_train::{Purpose, stream, weights::host};

    #[test]
    fn silenced_is_without_the_targets_features() {
        for combine in [Combine::Dense, Combine::Concatenate, Combine::Sum] {
            let augment = AugmentConfig { combine, ..AugmentConfig::default() };
            let config = ModelConfig { hidden: 3, dense: 5, ..ModelConfig::default() };
            let (mut rng, device) = (stream(0, Purpose::Weights, 0, 0), FlexDevice);
            let source = BiLstmCrf::<Flex>::new(&config, 0, 13, 9, &device, &mut rng);
            let target = TargetEncoder::new(&config, &augment, 0, 13, &device, &mut rng);
            let network = Augmented { source, target };
            let mut rows = || init::uniform([4, 6], 1.0, &device, &mut rng);
            let (source, target): (Tensor<Flex, 2>, Tensor<Flex, 2>) = (rows(), rows());
            let want = host(network.joint(source.clone(), Tensor::zeros([4, 6], &device)));
            let Augmented { source: own, target: encoder } = network;
            let silent = Augmented { source: own, target: encoder.silenced() };
            assert_eq!(host(silent.joint(source, target)), want, "{combine:?}");
        }
    }
}
