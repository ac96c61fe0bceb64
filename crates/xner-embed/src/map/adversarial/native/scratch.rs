//! Room for what a step computes.

use burn::tensor::Tensor;
use burn_flex::Flex;

use super::panels::{Panels, WIDTH};

/// Room for a batch of one size.
#[derive(Debug)]
pub(super) struct Scratch {
    /// The input and each hidden layer's activations, `[rows, units]`.
    pub(super) activations: Vec<Panels>,
    /// For each hidden layer the gradient by its pre-activations: `[rows, units]` and, in whole panels of units,
    /// `[units, rows]`.
    pub(super) gradients: Vec<(Panels, Panels)>,
    /// The gradient by the input, `[dim, rows]`.
    pub(super) by_x: Panels,
    /// What each panel of the last hidden layer adds to the logits, `[panels, rows]`.
    pub(super) logits: Vec<f32>,
    /// `[rows]`
    pub(super) by_logit: Vec<f32>,
}

/// What a layer writes on the way forward.
pub(super) struct Out<'a> {
    pub(super) activations: &'a mut Panels,
    pub(super) logits: &'a mut [f32],
}

impl Scratch {
    /// Room for `rows` rows through layers of these weights.
    pub(super) fn new(rows: usize, weights: &[&Panels]) -> Self {
        let dim = weights.first().map_or(0, |first| first.rows());
        let units: Vec<usize> = weights.iter().map(|weight| weight.columns()).collect();
        let last = units.last().copied().unwrap_or(0);
        let gradient =
            |units: usize| (Panels::zeros(rows, units), Panels::zeros(units.next_multiple_of(WIDTH), rows));
        Self {
            activations: std::iter::once(&dim)
                .chain(&units)
                .map(|&units| Panels::zeros(rows, units))
                .collect(),
            gradients: units.iter().map(|&units| gradient(units)).collect(),
            by_x: Panels::zeros(dim, rows),
            logits: vec![0.0; last.div_ceil(WIDTH) * rows],
            by_logit: vec![0.0; rows],
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.by_logit.len()
    }

    /// What goes into hidden layer `at`, and what it writes.
    pub(super) fn layer(&mut self, at: usize) -> (&Panels, Out<'_>) {
        let (below, above) = self.activations.split_at_mut(at + 1);
        (&below[at], Out { activations: &mut above[0], logits: &mut self.logits })
    }
}

/// The values of a tensor, row by row.
///
/// # Panics
/// When the tensor is not of `f32`.
#[allow(clippy::expect_used, reason = "the training loop makes tensors of f32 alone")]
pub(super) fn values(tensor: Tensor<Flex, 2>) -> Vec<f32> {
    tensor.into_data().into_vec::<f32>().expect("a tensor of f32")
}

/// The masks in panels.
pub(super) fn masks(masks: Vec<Tensor<Flex, 2>>) -> Vec<Panels> {
    let panels = |mask: Tensor<Flex, 2>| {
        let [rows, columns] = mask.dims();
        Panels::packed(rows, columns, &values(mask))
    };
    masks.into_iter().map(panels).collect()
}
