//! Files that appear only when they are complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use bzip2::write::BzEncoder;
use flate2::Compression;
use flate2::write::GzEncoder;
#[cfg(feature = "xz")]
use liblzma::write::XzEncoder;

use super::partial::{Partial, remove_partial};
use super::zstd::ZstdEncoder;
#[cfg(not(feature = "xz"))]
use crate::read::no_xz;
use crate::{Error, Result};

/// A file being written, compressed if its name ends in `.gz`, `.xz`, `.bz2` or `.zst`. The name `-` is standard
/// output.
///
/// The bytes go to a temporary file beside the target, which [`Output::finish`] syncs and renames. An output that is
/// dropped before that leaves nothing behind, and what a killed process left goes when the next output is made in the
/// folder. A pipe or a device is written directly.
pub struct Output {
    encoder: Encoder,
    path: PathBuf,
}

enum Encoder {
    Plain(BufWriter<Sink>),
    Gzip(GzEncoder<BufWriter<Sink>>),
    Bzip2(BzEncoder<BufWriter<Sink>>),
    Zstd(ZstdEncoder<BufWriter<Sink>>),
    #[cfg(feature = "xz")]
    Xz(XzEncoder<BufWriter<Sink>>),
}

impl Encoder {
    fn inner(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(encoder) => encoder,
            Self::Gzip(encoder) => encoder,
            Self::Bzip2(encoder) => encoder,
            Self::Zstd(encoder) => encoder,
            #[cfg(feature = "xz")]
            Self::Xz(encoder) => encoder,
        }
    }
}

enum Sink {
    Temporary(Partial, PathBuf),
    Direct(File),
    Stdout(io::Stdout),
}

impl Output {
    /// Begins the file `path`. Zstd is written at the level of the fastest: gzip makes smaller files.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written to, or when the name ends in `.xz` and this build lacks the
    /// feature `xz`.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        if path == Path::new("-") {
            let encoder = Encoder::Plain(BufWriter::new(Sink::Stdout(io::stdout())));
            return Ok(Self { encoder, path: PathBuf::from("<stdout>") });
        }
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        #[cfg(not(feature = "xz"))]
        if ending == "xz" {
            return Err(Error::Io { path: path.to_owned(), fault: no_xz() });
        }
        let sink = Sink::open(path).map_err(|fault| Error::Io { path: path.to_owned(), fault })?;
        let sink = BufWriter::with_capacity(1 << 16, sink);
        let encoder = match ending.as_str() {
            "gz" => Encoder::Gzip(GzEncoder::new(sink, Compression::default())),
            #[cfg(feature = "xz")]
            "xz" => Encoder::Xz(XzEncoder::new(sink, 6)),
            "bz2" => Encoder::Bzip2(BzEncoder::new(sink, bzip2::Compression::best())),
            "zst" => Encoder::Zstd(ZstdEncoder::new(sink)),
            _ => Encoder::Plain(sink),
        };
        Ok(Self { encoder, path: path.to_owned() })
    }

    /// Tells whether the file `path` can be written, and leaves nothing there: before work whose output it is to be.
    ///
    /// # Errors
    /// As [`Output::create`]; [`Error::Io`] when there is no room.
    pub fn probe(path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        drop(Self::create(path)?);
        if path == Path::new("-") {
            return Ok(());
        }
        let probed = Sink::open(path).and_then(|sink| match sink {
            Sink::Temporary(mut file, _) => file.fill(),
            Sink::Direct(_) | Sink::Stdout(_) => Ok(()),
        });
        probed.map_err(|fault| Error::Io { path: path.to_owned(), fault })
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// [`Error::Io`] when the last bytes cannot be written. Then the target stays as it was.
    pub fn finish(self) -> Result<()> {
        let Self { encoder, path } = self;
        let buffer = match encoder {
            Encoder::Plain(buffer) => Ok(buffer),
            Encoder::Gzip(encoder) => encoder.finish(),
            Encoder::Bzip2(encoder) => encoder.finish(),
            Encoder::Zstd(encoder) => encoder.finish(),
            #[cfg(feature = "xz")]
            Encoder::Xz(encoder) => encoder.finish(),
        };
        let sink = buffer.and_then(|buffer| buffer.into_inner().map_err(io::IntoInnerError::into_error));
        sink.and_then(Sink::finish).map_err(|fault| Error::Io { path, fault })
    }

    /// An error of writing to this output, with its name.
    pub fn error(&self, fault: io::Error) -> Error {
        Error::Io { path: self.path.clone(), fault }
    }
}

/// Refuses a folder that does not exist. The system's fault would name the temporary file, which the caller does not
/// know.
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
        // Links are followed, so that the file behind a link is replaced and not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if fs::metadata(&target).is_ok_and(|existing| !existing.is_file()) {
            return OpenOptions::new().write(true).open(target).map(Self::Direct);
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        check_folder(folder)?;
        // What killed processes left here goes by the way; where it cannot, that is no fault of this file.
        let _ = remove_partial(folder);
        Ok(Self::Temporary(Partial::create(folder, Some(&target))?, target))
    }

    fn inner(&mut self) -> &mut dyn Write {
        match self {
            Self::Temporary(file, _) => file,
            Self::Direct(file) => file,
            Self::Stdout(stdout) => stdout,
        }
    }

    fn finish(mut self) -> io::Result<()> {
        let Self::Temporary(file, target) = self else { return self.flush() };
        file.persist(&target)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encoder.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.inner().flush()
    }
}
