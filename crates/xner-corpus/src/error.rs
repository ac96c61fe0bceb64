//! What can go wrong with a corpus.

use std::path::PathBuf;

use xner_core::ErrorKind;

#[cfg(feature = "files")]
use crate::read::{Format, Looks};
use crate::{ParseTagError, SchemeError};

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in reading or writing a corpus, with the place where it is.
///
/// The text of a fault says everything: no fault has a further `source`. A path that was given as `-` stands in it as
/// `<stdin>` or `<stdout>`. Lines and bytes count from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be opened, read or written; compressed data that is cut short or damaged too.
    #[error("{path}: {fault}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        fault: std::io::Error,
    },
    /// A file holds not one sentence.
    #[error("{path}: no sentences", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A line is not UTF-8.
    #[error("{path}:{line}: invalid UTF-8 at byte {byte} of the line{hint}", path = path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The first offending byte of the line.
        byte: usize,
        /// What the file may be instead; empty when there is no guess.
        hint: &'static str,
    },
    /// A row has another number of columns than the rows before it.
    #[error("{path}:{line}: expected {expected} columns as in the rows before, found {found}", path = path.display())]
    Ragged {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The columns of the first row.
        expected: usize,
        /// The columns of this row.
        found: usize,
    },
    /// A row lacks the column that was asked for.
    #[error("{path}:{line}: no {what} column: it would be column {column}, the row has {found}", path = path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// `token` or `tag`.
        what: &'static str,
        /// The column asked for, as in `read::Column`.
        column: i32,
        /// The columns of this row.
        found: usize,
    },
    /// Two columns that were asked for are one in a row of several.
    #[error("{path}:{line}: the tag column ({tag}) is the token column ({token})", path = path.display())]
    SameColumn {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The tag's column, as in `read::Column`.
        tag: i32,
        /// The token's.
        token: i32,
    },
    /// A string in the tag column is no tag.
    #[error("{path}:{line}: {fault}", path = path.display())]
    Tag {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The string.
        fault: ParseTagError,
    },
    /// A tag breaks the scheme that the corpus was said to be in.
    #[error("{path}:{line}: {fault}", path = path.display())]
    Scheme {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The tag and the rule.
        fault: SchemeError,
    },
    /// A line is not as the format wants it.
    #[error("{path}:{line}: {message}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// A file of which neither its name nor anyone says what it is does not look like what would be read.
    #[cfg(feature = "files")]
    #[error("{path}: {}", unlike(*looks, *otherwise), path = path.display())]
    Looks {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        looks: Looks,
        /// What would be read.
        otherwise: Format,
    },
    /// A sentence cannot be written in the format asked for.
    #[error("cannot write {what} as {format}: {reason}")]
    Unwritable {
        /// The token or the like.
        what: String,
        /// The format.
        format: &'static str,
        /// Why.
        reason: &'static str,
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

/// What to do with a file that looks like something else.
#[cfg(feature = "files")]
fn unlike(looks: Looks, otherwise: Format) -> String {
    let meant = match looks {
        Looks::Columns => "conll",
        Looks::Prose => "text",
        Looks::Json => "jsonl",
        Looks::Vectors | Looks::Unclear => {
            return format!(
                "looks like {looks}; with its format given as {otherwise} it is read so all the same"
            );
        }
    };
    format!(
        "looks like {looks}; give its format, {meant} or {otherwise} (`format = \"{meant}\"` in a config)"
    )
}

impl Error {
    /// What a caller does with it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { fault, .. } => ErrorKind::of_io(fault),
            _ => ErrorKind::BadInput,
        }
    }
}
