//! What can go wrong with word vectors.

use std::path::PathBuf;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in reading, making or writing word vectors, with the place where it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Opening, decompressing or completing a file.
    #[error(transparent)]
    Corpus(#[from] xner_corpus::Error),
    /// A line is not as the format wants it.
    #[error("{path}:{line}: {message}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// A file has no row.
    #[error("{path}: no word vectors", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Vectors made in memory do not fit together.
    #[error("vector of `{word}` (row {row}): {message}")]
    Row {
        /// The word.
        word: String,
        /// Its row, from 0.
        row: usize,
        /// What was found and what was expected.
        message: String,
    },
}
