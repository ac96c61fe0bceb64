//! What a call of an encoder layer computes, apart from its numbers.

use std::ops::Range;
use std::sync::Arc;

use super::form::{DropoutSites, EncoderForm};
use super::noise::Site;

/// The shape of a call: the rows, the heads, the dropout and the layer's form.
#[derive(Debug, Clone)]
pub struct EncoderSpec {
    /// The lengths of the sentences. The rows of a sentence follow one another, and so do the sentences. No row is
    /// padding.
    pub lengths: Arc<[usize]>,
    /// Attention heads. Each has the same number of columns.
    pub heads: usize,
    /// ε, which layer norms add to the variance.
    pub epsilon: f32,
    /// Dropout in training, or `None`.
    pub dropout: Option<EncoderDropout>,
    /// How the layer is built.
    pub form: EncoderForm,
}

/// Dropout of a layer in training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EncoderDropout {
    /// The rate of hidden values, at the places that the layer's form says.
    pub hidden: f64,
    /// The rate of attention's probabilities.
    pub attention: f64,
    /// The seed of what is dropped. Each layer and step needs its own.
    pub seed: u64,
}

impl EncoderSpec {
    /// The number of rows: the sum of the lengths.
    pub fn rows(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// The rate of dropout at a site.
    pub(super) fn rate(&self, site: Site) -> f64 {
        let Some(EncoderDropout { hidden, attention, .. }) = self.dropout else { return 0.0 };
        match (site, self.form.dropped) {
            (Site::Attention, _) | (Site::First, DropoutSites::Inside) => attention,
            (Site::First, DropoutSites::BehindBoth)
            | (Site::Second, DropoutSites::BehindBoth | DropoutSites::BehindFeedForward)
            | (Site::Inner, DropoutSites::Inside) => hidden,
            _ => 0.0,
        }
    }

    /// Each sentence's rows.
    pub fn sentences(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.lengths.iter().scan(0, |start, &len| {
            let range = *start..*start + len;
            *start = range.end;
            Some(range)
        })
    }
}
