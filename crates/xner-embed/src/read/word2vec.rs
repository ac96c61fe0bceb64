//! word2vec's binary format.

use std::io::BufRead;
use std::path::PathBuf;

use crate::read::bytes::Bytes;
use crate::read::{ReadOptions, Skipped};
use crate::vectors::{Builder, MOST_WORDS};
use crate::{Error, Result, Vectors};

/// Reads word2vec's binary format; `name` stands in errors.
///
/// A line `count dim`, then for each word its bytes, a space, and `dim` little-endian `f32`; a newline may stand
/// before each word and at the end. Of a word that comes twice the first, more frequent one stays. Behind the
/// limit nothing is read.
///
/// ```
/// use xner_embed::read::{ReadOptions, read_word2vec};
///
/// let bytes = b"1 2\nword \x00\x00\x80\x3f\x00\x00\x00\x3f\n";
/// let vectors = read_word2vec(bytes.as_slice(), "memory", &ReadOptions::default())?;
/// assert_eq!(vectors.get("word"), Some([1.0, 0.5].as_slice()));
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Binary`] with the byte (and the word's rank, from 0) for a file cut short or longer than its header
/// says, a word that is not UTF-8 or holds blanks, and numbers that are not finite; [`Error::Empty`] for a file of
/// no words; what reading says.
pub fn read_word2vec(
    reader: impl BufRead,
    name: impl Into<PathBuf>,
    options: &ReadOptions,
) -> Result<Vectors> {
    read(Bytes::new(reader, name.into(), None), options).map(|(vectors, _)| vectors)
}

pub(super) fn read(
    mut bytes: Bytes<impl BufRead>,
    options: &ReadOptions,
) -> Result<(Vectors, Option<Skipped>)> {
    let header = bytes.line(&"the line of counts")?;
    let mut counts = header.split_ascii_whitespace().map(str::parse::<u64>);
    let (count, dim) = match (counts.next(), counts.next(), counts.next()) {
        (Some(Ok(count)), Some(Ok(dim)), None) if dim > 0 && count <= MOST_WORDS as u64 => (count, dim),
        _ => {
            let message =
                format!("expected the counts of words and dimensions, found `{}`", header.escape_debug());
            return Err(bytes.fault(0, message));
        }
    };
    let kept = options.limit.map_or(count, |limit| count.min(limit as u64));
    let mut vectors: Option<Builder> = None;
    let (mut row, mut skipped) = (Vec::new(), None::<Skipped>);
    for rank in 0..kept as usize {
        let word = match bytes.checked_word(b' ', true, rank)? {
            Ok(word) => word,
            Err(fault) if options.skip_bad => {
                row.clear();
                bytes.floats(dim, &format_args!("the vector of rank {rank}"), &mut row)?;
                skipped.get_or_insert_with(|| Skipped { count: 0, first: fault.to_string() }).count += 1;
                continue;
            }
            Err(fault) => return Err(fault),
        };
        row.clear();
        bytes.floats(dim, &format_args!("the vector of `{word}` (rank {rank})"), &mut row)?;
        // The row is there, so its length is no lie.
        let vectors = vectors.get_or_insert_with(|| {
            let mut builder = Builder::new(row.len()).lowercase(options.lowercase);
            builder.reserve(bytes.promised(kept, 4 * dim));
            builder
        });
        vectors.push(&word, &row);
    }
    let Some(vectors) = vectors else { return Err(Error::Empty { path: bytes.name().to_owned() }) };
    if kept == count {
        bytes.end(true, &format_args!("the {count} words that the header promises"))?;
    }
    Ok((vectors.finish(), skipped))
}
