//! Small files of text: configs, reports, vocabularies.

use std::path::Path;

use super::lines::Place;
use crate::Result;

/// The whole of a file as text, uncompressed.
///
/// # Errors
/// [`crate::Error::Io`] for a file that cannot be read, a folder among them; [`crate::Error::Encoding`] with the
/// first line that is not UTF-8, and where in it.
pub fn whole_text(path: &Path) -> Result<String> {
    let mut place = Place { path: path.to_owned(), line: 0 };
    let bytes = std::fs::read(path).map_err(|fault| place.io(fault))?;
    String::from_utf8(bytes).map_err(|fault| {
        let (valid, bytes) = (fault.utf8_error().valid_up_to(), fault.as_bytes());
        place.line = 1 + memchr::memchr_iter(b'\n', &bytes[..valid]).count();
        let begin = memchr::memrchr(b'\n', &bytes[..valid]).map_or(0, |end| end + 1);
        place.encoding(&bytes[begin..], valid - begin)
    })
}
