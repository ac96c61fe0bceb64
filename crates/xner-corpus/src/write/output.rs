//! Files that appear only when they are complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use liblzma::write::XzEncoder;
use tempfile::NamedTempFile;

use crate::{Error, Result};

/// A file being written, compressed if its name ends in `.gz` or `.xz`; or standard output, for `-`.
///
/// The bytes go to a temporary file beside the target, which [`Output::finish`] syncs and renames. Dropped
/// before that, it leaves nothing behind. What is no regular file (a pipe, a device) is written directly.
pub struct Output {
    encoder: Encoder,
    path: PathBuf,
}

enum Encoder {
    Plain(BufWriter<Sink>),
    Gzip(GzEncoder<BufWriter<Sink>>),
    Xz(XzEncoder<BufWriter<Sink>>),
}

enum Sink {
    Temporary(NamedTempFile, PathBuf),
    Direct(File),
    Stdout(io::Stdout),
}

/// How a file is called until it is complete: with letters of chance between.
const PREFIX: &str = ".xner-";
const SUFFIX: &str = ".part";

impl Output {
    /// Begins the file `path`.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written to.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if path == Path::new("-") {
            let encoder = Encoder::Plain(BufWriter::new(Sink::Stdout(io::stdout())));
            return Ok(Self { encoder, path: PathBuf::from("<stdout>") });
        }
        let sink = Sink::open(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let sink = BufWriter::with_capacity(1 << 16, sink);
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let encoder = match ending.as_str() {
            "gz" => Encoder::Gzip(GzEncoder::new(sink, Compression::default())),
            "xz" => Encoder::Xz(XzEncoder::new(sink, 6)),
            _ => Encoder::Plain(sink),
        };
        Ok(Self { encoder, path: path.to_owned() })
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// [`Error::Io`] when the last bytes cannot be written; the target is then as it was before.
    pub fn finish(self) -> Result<()> {
        let Self { encoder, path } = self;
        let buffer = match encoder {
            Encoder::Plain(buffer) => Ok(buffer),
            Encoder::Gzip(encoder) => encoder.finish(),
            Encoder::Xz(encoder) => encoder.finish(),
        };
        let sink = buffer.and_then(|buffer| buffer.into_inner().map_err(io::IntoInnerError::into_error));
        sink.and_then(Sink::finish).map_err(|source| Error::Io { path, source })
    }

    /// An error of writing to this output, with its name.
    pub fn error(&self, source: io::Error) -> Error {
        Error::Io { path: self.path.clone(), source }
    }
}

/// Removes what processes that were killed while writing left of their outputs in a folder. Nothing else may be
/// writing there; where something may, [`remove_partial_older`].
///
/// # Errors
/// [`Error::Io`] when the folder does not read, or a file cannot be removed.
pub fn remove_partial(folder: &Path) -> Result<()> {
    remove_partial_older(folder, Duration::ZERO)
}

/// As [`remove_partial`], but only what nobody has written to for so long.
///
/// # Errors
/// As [`remove_partial`].
pub fn remove_partial_older(folder: &Path, age: Duration) -> Result<()> {
    let fault = |source| Error::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let old = || {
            let changed = entry.metadata().and_then(|data| data.modified());
            changed.is_ok_and(|at| at.elapsed().is_ok_and(|since| since >= age))
        };
        if ours && (age.is_zero() || old()) {
            fs::remove_file(entry.path()).map_err(|source| Error::Io { path: entry.path(), source })?;
        }
    }
    Ok(())
}

/// Says so where there is no such folder: the system would name the temporary file, of which nobody has heard.
fn check_folder(folder: &Path) -> io::Result<()> {
    let missing = match fs::metadata(folder) {
        Ok(found) => !found.is_dir(),
        Err(fault) => matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    };
    if missing {
        let message = format!("there is no folder {}", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    Ok(())
}

impl Sink {
    fn open(path: &Path) -> io::Result<Self> {
        // Through links, so that the file behind a link is replaced and not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(&target).is_ok_and(|existing| !existing.is_file()) {
            return OpenOptions::new().write(true).open(target).map(Self::Direct);
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        check_folder(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&target).map_or(0o666, |existing| existing.permissions().mode() & 0o777);
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        Ok(Self::Temporary(builder.tempfile_in(folder)?, target))
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Temporary(file, target) => {
                file.as_file().sync_all()?;
                file.persist(target).map(drop).map_err(|error| error.error)
            }
            Self::Direct(mut file) => file.flush(),
            Self::Stdout(mut stdout) => stdout.flush(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Temporary(file, _) => file.write(bytes),
            Self::Direct(file) => file.write(bytes),
            Self::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Temporary(file, _) => file.flush(),
            Self::Direct(file) => file.flush(),
            Self::Stdout(stdout) => stdout.flush(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoder {
            Encoder::Plain(encoder) => encoder.write(bytes),
            Encoder::Gzip(encoder) => encoder.write(bytes),
            Encoder::Xz(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Plain(encoder) => encoder.flush(),
            Encoder::Gzip(encoder) => encoder.flush(),
            Encoder::Xz(encoder) => encoder.flush(),
        }
    }
}
