//! What can go wrong in training, saving, opening and tagging.

use std::path::{Path, PathBuf};

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault, with the file, key, tensor or step where it is.
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
    /// A training config does not parse.
    #[error("{path}: {message}")]
    Config {
        /// The config file.
        path: PathBuf,
        /// What is wrong, with line and key.
        message: String,
    },
    /// A setting has a value outside its range.
    #[error("setting `{key}`: {message}")]
    Setting {
        /// The key, with its sections.
        key: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A device cannot be used.
    #[error("device `{device}`: {message}")]
    Device {
        /// The device as the user names it.
        device: String,
        /// Why not.
        message: String,
    },
    /// A file of a model directory is missing, cut short, or does not fit the others.
    #[error("{path}: {message}")]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A tensor of a weights file is missing, unexpected, of another shape, or holds NaN or infinity.
    #[error("{path}: tensor `{tensor}`: {message}")]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A model that is named, and no directory, cannot be had.
    #[error("model `{name}`: {message}")]
    Hub {
        /// The name.
        name: String,
        /// Why not, and what was tried.
        message: String,
    },
    /// The data cannot be trained on.
    #[error("{message}")]
    Data {
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A checkpoint cannot be resumed from.
    #[error("{path}: {message}")]
    Checkpoint {
        /// The checkpoint file.
        path: PathBuf,
        /// Why not, and what to do.
        message: String,
    },
    /// The loss, the gradient or a weight is no longer a finite number.
    #[error(
        "training diverged at step {step} (epoch {epoch}): the {what} is {value}; lower the learning rate or the clip; {}",
        checkpoint.as_ref().map_or_else(|| "there was no checkpoint yet".to_owned(), |path| format!("the last good checkpoint is {}", path.display()))
    )]
    Diverged {
        /// The step, from 1.
        step: usize,
        /// The epoch, from 1.
        epoch: usize,
        /// `loss`, `gradient norm` or `largest weight`.
        what: &'static str,
        /// Its value.
        value: f32,
        /// The last checkpoint, if there is one.
        checkpoint: Option<PathBuf>,
    },
    /// The observer asked to stop; the checkpoint holds what was reached.
    #[error("stopped after step {step}; the same command resumes from {checkpoint}")]
    Stopped {
        /// Steps made.
        step: usize,
        /// The checkpoint.
        checkpoint: PathBuf,
    },
    /// Scores that a CRF cannot work with.
    #[error(transparent)]
    Crf(#[from] xner_crf::Error),
    /// A fault in a file of word vectors.
    #[error(transparent)]
    Vectors(#[from] xner_embed::Error),
    /// A fault in a corpus, or in another file of text.
    #[error(transparent)]
    Corpus(xner_corpus::Error),
}

impl From<xner_corpus::Error> for Error {
    /// What the system said of a file is the same whoever read or wrote it.
    fn from(fault: xner_corpus::Error) -> Self {
        match fault {
            xner_corpus::Error::Io { path, source } => Self::Io { path, source },
            fault => Self::Corpus(fault),
        }
    }
}

impl Error {
    /// Whether the fault lies in what was given (a file, a setting) and not in the work on it.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, Self::Diverged { .. } | Self::Stopped { .. } | Self::Device { .. })
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn model(path: &Path, message: impl Into<String>) -> Self {
        Self::Model { path: path.to_owned(), message: message.into() }
    }

    pub(crate) fn setting(key: &str, message: impl Into<String>) -> Self {
        Self::Setting { key: key.to_owned(), message: message.into() }
    }
}
