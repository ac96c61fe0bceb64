//! What comes behind the encoder: the scores of tags.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{gelu, log_softmax};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor};
use rand::Rng;
use xner_nn::{Crf, NerBackend, init};
use xner_train::weights::host;

use super::batch::SubwordBatch;
use super::config::{BertConfig, Head};
use super::network::{index, norm};
use super::parts::{Named, dense, optional, put_dense, put_norm, replaced, taken, transposed};
use super::weights::Checkpoint;
use crate::Result;

/// A linear layer to the tags' scores, and a CRF over them where one is wanted. Its softmax is equation 2 of `TransAdv`
/// and of Wu et al. (2020).
#[derive(Module, Debug)]
pub struct TagHead<B: Backend> {
    /// What stands before the linear layer in architectures that have it.
    pub transform: Option<Transform<B>>,
    /// `[hidden] -> [tags]`
    pub dense: Linear<B>,
    /// The scores of neighbouring tags.
    pub crf: Option<Crf<B>>,
}

/// ModernBERT's way from states to what its heads read: `norm(gelu(x W + b))`.
#[derive(Module, Debug)]
pub struct Transform<B: Backend> {
    /// `W`: `[hidden, hidden]`
    pub weight: Param<Tensor<B, 2>>,
    /// `b`: `[hidden]`
    pub weight_bias: Option<Param<Tensor<B, 1>>>,
    /// The norm's gain: `[hidden]`
    pub gain: Param<Tensor<B, 1>>,
    /// The norm's bias: `[hidden]`
    pub bias: Option<Param<Tensor<B, 1>>>,
}

/// Its names in a checkpoint.
const DENSE: &str = "head.dense";
const NORM: &str = "head.norm";

impl<B: Backend> Transform<B> {
    fn new(config: &BertConfig, device: &B::Device, rng: &mut impl Rng) -> Option<Self> {
        let modern = config.modern.as_ref()?;
        let hidden = config.hidden_size;
        let same = |value| Param::from_tensor(init::tensor(vec![value; hidden], [hidden], device));
        Some(Self {
            weight: Param::from_tensor(init::normal([hidden, hidden], 0.02, device, rng)),
            weight_bias: modern.classifier_bias.then(|| same(0.0)),
            gain: same(1.0),
            bias: modern.biases.norms.then(|| same(0.0)),
        })
    }

    fn forward(&self, x: Tensor<B, 2>, epsilon: f64) -> Tensor<B, 2> {
        let x = x.matmul(self.weight.val());
        let x = match &self.weight_bias {
            Some(bias) => x + bias.val().unsqueeze(),
            None => x,
        };
        norm(gelu(x), &self.gain, self.bias.as_ref(), epsilon)
    }

    fn read(self, checkpoint: &mut Checkpoint) -> Result<Self> {
        Ok(Self {
            weight: dense(self.weight, checkpoint, DENSE)?,
            weight_bias: optional(self.weight_bias, checkpoint, &format!("{DENSE}.bias"))?,
            gain: taken(self.gain, checkpoint, &format!("{NORM}.weight"))?,
            bias: optional(self.bias, checkpoint, &format!("{NORM}.bias"))?,
        })
    }
}

impl<B: Backend> TagHead<B> {
    /// With seeded weights: about normal with a deviation of 0.02, as BERT's layers begin; biases zero. It has no
    /// [`Transform`].
    pub fn new(hidden: usize, tags: usize, head: Head, device: &B::Device, rng: &mut impl Rng) -> Self {
        let mut dense = init::linear(hidden, tags, device, rng);
        dense.weight = Param::from_tensor(init::normal([hidden, tags], 0.02, device, rng));
        Self { transform: None, dense, crf: (head == Head::Crf).then(|| Crf::new(tags, device, rng)) }
    }

    /// A new head of an encoder: with a [`Transform`] where the architecture's heads have one.
    pub fn of(config: &BertConfig, tags: usize, head: Head, device: &B::Device, rng: &mut impl Rng) -> Self {
        let new = Self::new(config.hidden_size, tags, head, device, rng);
        Self { transform: Transform::new(config, device, rng), ..new }
    }

    /// What the linear layer reads, from the last layer's states of words, both `[words, hidden]`.
    pub fn before(&self, states: Tensor<B, 2>, epsilon: f64) -> Tensor<B, 2> {
        match &self.transform {
            Some(transform) => transform.forward(states, epsilon),
            None => states,
        }
    }

    /// The head with the [`Transform`] of a checkpoint that was trained for another task with the same one, as
    /// `transformers` takes it; without one in the checkpoint it stays new.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] for a tensor of another shape, or one that is missing though others are there.
    #[cfg(feature = "train")]
    pub(super) fn pretrained(mut self, checkpoint: &mut Checkpoint) -> Result<Self> {
        if checkpoint.shape(&format!("{DENSE}.weight")).is_some() {
            self.transform = self.transform.map(|transform| transform.read(checkpoint)).transpose()?;
        }
        Ok(self)
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

const CRF: [&str; 3] = ["crf.transitions", "crf.start", "crf.end"];

impl<B: Backend> TagHead<B> {
    /// Says that a checkpoint has a head of these sizes.
    ///
    /// # Errors
    /// [`crate::Error::Tensor`] for a tensor that is missing or of another shape.
    pub(super) fn expect(
        checkpoint: &Checkpoint,
        hidden: usize,
        tags: usize,
        labels: usize,
        head: Head,
    ) -> Result<()> {
        checkpoint.expect("classifier.weight", &[labels, hidden])?;
        checkpoint.expect("classifier.bias", &[labels])?;
        if head == Head::Softmax {
            return Ok(());
        }
        checkpoint.expect(CRF[0], &[tags, tags])?;
        CRF[1..].iter().try_for_each(|name| checkpoint.expect(name, &[tags]))
    }

    /// The head with a checkpoint's values. `rows` tells for each tag which row of the checkpoint's head it is, none
    /// for a tag that the checkpoint does not know: it gets a score that no other tag falls below.
    pub(super) fn read(
        mut self,
        checkpoint: &mut Checkpoint,
        hidden: usize,
        rows: &[Option<usize>],
        labels: usize,
    ) -> Result<Self> {
        self.transform = self.transform.map(|transform| transform.read(checkpoint)).transpose()?;
        let weight = checkpoint.take("classifier.weight", &[labels, hidden])?;
        let bias = checkpoint.take("classifier.bias", &[labels])?;
        let tags = rows.len();
        let mut own = vec![0.0; hidden * tags];
        for (tag, row) in rows.iter().enumerate() {
            for (at, value) in row.iter().flat_map(|row| &weight[row * hidden..][..hidden]).enumerate() {
                own[at * tags + tag] = *value;
            }
        }
        let bias = rows.iter().map(|row| row.map_or(NEVER, |row| bias[row])).collect();
        self.dense.weight = replaced(self.dense.weight, own);
        self.dense.bias = self.dense.bias.map(|param| replaced(param, bias));
        self.crf = match self.crf {
            None => None,
            Some(crf) => Some(Crf {
                transitions: replaced(crf.transitions, checkpoint.take(CRF[0], &[tags, tags])?),
                start: optional(crf.start, checkpoint, CRF[1])?,
                end: optional(crf.end, checkpoint, CRF[2])?,
            }),
        };
        Ok(self)
    }

    /// Adds the head's tensors.
    pub(super) fn write(&self, out: &mut Named) {
        if let Some(transform) = &self.transform {
            put_dense(out, DENSE, &transform.weight, transform.weight_bias.as_ref());
            put_norm(out, NORM, &transform.gain, transform.bias.as_ref());
        }
        let [hidden, tags] = self.dense.weight.dims();
        let weight = transposed(&host(self.dense.weight.val()), hidden, tags);
        out.push(("classifier.weight".to_owned(), vec![tags, hidden], weight));
        let bias = self.dense.bias.as_ref().map_or_else(|| vec![0.0; tags], |bias| host(bias.val()));
        out.push(("classifier.bias".to_owned(), vec![tags], bias));
        if let Some(crf) = &self.crf {
            out.push((CRF[0].to_owned(), vec![tags, tags], host(crf.transitions.val())));
            out.push((CRF[1].to_owned(), vec![tags], host(crf.opening())));
            out.push((CRF[2].to_owned(), vec![tags], host(crf.closing())));
        }
    }
}

/// The score of a tag that a checkpoint's head does not have.
const NEVER: f32 = -1e4;
