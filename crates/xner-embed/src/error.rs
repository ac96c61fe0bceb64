//! What can go wrong with word vectors.

use std::path::{Path, PathBuf};

use xner_core::{ErrorKind, escaped, shown};

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in reading, making or writing word vectors, with the place where it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path}: {fault}", path = shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        fault: std::io::Error,
    },
    /// A fault in a corpus, or in another file of text.
    #[error(transparent)]
    Corpus(xner_corpus::Error),
    /// A file has no row.
    #[error("{path}: no word vectors", path = shown(path))]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Vectors made in memory do not fit together.
    #[error("vector of `{word}` (row {row}): {message}", word = escaped(word), message = escaped(message))]
    Row {
        /// The word.
        word: String,
        /// Its row, from 0.
        row: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// A value of a config is out of its range.
    #[error("`{key}` {message}", key = escaped(key), message = escaped(message))]
    Config {
        /// The key, with a dot before what is inside a table.
        key: String,
        /// What was found and what was expected.
        message: String,
    },
    /// A device is not there, or not in this build.
    #[error("device `{device}`: {message}", device = escaped(device), message = escaped(message))]
    Device {
        /// The device.
        device: String,
        /// What is wrong.
        message: String,
    },
    /// Vectors or pairs cannot be mapped.
    #[error("{what}: {message}", what = escaped(what), message = escaped(message))]
    Unmappable {
        /// The source's vectors, the target's, or the dictionary.
        what: String,
        /// What is wrong.
        message: String,
    },
    /// A mapping's folder or a checkpoint cannot be used.
    #[error("{path}: {message}", path = shown(path), message = escaped(message))]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The observer stopped a run.
    #[error("stopped in restart {restart}")]
    Stopped {
        /// The restart it was in, from 1.
        restart: usize,
    },
    /// A pair of words cannot stand in a dictionary.
    #[error("pair {row}: {message}", message = escaped(message))]
    Pair {
        /// The pair, from 0.
        row: usize,
        /// What is wrong with it.
        message: String,
    },
    /// None of a dictionary's pairs has both words among the vectors.
    #[error(
        "{path}: none of its {pairs} pairs has both words among the vectors, which know {sources} of its source \
         words and {targets} of its target words (are languages or letter case the same?)",
        path = shown(path)
    )]
    NoOverlap {
        /// The dictionary.
        path: PathBuf,
        /// Its pairs.
        pairs: usize,
        /// Its source words that have a vector.
        sources: usize,
        /// Its target words that have a vector.
        targets: usize,
    },
    /// Words that were asked for have no vector.
    #[error("not among the vectors: {list}", list = list(.words))]
    UnknownWords {
        /// The words.
        words: Vec<String>,
    },
    /// A file of word pairs has none, or there is no correlation to be had of them.
    #[error("{path}: {message}", path = shown(path), message = escaped(message))]
    Pairs {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A safetensors file is none of ours, or damaged.
    #[error("{path}: {part}: {message}", path = shown(path), part = escaped(part), message = escaped(message))]
    Native {
        /// The file.
        path: PathBuf,
        /// The tensor, or the header.
        part: String,
        /// What was found and what was expected.
        message: String,
    },
    /// Vectors or matrices that work together have different dimensions.
    #[error("the dimension of the {left_name} is {left}, that of the {right_name} {right}; they must agree")]
    Incompatible {
        /// The one dimension.
        left: usize,
        /// What has it.
        left_name: String,
        /// The other dimension.
        right: usize,
        /// What has that.
        right_name: String,
    },
    /// A number to calculate with is NaN or infinite.
    #[error("{what}: row {row} has a number that is not finite")]
    NotFinite {
        /// Whose row.
        what: String,
        /// The row, from 0.
        row: usize,
    },
    /// Vectors so long that their inner products may overflow.
    #[error(
        "vectors so long that inner products overflow: the longest has length {length:e}; normalise them"
    )]
    TooLong {
        /// The length.
        length: f64,
    },
    /// The singular values of a matrix were not found.
    #[error("the singular values of a matrix of {rows} x {cols} were not found: the iteration did not end")]
    NoConvergence {
        /// Its rows.
        rows: usize,
        /// Its columns.
        cols: usize,
    },
    /// Vectors cannot have so many principal directions.
    #[error("{dim} principal directions of vectors of {of} dimensions: expected 1 to {of}")]
    PcaDimension {
        /// The directions asked for.
        dim: usize,
        /// The vectors' dimension.
        of: usize,
    },
    /// A binary file is not as the format wants it.
    #[error("{path}: byte {offset}: {message}", path = shown(path), message = escaped(message))]
    Binary {
        /// The file.
        path: PathBuf,
        /// The byte, from 0; of compressed files, of what is in them.
        offset: u64,
        /// What was found and what was expected.
        message: String,
    },
    /// Adversarial training went out of bounds: another seed or a lower rate may not.
    #[error("adversarial training diverged in epoch {epoch}: {message}")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// What is no number any more.
        message: String,
    },
    /// What a run of adversarial training was to go on from cannot be used.
    #[error("state of adversarial training: {message}")]
    AdversarialState {
        /// What is wrong with it.
        message: String,
    },
}

/// Words as a message lists them.
fn list(words: &[String]) -> String {
    words.iter().map(|word| format!("`{}`", escaped(word))).collect::<Vec<_>>().join(", ")
}

impl From<xner_corpus::Error> for Error {
    /// What the system said of a file is the same whoever read or wrote it.
    fn from(fault: xner_corpus::Error) -> Self {
        match fault {
            xner_corpus::Error::Io { path, fault } => Self::Io { path, fault },
            fault => Self::Corpus(fault),
        }
    }
}

impl Error {
    #[cfg(feature = "map")]
    pub(crate) fn unmappable(what: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Unmappable { what: what.into(), message: message.into() }
    }

    pub(crate) fn config(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Config { key: key.into(), message: message.into() }
    }

    /// A fault in a line, from 1.
    pub(crate) fn malformed(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Self::Corpus(xner_corpus::Error::Malformed { path: path.to_owned(), line, message: message.into() })
    }

    /// What a caller does with it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { fault, .. } => ErrorKind::of_io(fault),
            Self::Device { .. } => ErrorKind::Device,
            Self::Folder { .. } => ErrorKind::StaleFolder,
            Self::Stopped { .. } => ErrorKind::Stopped,
            Self::Diverged { .. } => ErrorKind::Diverged,
            Self::Corpus(fault) => fault.kind(),
            // The numbers were read and finite: what failed is an algorithm of ours.
            Self::NoConvergence { .. } => ErrorKind::Other,
            _ => ErrorKind::BadInput,
        }
    }
}
