//! The results of the forward and the backward pass.

use crate::buffer::Buffer;

/// The form in which a [`Trellis`] keeps its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Domain {
    /// The values themselves.
    #[default]
    Linear,
    /// Their logarithms.
    Log,
}

/// The forward and backward values of a sentence, scaled as Rabiner (1989) does: at every step the
/// forward values sum to one, and `forward · backward` is the marginal itself.
///
/// With the factors `T` of the transitions and `e` of the emissions (exponentials of scores) and the
/// step's norm `c`, in rows of padded width:
///
/// - `forward[t, j] = Σ_i forward[t-1, i] T[i, j] e[t, j] / c[t]`
/// - `ahead[t, j] = e[t, j] backward[t, j] / c[t]`
/// - `backward[t-1, i] = Σ_j T[i, j] ahead[t, j]`
///
/// so `forward[t-1, i] T[i, j] ahead[t, j]` is the probability of `i` and `j` at steps `t-1` and `t`,
/// and `T[i, j] ahead[t, j] / backward[t-1, i]` that of `j` given `i`.
#[derive(Debug, Default)]
pub(crate) struct Trellis {
    pub(crate) domain: Domain,
    pub(crate) len: usize,
    /// `[len, width]`.
    pub(crate) forward: Buffer,
    /// `[len, width]`.
    pub(crate) backward: Buffer,
    /// `[len, width]`. Until the backward pass it holds the emissions.
    pub(crate) ahead: Buffer,
    /// `[len]`: `1 / c` in the linear domain, `ln c` in the other.
    pub(crate) norms: Buffer,
    /// The norm of the end: `1 / Σ_i forward[len-1, i] end[i]`, or the logarithm of the sum.
    pub(crate) end_norm: f64,
    /// `ln Z`.
    pub(crate) log_partition: f64,
}

impl Trellis {
    /// Room for a sentence; the emissions are in `ahead` already.
    pub(crate) fn resize(&mut self, domain: Domain, len: usize, width: usize) {
        self.domain = domain;
        self.len = len;
        self.forward.resize(len * width);
        self.backward.resize(len * width);
        self.norms.resize(len);
    }

    /// The marginal probability at a place of the rows.
    pub(crate) fn marginal(&self, at: usize) -> f64 {
        match self.domain {
            Domain::Linear => self.forward[at] * self.backward[at],
            Domain::Log => (self.forward[at] + self.backward[at]).exp(),
        }
    }

    /// Appends `weight` times the marginals, `[len, tags]`.
    #[inline(always)]
    pub(crate) fn marginals(&self, tags: usize, width: usize, weight: f64, into: &mut Vec<f32>) {
        let rows = self.forward.chunks_exact(width).zip(self.backward.chunks_exact(width));
        for (forward, backward) in rows {
            let places = forward[..tags].iter().zip(backward);
            match self.domain {
                Domain::Linear => into.extend(places.map(|(x, y)| (weight * (x * y)) as f32)),
                Domain::Log => into.extend(places.map(|(x, y)| (weight * (x + y).exp()) as f32)),
            }
        }
    }
}
