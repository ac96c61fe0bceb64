//! The CRF over one sentence.

use pulp::Arch;

use crate::buffer::{Buffer, padded};
use crate::emissions::Extent;
use crate::error::{Error, Result, shape};
use crate::linear::{self, Linear};
use crate::tables::Tables;
use crate::trellis::{Domain, Trellis};
use crate::viterbi::{Scratch, Viterbi};
use crate::{Constraints, Emissions, Parameters, Path, Posterior, k_best, logarithmic};

/// A linear-chain conditional random field, ready to score, sum and decode.
///
/// The score of a path `y` over a sentence of `n` tokens with emissions `e` is
///
/// ```text
/// s(y) = start[y_1] + Σ_t e[t, y_t] + Σ_t transitions[y_t, y_t+1] + end[y_n]
/// ```
///
/// and its probability is `exp(s(y)) / Z` (equation 1 of Bari et al. 2020). The partition `Z` sums `exp(s)` over all
/// paths, or over the allowed ones where there are [`Constraints`]. An empty sentence has one path, which is empty and
/// has the score 0.
///
/// Scores may be any finite numbers, and sums are kept in `f64`. If the scores are within some 200 of one another, the
/// passes work on scaled probabilities, otherwise on logarithms.
#[derive(Debug)]
pub struct Crf {
    pub(crate) tags: usize,
    pub(crate) scores: Tables,
    pub(crate) linear: Option<Linear>,
    pub(crate) arch: Arch,
}

impl Crf {
    /// A CRF in which every path is allowed.
    pub fn new(parameters: &Parameters) -> Self {
        Self::build(parameters, None)
    }

    /// A CRF over the allowed paths only. All other paths have probability zero and are never decoded.
    ///
    /// # Errors
    /// [`Error::Shape`] when the constraints are over another number of tags.
    pub fn constrained(parameters: &Parameters, constraints: &Constraints) -> Result<Self> {
        constraints.check(parameters.tags())?;
        Ok(Self::build(parameters, Some(constraints)))
    }

    fn build(parameters: &Parameters, constraints: Option<&Constraints>) -> Self {
        let (tags, arch) = (parameters.tags(), Arch::new());
        let scores = Tables::scores(parameters, constraints);
        let linear = Linear::new(arch, &scores, tags);
        Self { tags, scores, linear, arch }
    }

    /// The number of tags.
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// The length of a padded row of tags.
    pub(crate) fn width(&self) -> usize {
        padded(self.tags)
    }

    /// The score of a path.
    ///
    /// # Errors
    /// [`Error::Shape`] for a path of another length, [`Error::UnknownTag`], [`Error::Emission`] for a score
    /// that is not finite, [`Error::Forbidden`] for a path that breaks the constraints.
    pub fn score(&self, emissions: &Emissions<'_>, path: &[u16]) -> Result<f64> {
        self.check(emissions)?;
        emissions.check()?;
        shape("path [len]", emissions.len(), path.len())?;
        self.path_score(emissions, path.iter().copied())
    }

    /// The score of a path that is as long as the sentence, whose emissions are checked.
    pub(crate) fn path_score(
        &self,
        emissions: &Emissions<'_>,
        path: impl Iterator<Item = u16>,
    ) -> Result<f64> {
        let width = self.width();
        let mut score = 0.0;
        let mut before: Option<usize> = None;
        for (step, tag) in path.enumerate() {
            let to = usize::from(tag);
            if to >= self.tags {
                return Err(Error::UnknownTag { sentence: 0, step, tag, tags: self.tags });
            }
            score += before.map_or(self.scores.start[to], |from| self.scores.transitions[from * width + to]);
            if score == f64::NEG_INFINITY {
                return Err(Error::Forbidden { sentence: 0, step, tag });
            }
            score += f64::from(emissions.step(step)[to]);
            before = Some(to);
        }
        let Some(last) = before else { return Ok(0.0) };
        score += self.scores.end[last];
        if score == f64::NEG_INFINITY {
            return Err(Error::Forbidden { sentence: 0, step: emissions.len() - 1, tag: last as u16 });
        }
        Ok(score)
    }

    /// The log-partition `ln Z`.
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of tags, [`Error::Emission`] for a score that is not finite,
    /// [`Error::Unsatisfiable`] when the constraints allow no path of this length.
    pub fn log_partition(&self, emissions: &Emissions<'_>) -> Result<f64> {
        self.check(emissions)?;
        let mut trellis = Trellis::default();
        self.forward(emissions, &mut trellis)?;
        Ok(trellis.log_partition)
    }

    /// The loss of a gold path: minus the logarithm of its probability, `ln Z - s(gold)`.
    ///
    /// # Errors
    /// As [`Crf::log_partition`] and [`Crf::score`].
    pub fn loss(&self, emissions: &Emissions<'_>, gold: &[u16]) -> Result<f64> {
        let log_partition = self.log_partition(emissions)?;
        Ok(loss(log_partition, self.score(emissions, gold)?))
    }

    /// The probabilities of tags and of parts of paths.
    ///
    /// # Errors
    /// As [`Crf::log_partition`].
    pub fn posterior(&self, emissions: &Emissions<'_>) -> Result<Posterior<'_>> {
        self.check(emissions)?;
        let mut trellis = Trellis::default();
        self.forward(emissions, &mut trellis)?;
        self.backward(&mut trellis);
        Ok(Posterior::new(self, trellis))
    }

    /// The best path. Of several equally good ones it is that with the smallest last tag, then the smallest tag before
    /// it, and so on. Paths are equally good if their scores are equal when summed in `f64` from the first token to
    /// the last.
    ///
    /// # Errors
    /// As [`Crf::log_partition`].
    pub fn viterbi(&self, emissions: &Emissions<'_>) -> Result<Path> {
        self.check(emissions)?;
        self.decode(emissions, &mut Scratch::default())
    }

    /// The `k` best paths, best first, or all paths where there are fewer. The first is that of [`Crf::viterbi`], and
    /// ties are resolved in the same way.
    ///
    /// # Errors
    /// As [`Crf::log_partition`].
    pub fn k_best(&self, emissions: &Emissions<'_>, k: usize) -> Result<Vec<Path>> {
        self.check(emissions)?;
        emissions.check()?;
        if emissions.is_empty() {
            return Ok(Vec::from_iter((k > 0).then(Path::default)));
        }
        k_best::k_best(&self.scores, emissions, k)
    }

    fn check(&self, emissions: &Emissions<'_>) -> Result<()> {
        shape("tags of the emissions", self.tags, emissions.tags())
    }

    /// [`Emissions::load`], compiled for the machine.
    fn load(&self, emissions: &Emissions<'_>, into: &mut Buffer) -> Result<Extent> {
        self.arch.dispatch(
            #[inline(always)]
            || emissions.load(into),
        )
    }

    pub(crate) fn decode(&self, emissions: &Emissions<'_>, scratch: &mut Scratch) -> Result<Path> {
        let Self { tags, scores: tables, .. } = self;
        self.load(emissions, &mut scratch.scores)?;
        if emissions.is_empty() {
            return Ok(Path::default());
        }
        self.arch.dispatch(Viterbi { tables, tags: *tags, len: emissions.len(), scratch })
    }

    /// The forward pass in the domain that suits the scores.
    pub(crate) fn forward(&self, emissions: &Emissions<'_>, trellis: &mut Trellis) -> Result<()> {
        let (len, width) = (emissions.len(), self.width());
        let extent = self.load(emissions, &mut trellis.ahead)?;
        trellis.resize(Domain::Linear, len, width);
        if len == 0 {
            trellis.log_partition = 0.0;
            return Ok(());
        }
        if let Some(linear) = self.linear.as_ref().filter(|_| Linear::takes(extent))
            && self.arch.dispatch(linear::Forward { linear, extent, trellis })
        {
            return Ok(());
        }
        self.load(emissions, &mut trellis.ahead)?;
        trellis.domain = Domain::Log;
        logarithmic::forward(&self.scores, self.tags, trellis)
    }

    /// The backward pass, after [`Crf::forward`].
    pub(crate) fn backward(&self, trellis: &mut Trellis) {
        match (trellis.domain, &self.linear) {
            (Domain::Linear, Some(linear)) => self.arch.dispatch(linear::Backward { linear, trellis }),
            _ => logarithmic::backward(&self.scores, self.tags, trellis),
        }
    }

    /// Adds `weight` times the expected counts of the transitions to `into`, `[from, to]` in padded rows.
    pub(crate) fn expected(&self, trellis: &Trellis, weight: f64, into: &mut [f64]) {
        match (trellis.domain, &self.linear) {
            (Domain::Linear, Some(linear)) => {
                self.arch.dispatch(linear::Expected { linear, trellis, weight, into });
            }
            _ => logarithmic::expected(&self.scores, self.tags, trellis, weight, into),
        }
    }
}

/// No path is better than all paths together, so a loss below zero is rounding.
pub(crate) fn loss(log_partition: f64, score: f64) -> f64 {
    (log_partition - score).max(0.0)
}

#[cfg(test)]
#[path = "domains_tests.rs"]
mod tests;
