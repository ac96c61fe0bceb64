//! What can go wrong in training, saving, opening, tagging and transfer.
//!
//! The crates above share this one enum: a learner's fault passes through the loop that drives it, and a strategy's
//! through the run that owns it. So nobody turns one crate's faults into another's on the way.

use std::path::{Path, PathBuf};

use xner_core::{ErrorKind, escaped, escaped_lines, shown};

/// The result of training, opening, tagging and transfer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A fault, with the file, key, tensor or step where it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read or written.
    #[error("{path}: {fault}", path = shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        fault: std::io::Error,
    },
    /// A config does not parse, or one of its values is out of range.
    #[error("{path}: {message}", path = shown(path), message = escaped_lines(message))]
    Config {
        /// The config file.
        path: PathBuf,
        /// What is wrong, with line and key.
        message: String,
    },
    /// A setting is missing, out of range, or contradicts another.
    #[error("setting `{key}`: {message}", key = escaped(key), message = escaped(message))]
    Setting {
        /// The key, with its sections.
        key: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A device cannot be used.
    #[error("device `{device}`: {message}", device = escaped(device), message = escaped(message))]
    Device {
        /// The device as the user names it.
        device: String,
        /// Why not.
        message: String,
    },
    /// A file of a model directory is missing, cut short, or does not fit the others.
    #[error("{path}: {message}", path = shown(path), message = escaped(message))]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A tensor of a weights file is missing, unexpected, of another shape, or holds NaN or infinity.
    #[error(
        "{path}: tensor `{tensor}`: {message}",
        path = shown(path),
        tensor = escaped(tensor),
        message = escaped(message)
    )]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A model that is named, and no directory, cannot be had.
    #[error("model `{name}`: {message}", name = escaped(name), message = escaped(message))]
    Hub {
        /// The name.
        name: String,
        /// Why not, and what was tried.
        message: String,
    },
    /// The data cannot be worked with.
    #[error("{message}", message = escaped(message))]
    Data {
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A folder holds another run or model, or a checkpoint that cannot be resumed from.
    #[error("{path}: {message}", path = shown(path), message = escaped(message))]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The loss, the gradient or a weight of a phase is no longer a finite number.
    #[error(
        "phase `{phase}` diverged at step {step} (epoch {epoch}): the {what} is {value}; lower the learning rate or \
         the clip; {}",
        checkpoint.as_ref().map_or_else(
            || "there was no checkpoint yet".to_owned(),
            |path| format!("the last good checkpoint is {}", shown(path)),
        )
    )]
    Diverged {
        /// The phase.
        phase: String,
        /// The step, from 1.
        step: usize,
        /// The epoch, from 1.
        epoch: usize,
        /// `loss`, `gradient norm`, `largest weight` or `score of a tag`.
        what: &'static str,
        /// Its value.
        value: f32,
        /// The last checkpoint, if there is one.
        checkpoint: Option<PathBuf>,
    },
    /// The observer asked to stop; the checkpoint, where there is one, holds what was reached.
    #[error("{}", stopped(*step, checkpoint.as_deref()))]
    Stopped {
        /// Steps made.
        step: usize,
        /// The checkpoint, or the folder of the run; none where nothing was made yet that the same call would go on
        /// from.
        checkpoint: Option<PathBuf>,
    },
    /// The time that the caller set is over.
    #[error("the deadline is over")]
    Deadline,
    /// The caller does not want the answer any more.
    #[error("cancelled")]
    Cancelled,
    /// More waits than there is room for.
    #[error("{message}")]
    Busy {
        /// How much waits, and how much may.
        message: String,
    },
    /// Scores that a CRF cannot work with.
    #[error(transparent)]
    Crf(#[from] xner_crf::Error),
    /// A fault in word vectors or their mapping.
    #[error(transparent)]
    Vectors(#[from] xner_embed::Error),
    /// A fault in a corpus, or in another file of text.
    #[error(transparent)]
    Corpus(xner_corpus::Error),
    /// A fault in scoring.
    #[error(transparent)]
    Eval(#[from] xner_eval::Error),
    /// A fault of a learner or strategy that is not part of xner.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
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

impl From<xner_core::UnknownDevice> for Error {
    fn from(xner_core::UnknownDevice(device): xner_core::UnknownDevice) -> Self {
        Self::Device { device, message: "is no device; expected cpu, cuda:0 or wgpu:0".to_owned() }
    }
}

impl Error {
    /// What a caller does with it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { fault, .. } => ErrorKind::of_io(fault),
            Self::Config { .. }
            | Self::Setting { .. }
            | Self::Model { .. }
            | Self::Tensor { .. }
            | Self::Data { .. } => ErrorKind::BadInput,
            Self::Crf(fault) => fault.kind(),
            Self::Device { .. } => ErrorKind::Device,
            Self::Hub { .. } => ErrorKind::Hub,
            Self::Folder { .. } => ErrorKind::StaleFolder,
            Self::Diverged { .. } => ErrorKind::Diverged,
            Self::Stopped { .. } | Self::Cancelled => ErrorKind::Stopped,
            Self::Deadline => ErrorKind::Deadline,
            Self::Busy { .. } => ErrorKind::Busy,
            Self::Vectors(fault) => fault.kind(),
            Self::Corpus(fault) => fault.kind(),
            Self::Eval(fault) => fault.kind(),
            Self::Other(fault) => kind_of(fault.as_ref()),
        }
    }

    /// A fault of the system with a file.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |fault| Self::Io { path: path.to_owned(), fault }
    }

    /// A fault in a file of a model or run.
    pub fn model(path: &Path, message: impl Into<String>) -> Self {
        Self::Model { path: path.to_owned(), message: message.into() }
    }

    /// A setting that is wrong.
    pub fn setting(key: &str, message: impl Into<String>) -> Self {
        Self::Setting { key: key.to_owned(), message: message.into() }
    }

    /// The same, where it is of a setting, with another key.
    #[must_use]
    pub fn at_key(self, other: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Setting { key, message } => Self::Setting { key: other(&key), message },
            fault => fault,
        }
    }

    /// Data that cannot be worked with.
    pub fn data(message: impl Into<String>) -> Self {
        Self::Data { message: message.into() }
    }

    /// A folder that is another run's.
    pub fn folder(path: &Path, message: impl Into<String>) -> Self {
        Self::Folder { path: path.to_owned(), message: message.into() }
    }

    /// A fault of somebody's own learner or strategy.
    pub fn other(fault: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(fault.into())
    }
}

fn stopped(step: usize, checkpoint: Option<&Path>) -> String {
    let after = if step > 0 { format!("stopped after step {step}") } else { "stopped".to_owned() };
    match checkpoint {
        Some(path) => format!("{after}; the same command resumes from {}", shown(path)),
        None => format!("{after}; there is nothing to resume from yet, and the same command begins anew"),
    }
}

/// The kind of somebody's own fault, which is one of xner's where it is only passed on.
fn kind_of(fault: &(dyn std::error::Error + Send + Sync + 'static)) -> ErrorKind {
    let own = fault.downcast_ref().map(Error::kind);
    let vectors = || fault.downcast_ref().map(xner_embed::Error::kind);
    let corpus = || fault.downcast_ref().map(xner_corpus::Error::kind);
    let eval = || fault.downcast_ref().map(xner_eval::Error::kind);
    let crf = || fault.downcast_ref().map(xner_crf::Error::kind);
    own.or_else(vectors).or_else(corpus).or_else(eval).or_else(crf).unwrap_or(ErrorKind::Other)
}
