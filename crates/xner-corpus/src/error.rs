//! What can go wrong with a corpus.

use std::path::PathBuf;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in reading or writing a corpus, with the place where it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file, or `<stdin>`.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not as the format wants it.
    #[error("{path}:{line}: {message}")]
    Malformed {
        /// The file, or `<stdin>`.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// An entity has a type that the tag set does not know.
    #[error("tag `{name}` is not in the tag set; its types are {known}")]
    UnknownType {
        /// The tag.
        name: String,
        /// The known types.
        known: String,
    },
}
