//! The scores of a CRF that do not depend on the sentence.

use crate::error::{Error, Result, shape};

/// Transition, start and end scores: what a CRF learns besides its emissions.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    tags: usize,
    transitions: Vec<f32>,
    start: Vec<f32>,
    end: Vec<f32>,
}

impl Parameters {
    /// Parameters from `transitions` `[from, to]` row by row, `start` `[tags]` and `end` `[tags]`.
    ///
    /// # Errors
    /// [`Error::Tags`] for no tags or more than 65,536, [`Error::Shape`] for slices that do not fit one
    /// another, [`Error::Parameter`] for a score that is not finite.
    pub fn new(
        transitions: impl Into<Vec<f32>>,
        start: impl Into<Vec<f32>>,
        end: impl Into<Vec<f32>>,
    ) -> Result<Self> {
        let (transitions, start, end) = (transitions.into(), start.into(), end.into());
        let tags = start.len();
        if !(1..=1 << 16).contains(&tags) {
            return Err(Error::Tags { found: tags });
        }
        shape("end [tags]", tags, end.len())?;
        shape("transitions [from, to]", tags * tags, transitions.len())?;
        for (what, scores) in [("transitions", &transitions), ("start", &start), ("end", &end)] {
            if let Some(index) = scores.iter().position(|x| !x.is_finite()) {
                return Err(Error::Parameter { what, index, value: scores[index] });
            }
        }
        Ok(Self { tags, transitions, start, end })
    }

    /// All scores zero: every path is as good as its emissions.
    ///
    /// # Errors
    /// [`Error::Tags`] for no tags or more than 65,536.
    pub fn zeros(tags: usize) -> Result<Self> {
        Self::new(vec![0.0; tags * tags], vec![0.0; tags], vec![0.0; tags])
    }

    /// The number of tags.
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// The scores of passing from one tag to the next, `[from, to]`.
    pub fn transitions(&self) -> &[f32] {
        &self.transitions
    }

    /// The score of `to` directly behind `from`.
    ///
    /// # Panics
    /// When a tag is not below [`Parameters::tags`].
    pub fn transition(&self, from: usize, to: usize) -> f32 {
        assert!(to < self.tags, "tag {to} of {}", self.tags);
        self.transitions[from * self.tags + to]
    }

    /// The scores of opening with each tag, `[tags]`.
    pub fn start(&self) -> &[f32] {
        &self.start
    }

    /// The scores of closing with each tag, `[tags]`.
    pub fn end(&self) -> &[f32] {
        &self.end
    }
}
