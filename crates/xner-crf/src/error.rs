//! What can be wrong with a CRF's input.

use xner_core::ErrorKind;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in what a caller passed, with the place where it is.
///
/// Functions over one sentence call it sentence 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A CRF over no tags, or over more than a `u16` can number.
    #[error("a CRF needs 1 to 65536 tags, found {found}")]
    Tags {
        /// The number of tags asked for.
        found: usize,
    },
    /// A slice has another length than its shape needs.
    #[error("{what}: expected {expected}, found {found}")]
    Shape {
        /// The slice and its shape.
        what: &'static str,
        /// How many values it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// A transition, start or end score is NaN or infinite.
    #[error("{what}[{index}] is {value}: scores must be finite")]
    Parameter {
        /// Which of the parameters: `transitions`, `start`, `end`.
        what: &'static str,
        /// The place in its slice.
        index: usize,
        /// What is there.
        value: f32,
    },
    /// An emission score is NaN or infinite.
    #[error("the emission of row {row}, tag {tag} is {value}: scores must be finite")]
    Emission {
        /// The row of the emissions.
        row: usize,
        /// The tag.
        tag: usize,
        /// What is there.
        value: f32,
    },
    /// A sentence's step is mapped to a row beyond the emissions.
    #[error("sentence {sentence}, step {step}: row {row} is outside of {rows} rows")]
    RowOutside {
        /// The sentence.
        sentence: usize,
        /// The step in it.
        step: usize,
        /// The row that it was mapped to.
        row: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// Two steps are mapped to one row.
    #[error("sentence {sentence}, step {step}: row {row} already belongs to another step")]
    RowTwice {
        /// The later sentence.
        sentence: usize,
        /// The step in it.
        step: usize,
        /// The row that both were mapped to.
        row: usize,
    },
    /// A tag number is not below the number of tags.
    #[error("sentence {sentence}, step {step}: tag {tag} is not one of {tags} tags")]
    UnknownTag {
        /// The sentence.
        sentence: usize,
        /// The step in it.
        step: usize,
        /// The number found.
        tag: u16,
        /// How many tags there are.
        tags: usize,
    },
    /// A span reaches beyond its sentence.
    #[error("a span of {tags} tags from step {start} does not fit a sentence of {len}")]
    Span {
        /// Where it starts.
        start: usize,
        /// How many tags it has.
        tags: usize,
        /// How long the sentence is.
        len: usize,
    },
    /// The constraints forbid a path that was to be scored.
    #[error("sentence {sentence}, step {step}: the constraints forbid tag {tag} here")]
    Forbidden {
        /// The sentence.
        sentence: usize,
        /// The first step at which the path breaks a constraint.
        step: usize,
        /// The tag there.
        tag: u16,
    },
    /// No path of this length satisfies the constraints.
    #[error("sentence {sentence}: no path of {len} tags satisfies the constraints")]
    Unsatisfiable {
        /// The sentence.
        sentence: usize,
        /// Its length.
        len: usize,
    },
}

impl Error {
    /// What a caller does with it: what was passed is at fault.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::BadInput
    }

    /// The same fault, of another sentence of a batch.
    pub(crate) fn of_sentence(mut self, index: usize) -> Self {
        if let Self::UnknownTag { sentence, .. }
        | Self::Forbidden { sentence, .. }
        | Self::Unsatisfiable { sentence, .. } = &mut self
        {
            *sentence = index;
        }
        self
    }
}

/// Checks a slice against its shape.
pub(crate) fn shape(what: &'static str, expected: usize, found: usize) -> Result<()> {
    if expected == found { Ok(()) } else { Err(Error::Shape { what, expected, found }) }
}
