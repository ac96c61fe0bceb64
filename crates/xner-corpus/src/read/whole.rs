//! Small files of text: configs, reports, vocabularies.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::Path;

use super::limits::LARGEST_TEXT;
use super::lines::Place;
use crate::{Error, Result};

/// The whole of a file as text, uncompressed; at most [`LARGEST_TEXT`] bytes.
///
/// # Errors
/// [`Error::Io`] for a file that cannot be read, a folder among them; [`Error::TooLarge`]; [`Error::Encoding`] with the
/// first line that is not UTF-8, and where in it.
pub fn whole_text(path: &Path) -> Result<String> {
    let mut place = Place { path: path.to_owned(), line: 0 };
    let mut file = File::open(path).map_err(|fault| place.io(fault))?;
    // What the system says of the length need not be so, as for a pipe.
    let length = file.metadata().map_or(0, |data| data.len());
    let mut bytes = Vec::with_capacity(length.min(LARGEST_TEXT) as usize + 1);
    (&mut file).take(LARGEST_TEXT + 1).read_to_end(&mut bytes).map_err(|fault| place.io(fault))?;
    if bytes.len() as u64 > LARGEST_TEXT {
        return Err(Error::TooLarge { path: place.path, most: LARGEST_TEXT });
    }
    String::from_utf8(bytes).map_err(|fault| {
        let (valid, bytes) = (fault.utf8_error().valid_up_to(), fault.as_bytes());
        place.line = 1 + memchr::memchr_iter(b'\n', &bytes[..valid]).count();
        let begin = memchr::memrchr(b'\n', &bytes[..valid]).map_or(0, |end| end + 1);
        place.encoding(&bytes[begin..], valid - begin)
    })
}

/// As [`whole_text`], of a file of a model, a run or a mapping; see [`check_regular`].
///
/// # Errors
/// Those of both.
pub fn regular_text(path: &Path) -> Result<String> {
    check_regular(path)?;
    whole_text(path)
}

/// Says that a path, or what its links lead to, is a file. A pipe, a socket or a device is none: to open one may wait
/// for ever, or do something. For files of folders that someone else made.
///
/// # Errors
/// [`Error::NoFile`]; [`Error::Io`] where nothing is there, or its links lead in a circle.
pub fn check_regular(path: &Path) -> Result<()> {
    let found = fs::metadata(path).map_err(|fault| Error::Io { path: path.to_owned(), fault })?;
    if found.is_file() {
        return Ok(());
    }
    Err(Error::NoFile { path: path.to_owned(), what: what(&found) })
}

/// What is no file, in words.
#[cfg(unix)]
fn what(found: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = found.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn what(found: &Metadata) -> &'static str {
    if found.is_dir() { "a folder" } else { "a device" }
}
