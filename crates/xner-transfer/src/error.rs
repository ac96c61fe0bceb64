//! What can go wrong in transfer.

use std::path::{Path, PathBuf};

use xner_tagger::Flow;

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault, with the file or key where it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A config does not parse, or one of its values is out of range.
    #[error("{path}: {message}")]
    Config {
        /// The config file.
        path: PathBuf,
        /// What is wrong, with line and key.
        message: String,
    },
    /// A setting is missing, out of range, or contradicts another.
    #[error("setting `{key}`: {message}")]
    Setting {
        /// The key, with its sections.
        key: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// The data cannot be worked with.
    #[error("{message}")]
    Data {
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A folder holds another run, or a file of a run that does not read.
    #[error("{path}: {message}")]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The loss of a phase, its gradient or a weight is no longer a finite number.
    #[error("phase `{phase}`: {source}")]
    Diverged {
        /// The phase.
        phase: String,
        /// The step, and where the last good checkpoint is.
        source: Box<xner_tagger::Error>,
    },
    /// A fault in training, opening, saving or tagging.
    #[error(transparent)]
    Tagger(#[from] xner_tagger::Error),
    /// A fault in word vectors or their mapping.
    #[error(transparent)]
    Vectors(#[from] xner_embed::Error),
    /// A fault in a corpus.
    #[error(transparent)]
    Corpus(#[from] xner_corpus::Error),
    /// A fault in scoring.
    #[error(transparent)]
    Eval(#[from] xner_eval::Error),
}

impl Error {
    pub(crate) fn setting(key: &str, message: impl Into<String>) -> Self {
        Self::Setting { key: key.to_owned(), message: message.into() }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn folder(path: &Path, message: impl Into<String>) -> Self {
        Self::Folder { path: path.to_owned(), message: message.into() }
    }
}

/// Ends a run in the folder `out`, after so many steps, where an observer answers that it should; the same call goes on.
pub(crate) fn granted(answer: Flow, step: usize, out: &Path) -> Result<(), Error> {
    match answer {
        Flow::Continue => Ok(()),
        Flow::Stop => Err(xner_tagger::Error::Stopped { step, checkpoint: out.to_owned() }.into()),
    }
}
