//! The CRF as a module.

use std::sync::Arc;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use rand::Rng;

use super::inputs::CrfInputs;
use super::ops::CrfOps;
use crate::{Packing, init};

/// How the losses of a batch's sequences become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reduction {
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

/// A linear-chain conditional random field over tag scores (equation 1 of Bari et al. 2020). Its loss is their
/// equation 2.
#[derive(Module, Debug)]
pub struct Crf<B: Backend> {
    /// `[tags, tags]`: from row to column.
    pub transitions: Param<Tensor<B, 2>>,
    /// `[tags]`: the score of opening with a tag; none for zeros.
    pub start: Option<Param<Tensor<B, 1>>>,
    /// `[tags]`: the score of closing with a tag; none for zeros.
    pub end: Option<Param<Tensor<B, 1>>>,
}

impl<B: Backend> Crf<B> {
    /// A field over `tags` tags with seeded scores, uniform in ±0.1.
    pub fn new(tags: usize, device: &B::Device, rng: &mut impl Rng) -> Self {
        Self {
            transitions: Param::from_tensor(init::uniform([tags, tags], 0.1, device, rng)),
            start: Some(Param::from_tensor(init::uniform([tags], 0.1, device, rng))),
            end: Some(Param::from_tensor(init::uniform([tags], 0.1, device, rng))),
        }
    }

    /// The same without scores of the tags at a sequence's ends.
    #[must_use]
    pub fn without_ends(self) -> Self {
        Self { start: None, end: None, ..self }
    }

    /// The number of tags.
    pub fn tags(&self) -> usize {
        self.transitions.dims()[0]
    }

    /// The scores of opening with each tag, `[tags]`.
    pub fn opening(&self) -> Tensor<B, 1> {
        self.end_scores(self.start.as_ref())
    }

    /// The scores of closing with each tag, `[tags]`.
    pub fn closing(&self) -> Tensor<B, 1> {
        self.end_scores(self.end.as_ref())
    }

    fn end_scores(&self, scores: Option<&Param<Tensor<B, 1>>>) -> Tensor<B, 1> {
        match scores {
            Some(scores) => scores.val(),
            None => Tensor::zeros([self.tags()], &self.transitions.device()),
        }
    }
}

impl<B: CrfOps> Crf<B> {
    /// -log p(gold | emissions) over the batch's sequences, `[1]`: see [`CrfOps::crf_loss`].
    ///
    /// `emissions` is `[rows, tags]` and `gold` has a tag for each packed row.
    ///
    /// # Panics
    /// When the shapes do not fit, or a gold tag is out of range.
    pub fn loss(
        &self,
        emissions: Tensor<B, 2>,
        gold: &[u16],
        packing: &Packing,
        reduction: Reduction,
    ) -> Tensor<B, 1> {
        let [rows, tags] = emissions.dims();
        assert_eq!(
            (rows, gold.len()),
            (packing.rows(), packing.rows()),
            "a row of scores and a tag for each token"
        );
        assert!(gold.iter().all(|&tag| (tag as usize) < tags), "gold tags lie below {tags}");
        let inputs = CrfInputs {
            emissions: emissions.into_primitive().tensor(),
            transitions: self.transitions.val().into_primitive().tensor(),
            start: self.opening().into_primitive().tensor(),
            end: self.closing().into_primitive().tensor(),
        };
        let loss = init::wrap(B::crf_loss(inputs, &Arc::from(gold), packing));
        match reduction {
            Reduction::Sum => loss,
            Reduction::Mean => loss / packing.sequences().max(1) as f32,
        }
    }
}
