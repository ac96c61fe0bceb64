//! Opening files and standard input, compressed or not.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
#[cfg(feature = "xz")]
use liblzma::bufread::XzDecoder;
#[cfg(feature = "xz")]
use liblzma::stream::{CONCATENATED, Stream};

#[cfg(feature = "xz")]
use super::limits::DECODER_MEMORY;
use super::zstd::Frames;
use super::{ConllOptions, Format, Meter, conll};
use crate::{Error, Result};

const GZIP: &[u8] = &[0x1f, 0x8b];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0x00];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// What Parquet's own four letters may be a word's first; behind them stands its first field.
const PARQUET: &[u8] = b"PAR1\x15";
/// A block of bzip2, or, of nothing, the end: they stand behind three letters and a digit.
const BZIP2: [&[u8]; 2] = [b"1AY&SY", &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];
/// As many bytes as it takes to tell any of them.
const LONGEST: usize = 10;
const BUFFER: usize = 1 << 17;

/// An open file or standard input, decompressed, with the name that errors give it.
pub struct Input {
    /// The bytes.
    pub reader: Box<dyn BufRead + Send>,
    /// The name: the path, or `<stdin>`.
    pub name: PathBuf,
}

impl Input {
    /// Opens a file, or standard input for `-`.
    ///
    /// The first bytes tell data of gzip, xz, bzip2 and zstd, of several members, streams or frames too. A name that
    /// ends in `.gz`, `.xz`, `.bz2` or `.zst` over other data is refused, and so is Parquet.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be opened or read, or is compressed with xz and this build lacks the feature
    /// `xz`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::metered(path).map(|(input, _)| input)
    }

    /// As [`Input::open`], with a meter that tells how much has been read.
    ///
    /// # Errors
    /// As [`Input::open`].
    pub fn metered(path: impl AsRef<Path>) -> Result<(Self, Meter)> {
        let path = path.as_ref();
        if path == Path::new("-") {
            return Ok((Self::from_reader(io::stdin(), "<stdin>")?, Meter::default()));
        }
        let file = File::open(path).map_err(|fault| Error::Io { path: path.to_owned(), fault })?;
        let meter = Meter::of(&file);
        Ok((Self::from_reader(meter.watch(file), path)?, meter))
    }

    /// The input and the options by which its columns are read: those of the format, and of `CoNLL-U` and of the files
    /// of Universal NER, which the first lines tell, unless the options name columns.
    pub fn columns(self, format: Format, options: ConllOptions) -> (Self, ConllOptions) {
        let (reader, options) = conll::detect(self.reader, options.of_format(format));
        (Self { reader, name: self.name }, options)
    }

    /// Reads from `reader`, decompressing as [`Input::open`] does; `name` stands in errors.
    ///
    /// # Errors
    /// [`Error::Io`] when the first bytes cannot be read, or when they are not what the name promises.
    pub fn from_reader(reader: impl Read + Send + 'static, name: impl Into<PathBuf>) -> Result<Self> {
        let name = name.into();
        match decoded(reader, &name) {
            Ok(reader) => Ok(Self { reader, name }),
            Err(fault) => Err(Error::Io { path: name, fault }),
        }
    }
}

fn decoded(reader: impl Read + Send + 'static, name: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let mut reader = BufReader::with_capacity(BUFFER, reader);
    let (head, taken) = first_bytes(&mut reader)?;
    let whole = Cursor::new(taken).chain(reader);
    let (is_gzip, is_xz, is_zstd) = (head.starts_with(GZIP), head.starts_with(XZ), head.starts_with(ZSTD));
    let is_bzip2 = head.len() == LONGEST && may_be_bzip2(&head);
    let invalid = |message: String| Err(io::Error::new(io::ErrorKind::InvalidData, message));
    if head.starts_with(PARQUET) {
        return invalid("it is Parquet, which is not read: export it as JSON lines".to_owned());
    }
    let extension = name.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let kinds =
        [("gz", is_gzip, "gzip"), ("xz", is_xz, "xz"), ("bz2", is_bzip2, "bzip2"), ("zst", is_zstd, "zstd")];
    for (ending, is, kind) in kinds {
        if extension.eq_ignore_ascii_case(ending) && !is {
            return invalid(format!("no {kind} data, though the name ends in .{ending}"));
        }
    }
    if is_xz {
        return xz(whole);
    }
    Ok(if is_gzip {
        explained(MultiGzDecoder::new(whole), "gzip")
    } else if is_bzip2 {
        explained(MultiBzDecoder::new(whole), "bzip2")
    } else if is_zstd {
        explained(Frames::new(whole), "zstd")
    } else {
        Box::new(whole)
    })
}

/// The first bytes, as many as it takes to tell compressed data, and those of them that were taken out of the reader.
/// Of a pipe no more is waited for.
fn first_bytes(reader: &mut impl BufRead) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let may_be = |head: &[u8]| {
        let begun = [GZIP, XZ, ZSTD, PARQUET].iter().any(|magic| magic.starts_with(head));
        head.len() < LONGEST && (begun || may_be_bzip2(head))
    };
    let mut taken = Vec::new();
    loop {
        let buffer = match reader.fill_buf() {
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let wanted = (LONGEST - taken.len()).min(buffer.len());
        let head = [taken.as_slice(), &buffer[..wanted]].concat();
        if wanted == 0 || !may_be(&head) {
            return Ok((head, taken));
        }
        taken = head;
        reader.consume(wanted);
    }
}

/// Whether data begins as bzip2 does, as far as they are known. A word may begin with its letters.
fn may_be_bzip2(head: &[u8]) -> bool {
    let (letters, behind) = head.split_at(head.len().min(3));
    let (size, behind) = behind.split_at(behind.len().min(1));
    b"BZh".starts_with(letters)
        && size.iter().all(|size| (b'1'..=b'9').contains(size))
        && BZIP2.iter().any(|magic| magic.starts_with(behind))
}

fn explained(inner: impl Read + Send + 'static, kind: &'static str) -> Box<dyn BufRead + Send> {
    Box::new(BufReader::with_capacity(BUFFER, Explained { inner, kind }))
}

#[cfg(feature = "xz")]
fn xz(whole: impl BufRead + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let stream = Stream::new_stream_decoder(DECODER_MEMORY, CONCATENATED)?;
    let decoder = XzDecoder::new_stream(whole, stream);
    Ok(explained(decoder, "xz"))
}

#[cfg(not(feature = "xz"))]
fn xz(_: impl BufRead) -> io::Result<Box<dyn BufRead + Send>> {
    Err(no_xz())
}

/// The fault of a file that this build cannot read or write.
#[cfg(not(feature = "xz"))]
pub(crate) fn no_xz() -> io::Error {
    let message = "it is compressed with xz, which this build of xner-corpus lacks (feature `xz`)";
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// A decoder whose errors say what they are errors of.
struct Explained<R> {
    inner: R,
    kind: &'static str,
}

impl<R: Read> Read for Explained<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| {
            let kind = self.kind;
            match error.kind() {
                io::ErrorKind::UnexpectedEof => {
                    io::Error::new(error.kind(), format!("the {kind} data is cut short"))
                }
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                    // Whatever the decoder calls it, it is the file that is at fault.
                    io::Error::new(io::ErrorKind::InvalidData, format!("the {kind} data is damaged: {error}"))
                }
                _ => error,
            }
        })
    }
}
