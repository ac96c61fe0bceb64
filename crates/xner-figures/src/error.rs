//! What can go wrong with a picture.

use std::fmt::Display;

use xner_core::ErrorKind;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in what is to be drawn, or in drawing it. Points, bars, ticks and panels count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was given cannot be drawn, or has no t-SNE.
    #[error("{message}")]
    Input {
        /// What was found and what was expected.
        message: String,
    },
    /// The drawing library failed.
    #[error("the picture cannot be drawn: {message}")]
    Drawing {
        /// What the library said.
        message: String,
    },
    /// The system gave no thread.
    #[error("no thread for t-SNE: {message}")]
    Thread {
        /// What the system said.
        message: String,
    },
}

impl Error {
    /// What a caller does with it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Input { .. } => ErrorKind::BadInput,
            Self::Drawing { .. } => ErrorKind::Other,
            Self::Thread { .. } => ErrorKind::Io,
        }
    }

    pub(crate) fn drawing(fault: impl Display) -> Self {
        Self::Drawing { message: fault.to_string() }
    }
}

/// Fails with [`Error::Input`].
pub(crate) fn refuse<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::Input { message: message.into() })
}
