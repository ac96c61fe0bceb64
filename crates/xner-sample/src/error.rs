//! What can go wrong. The data files are compiled in, so only an edit of them can make them faulty.

use xner_core::ErrorKind;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault in the sample's own data, or in the configuration.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A line of a data file is not as the format wants it.
    #[error("data/sample/{file}:{line}: {message}")]
    Malformed {
        /// The file, under `data/sample`.
        file: &'static str,
        /// The line, from 1.
        line: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// A setting is out of its range.
    #[error("`{name}` is {value}; expected {expected}")]
    Config {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// The values that it may have.
        expected: &'static str,
    },
}

impl Error {
    /// What a caller does with it: a data file or a setting is at fault.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::BadInput
    }

    pub(crate) fn malformed(file: &'static str, line: usize, message: impl Into<String>) -> Self {
        Self::Malformed { file, line, message: message.into() }
    }
}
