//! Whether two names are one file.

use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// What makes a file itself, whatever it is called: links and hard links have that of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity(Key);

#[cfg(unix)]
type Key = (u64, u64);
#[cfg(not(unix))]
type Key = PathBuf;

impl Identity {
    /// Of a file or folder; none where there is nothing.
    pub(super) fn of(path: &Path) -> Option<Self> {
        Self::with(&fs::metadata(path).ok()?, path)
    }

    /// Of an open file; none where the system does not tell.
    pub(super) fn of_file(file: &File) -> Option<Self> {
        Self::with(&file.metadata().ok()?, Path::new(""))
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it may be none")]
    fn with(found: &Metadata, _: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self((found.dev(), found.ino())))
    }

    #[cfg(not(unix))]
    fn with(_: &Metadata, path: &Path) -> Option<Self> {
        fs::canonicalize(path).ok().map(Self)
    }
}

/// Whether `path` leads to the open file. Where the system does not tell files apart, it is enough that it is there.
pub(super) fn is_file_of(path: &Path, file: &File) -> bool {
    match Identity::of_file(file) {
        Some(identity) => Identity::of(path) == Some(identity),
        None => path.exists(),
    }
}

/// Refuses an output that is one of the inputs: by links and hard links too, and also where `-` is standard output or
/// input and the shell has put a file there. Pipes, devices and what is not there are no one's.
///
/// # Errors
/// [`Error::OutputIsInput`] with both names.
pub fn check_output<'a>(output: &Path, inputs: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let Some(own) = regular(output, stdout) else { return Ok(()) };
    for input in inputs {
        if regular(input, stdin).as_ref() == Some(&own) {
            let name = |path: &Path, standard: &str| {
                if path == Path::new("-") { PathBuf::from(standard) } else { path.to_owned() }
            };
            let (output, input) = (name(output, "<stdout>"), name(input, "<stdin>"));
            return Err(Error::OutputIsInput { output, input });
        }
    }
    Ok(())
}

/// Whether the shell has made this file this process's standard output or error: a log of what it does, say.
pub fn is_standard(path: &Path) -> bool {
    let Some(own) = regular(path, || None) else { return false };
    [stdout(), stderr()].into_iter().flatten().any(|file| Identity::of_file(&file).as_ref() == Some(&own))
}

/// The identity of a regular file.
fn regular(path: &Path, standard: fn() -> Option<File>) -> Option<Identity> {
    if path == Path::new("-") {
        let file = standard()?;
        return file.metadata().ok()?.is_file().then(|| Identity::of_file(&file)).flatten();
    }
    let found = fs::metadata(path).ok()?;
    if found.is_file() { Identity::with(&found, path) } else { None }
}

/// A standard stream as a file; none where there is none, or the system has no such thing.
macro_rules! standard {
    ($($name:ident),*) => {
        $(fn $name() -> Option<File> {
            #[cfg(unix)]
            {
                use std::os::fd::AsFd;
                std::io::$name().as_fd().try_clone_to_owned().ok().map(File::from)
            }
            #[cfg(not(unix))]
            {
                None
            }
        })*
    };
}

standard!(stdin, stdout, stderr);
