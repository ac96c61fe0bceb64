//! What can go wrong in an evaluation.

use xner_core::{ErrorKind, escaped};
use xner_corpus::Scheme;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in what is to be scored, with the place where it is. Sentences and tokens count from 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Gold and prediction of a sentence have different numbers of tags.
    #[error("sentence {sentence}: {gold} gold tags but {predicted} predicted")]
    LengthDiffers {
        /// The sentence.
        sentence: u64,
        /// Its gold tags.
        gold: usize,
        /// Its predicted tags.
        predicted: usize,
    },
    /// Gold and prediction have different numbers of sentences.
    #[error("{gold} gold sentences but {predicted} predicted")]
    SentencesDiffer {
        /// Gold sentences.
        gold: u64,
        /// Predicted sentences.
        predicted: u64,
    },
    /// A tag is the empty string.
    #[error("sentence {sentence}, token {token}: the tag is empty")]
    EmptyTag {
        /// The sentence.
        sentence: u64,
        /// The token.
        token: usize,
    },
    /// A tag's prefix is none of the scheme's, which [`crate::Mode::Strict`] refuses.
    #[error("sentence {sentence}, token {token}: tag `{tag}` is not of scheme {scheme}", tag = escaped(tag))]
    TagOutsideScheme {
        /// The sentence.
        sentence: u64,
        /// The token.
        token: usize,
        /// The tag.
        tag: String,
        /// The scheme.
        scheme: Scheme,
    },
    /// An entity is empty, overlaps the one before it, stands before it or beyond the sentence.
    #[error(
        "sentence {sentence}, entity {entity}: tokens {start}..{end} are empty, out of order or out of range"
    )]
    EntityMisplaced {
        /// The sentence.
        sentence: u64,
        /// The entity, from 1.
        entity: usize,
        /// Its first token, from 0.
        start: usize,
        /// The token behind its last, from 0.
        end: usize,
    },
    /// A probability is not within 0 and 1.
    #[error("probability {at} is {value}: expected a number from 0 to 1")]
    Probability {
        /// Which probability, from 1.
        at: u64,
        /// The value.
        value: f64,
    },
    /// There is not one probability for each predicted entity.
    #[error("{entities} predicted entities but {probabilities} probabilities")]
    ProbabilitiesDiffer {
        /// Predicted entities.
        entities: usize,
        /// Probabilities.
        probabilities: usize,
    },
    /// A calibration has no bins.
    #[error("a calibration needs at least one bin")]
    NoBins,
    /// There is no bin of sentence lengths, or a bin holds no length.
    #[error("{bins} bins of {width} sentence lengths: expected at least 1 of at least 1")]
    NoLengths {
        /// Lengths of a bin.
        width: usize,
        /// Bins.
        bins: usize,
    },
    /// A summary of no runs.
    #[error("there are no runs to summarise")]
    NoRuns,
    /// A row of a table has another number of names or figures than the table has columns.
    #[error("{found} cells of a row, expected {expected}")]
    CellsDiffer {
        /// Names or figures.
        found: usize,
        /// Columns for them.
        expected: usize,
    },
    /// A value to summarise is NaN or infinite.
    #[error("run {run}: {value} is not a finite number")]
    NotFinite {
        /// The run, from 1.
        run: usize,
        /// The value.
        value: f64,
    },
    /// Two systems to compare were not scored on the same number of sentences.
    #[error("system A has {a} sentences but system B {b}")]
    SystemsDiffer {
        /// Sentences of A.
        a: usize,
        /// Sentences of B.
        b: usize,
    },
    /// Two systems to compare were not scored against the same gold entities.
    #[error("sentence {sentence}: system A was scored against {a} gold entities but system B against {b}")]
    GoldDiffers {
        /// The sentence.
        sentence: usize,
        /// Gold entities of A.
        a: u64,
        /// Gold entities of B.
        b: u64,
    },
    /// A sentence's counts claim more correct entities than were found or are in gold.
    #[error("sentence {sentence}: {correct} correct entities of {found} found and {gold} gold")]
    CountsImpossible {
        /// The sentence.
        sentence: usize,
        /// Correct entities.
        correct: u64,
        /// Found entities.
        found: u64,
        /// Gold entities.
        gold: u64,
    },
    /// A significance test over no sentences.
    #[error("there are no sentences to compare")]
    NoSentences,
    /// A significance test with no rounds.
    #[error("a significance test needs at least one round")]
    NoRounds,
}

impl Error {
    /// What a caller does with it: what is to be scored is at fault.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::BadInput
    }
}
