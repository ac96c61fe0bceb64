//! Reading word vectors, of any usual kind.

mod bytes;
mod fasttext;
mod lines;
mod native;
mod number;
mod row;
mod text;
mod word2vec;

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use xner_corpus::read::Input;

use self::bytes::Bytes;
pub use self::fasttext::FastText;
pub use self::text::read_text;
pub use self::word2vec::read_word2vec;
pub use crate::vectors::Format;
use crate::{Error, Result, Vectors};

/// So many first bytes tell a format.
const HEAD: u64 = 16;

/// How to read word vectors.
///
/// ```
/// use xner_embed::read::{Format, ReadOptions};
///
/// let options = ReadOptions { limit: Some(200_000), ..ReadOptions::default() };
/// assert_eq!((options.lowercase, options.format), (false, None::<Format>));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Read the first so many rows of the file only, and nothing behind them. Rows are counted as they are read,
    /// so fewer words may come of them where words come twice.
    pub limit: Option<usize>,
    /// Make words lower case; of words that then are equal the first, most frequent one stays.
    pub lowercase: bool,
    /// Leave out rows of text that cannot be read, and words of word2vec's binary form that are not UTF-8 or hold
    /// blanks; see [`open_counted`].
    pub skip_bad: bool,
    /// The format; `None` finds it by the file's first bytes and its name (see [`Format::detect`]).
    pub format: Option<Format>,
}

/// Opens a file of word vectors of any format, text and binary ones `.gz` or `.xz` too; `-` is standard input.
///
/// Of a word that comes twice the first row, of the more frequent, stays: [`Vectors::duplicates`] says how many
/// were dropped. Vectors of zeros are allowed: [`Vectors::zeros`] says how many there are.
///
/// ```
/// use xner_embed::read::{self, ReadOptions};
///
/// let path = std::env::temp_dir().join("xner-embed-open.vec");
/// std::fs::write(&path, "3 2\nThe 0 1\nof 1 0\nthe 1 1\n")?;
/// let vectors = read::open(&path, &ReadOptions { lowercase: true, ..ReadOptions::default() })?;
/// assert_eq!((vectors.get("the"), vectors.duplicates()), (Some([0.0, 1.0].as_slice()), 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Whatever is wrong with the file, with its name and the line, byte or tensor: see the formats' own readers.
pub fn open(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Vectors> {
    open_counted(path, options).map(|(vectors, _)| vectors)
}

/// Rows that were left out for [`ReadOptions::skip_bad`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// How many.
    pub count: usize,
    /// What is wrong with the first of them, with its file and line.
    pub first: String,
}

/// As [`open`], with the rows that were left out, where there are any.
///
/// # Errors
/// As [`open`].
pub fn open_counted(path: impl AsRef<Path>, options: &ReadOptions) -> Result<(Vectors, Option<Skipped>)> {
    let path = path.as_ref();
    let len = bytes::plain_len(path);
    let Input { mut reader, name } = Input::open(path)?;
    let fault = |fault| Error::Io { path: name.clone(), fault };
    let mut head = Vec::with_capacity(HEAD as usize);
    (&mut reader).take(HEAD).read_to_end(&mut head).map_err(fault)?;
    match options.format.unwrap_or_else(|| Format::detect(path, &head)) {
        Format::Text => {
            let size = fs::metadata(path).ok().filter(fs::Metadata::is_file).map_or(0, |file| file.len());
            text::read(Cursor::new(head).chain(reader), &name, size, options)
        }
        Format::Native => {
            drop(reader);
            native::open(path, options).map(|vectors| (vectors, None))
        }
        Format::Word2Vec => word2vec::read(Bytes::new(Cursor::new(head).chain(reader), name, len), options),
        Format::FastText => {
            let bytes = Bytes::new(Cursor::new(head).chain(reader), name, len);
            fasttext::read_words(bytes, options).map(|vectors| (vectors, None))
        }
    }
}
