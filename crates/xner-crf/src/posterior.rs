//! Probabilities of tags, and of parts of paths.

use crate::Crf;
use crate::error::{Error, Result};
use crate::trellis::{Domain, Trellis};

/// The distribution of a sentence's paths under a [`Crf`].
#[derive(Debug)]
pub struct Posterior<'a> {
    crf: &'a Crf,
    trellis: Trellis,
}

impl<'a> Posterior<'a> {
    pub(crate) fn new(crf: &'a Crf, trellis: Trellis) -> Self {
        Self { crf, trellis }
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.trellis.len
    }

    /// Whether the sentence has no step.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The log-partition `ln Z`.
    pub fn log_partition(&self) -> f64 {
        self.trellis.log_partition
    }

    /// The probability that the token at `step` has `tag`.
    ///
    /// # Panics
    /// When `step` or `tag` is out of range.
    pub fn marginal(&self, step: usize, tag: usize) -> f64 {
        assert!(step < self.len() && tag < self.crf.tags, "step {step}, tag {tag}");
        self.trellis.marginal(step * self.crf.width() + tag)
    }

    /// All marginal probabilities, `[len, tags]`; every row sums to one.
    pub fn marginals(&self) -> Vec<f32> {
        let tags = self.crf.tags;
        (0..self.len() * tags).map(|at| self.marginal(at / tags, at % tags) as f32).collect()
    }

    /// The probability that the tokens at `start, start + 1, …` have exactly these tags, whatever the
    /// others have; 1 for no tags.
    ///
    /// # Errors
    /// [`Error::Span`] when the tags reach beyond the sentence, [`Error::UnknownTag`].
    pub fn path_probability(&self, start: usize, tags: &[u16]) -> Result<f64> {
        if start.checked_add(tags.len()).is_none_or(|end| end > self.len()) {
            return Err(Error::Span { start, tags: tags.len(), len: self.len() });
        }
        self.known(start, tags)?;
        let Some(&first) = tags.first() else { return Ok(1.0) };
        let mut probability = self.marginal(start, first.into());
        for (pair, step) in tags.windows(2).zip(start + 1..) {
            if probability == 0.0 {
                break;
            }
            probability *= self.conditional(step, pair[0].into(), pair[1].into());
        }
        Ok(probability)
    }

    /// The probability that the tokens at `start, start + 1, …` have exactly these tags and that the
    /// token behind them, if there is one, has none of the `continuing` tags.
    ///
    /// This is the probability of an entity. In IOB schemes `B I` is an entity of two tokens only if no further `I`
    /// follows, so `continuing` has to have `I`. In IOBES the last tag closes the entity, so `continuing` may be
    /// empty.
    ///
    /// ```
    /// use xner_crf::{Crf, Emissions, Parameters};
    ///
    /// // Tags O, B, I; all paths are equally probable.
    /// let crf = Crf::new(&Parameters::zeros(3)?);
    /// let posterior = crf.posterior(&Emissions::new(&[0.0; 9], 3)?)?;
    /// let entity = posterior.span_probability(0, &[1, 2], &[2])?;
    /// assert!((entity - 1.0 / 9.0 * 2.0 / 3.0).abs() < 1e-12);
    /// # Ok::<(), xner_crf::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Posterior::path_probability`].
    pub fn span_probability(&self, start: usize, tags: &[u16], continuing: &[u16]) -> Result<f64> {
        let path = self.path_probability(start, tags)?;
        self.known(start, continuing)?;
        let behind = start + tags.len();
        let Some(&last) = tags.last() else { return Ok(path) };
        if behind == self.len() || continuing.is_empty() || path == 0.0 {
            return Ok(path);
        }
        let others =
            (0..self.crf.tags as u32).filter(|&tag| !continuing.iter().any(|&c| u32::from(c) == tag));
        let ends: f64 = others.map(|tag| self.conditional(behind, last.into(), tag as usize)).sum();
        Ok(path * ends.min(1.0))
    }

    /// The probability of `to` at `step`, given `from` at the step before, which must be possible there.
    fn conditional(&self, step: usize, from: usize, to: usize) -> f64 {
        let width = self.crf.width();
        let ahead = self.trellis.ahead[step * width + to];
        let before = self.trellis.backward[(step - 1) * width + from];
        let probability = match (self.trellis.domain, &self.crf.linear) {
            (Domain::Linear, Some(linear)) => linear.transition(from, to) * ahead / before,
            _ => (self.crf.scores.transitions[from * width + to] + ahead - before).exp(),
        };
        // A tag that no path leads on from has no successor. A value above one is rounding.
        if probability.is_nan() { 0.0 } else { probability.min(1.0) }
    }

    fn known(&self, start: usize, tags: &[u16]) -> Result<()> {
        let tag_count = self.crf.tags;
        match tags.iter().position(|&tag| usize::from(tag) >= tag_count) {
            Some(at) => {
                Err(Error::UnknownTag { sentence: 0, step: start + at, tag: tags[at], tags: tag_count })
            }
            None => Ok(()),
        }
    }
}
