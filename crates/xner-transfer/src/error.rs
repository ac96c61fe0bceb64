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
    /// A fault in a corpus, or in another file of text.
    #[error(transparent)]
    Corpus(xner_corpus::Error),
    /// A fault in scoring.
    #[error(transparent)]
    Eval(#[from] xner_eval::Error),
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
    pub(crate) fn setting(key: &str, message: impl Into<String>) -> Self {
        Self::Setting { key: key.to_owned(), message: message.into() }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn folder(path: &Path, message: impl Into<String>) -> Self {
        Self::Folder { path: path.to_owned(), message: message.into() }
    }

    /// As a fault of training, for a learner that saves more than its model in `folder`.
    pub(crate) fn of_saving(self, folder: &Path) -> xner_tagger::Error {
        match self {
            Self::Tagger(fault) => fault,
            Self::Corpus(fault) => fault.into(),
            Self::Io { path, source } => xner_tagger::Error::Io { path, source },
            fault => xner_tagger::Error::Io { path: folder.to_owned(), source: std::io::Error::other(fault) },
        }
    }
}

/// Ends a run in the folder `out`, after so many steps, where an observer answers that it should; the same call goes on.
pub(crate) fn granted(answer: Flow, step: usize, out: &Path) -> Result<(), Error> {
    match answer {
        Flow::Continue => Ok(()),
        Flow::Stop => Err(xner_tagger::Error::Stopped { step, checkpoint: out.to_owned() }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_said_reaches_training_as_it_was() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let of_file = xner_corpus::Error::Io { path: "scores.json".into(), source: full() };
        for fault in [Error::from(of_file), Error::io(Path::new("scores.json"))(full())] {
            let found = fault.of_saving(Path::new("out"));
            let same = |path: &Path, source: &std::io::Error| {
                path == Path::new("scores.json") && source.kind() == full().kind()
            };
            assert!(
                matches!(&found, xner_tagger::Error::Io { path, source } if same(path, source)),
                "{found}"
            );
        }
        let other = Error::folder(Path::new("a"), "is not whole").of_saving(Path::new("out")).to_string();
        assert_eq!(other, "out: a: is not whole");
    }
}
