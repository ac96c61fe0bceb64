//! What can go wrong.

use std::path::PathBuf;

use arrow_schema::{ArrowError, DataType};

/// A fault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such column.
    #[error("there is no column `{column}`, expected one of {}", known.join(", "))]
    NoColumn {
        /// What was asked for.
        column: String,
        /// The columns that there are.
        known: Vec<String>,
    },
    /// A column does not hold text.
    #[error("the column `{column}` holds {found}, expected Utf8, LargeUtf8 or Utf8View")]
    NoText {
        /// The column.
        column: String,
        /// What it holds.
        found: DataType,
    },
    /// A column does not hold lists of tokens.
    #[error("the column `{column}` holds {found}, expected a list of Utf8, LargeUtf8 or Utf8View")]
    NoTokens {
        /// The column.
        column: String,
        /// What it holds.
        found: DataType,
    },
    /// A column of this name is there already.
    #[error("there is a column `{0}` already, which would be written twice: rename it first")]
    Taken(String),
    /// A file that was to be gone on from is of something else.
    #[error("{}: is of another input or column; take another folder, or remove it", path.display())]
    Stale {
        /// The file.
        path: PathBuf,
    },
    /// A file of none of the kinds.
    #[cfg(feature = "parquet")]
    #[error(
        "{}: is no table: expected Parquet, Arrow, CSV (.csv, .tsv) or JSON lines (.jsonl, .ndjson, .json)",
        path.display()
    )]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// A row that does not fit.
    #[cfg(feature = "parquet")]
    #[error("{}:{line}: {message}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
    /// A file that cannot be read or written as what it is.
    #[cfg(feature = "parquet")]
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Someone asked to stop. The same call goes on.
    #[error("stopped; the same call goes on")]
    Stopped,
    /// The tagger's.
    #[error(transparent)]
    Ner(#[from] xner::Error),
    /// Arrow's.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// Parquet's, with the file.
    #[cfg(feature = "parquet")]
    #[error("{}: {fault}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What it is.
        fault: parquet::errors::ParquetError,
    },
    /// The system's, with the file.
    #[error("{}: {fault}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it is.
        fault: std::io::Error,
    },
}

/// What this crate's functions give.
pub type Result<T> = std::result::Result<T, Error>;

#[cfg(feature = "parquet")]
impl Error {
    /// A file that cannot be read or written as what it is.
    pub(crate) fn file(path: &std::path::Path, fault: &dyn std::fmt::Display) -> Self {
        Self::File { path: path.to_owned(), message: fault.to_string() }
    }
}
