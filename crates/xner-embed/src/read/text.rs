//! Reading word vectors from text.

use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;

use rayon::prelude::*;

use super::ReadOptions;
use crate::vectors::Builder;
use crate::{Error, Result, Vectors};

/// So many bytes of lines go to the threads at a time.
const BATCH: usize = 1 << 24;
/// A thread's share of them.
const SHARE: usize = 1 << 18;

/// Reads word2vec or fastText text (a line `count dim`, then a row a word) or GloVe text (rows alone);
/// `name` stands in errors.
///
/// A row is the word, a space, and numbers with spaces (or tabs) between. Words hold no space, but may hold any
/// other white space, such as the no-break spaces of some fastText files. Of a word that comes twice the first
/// row, of the more frequent, stays. The numbers are parsed on all of rayon's threads.
///
/// A first line of exactly two columns that are both whole numbers is the header.
///
/// # Errors
/// [`Error::Malformed`] with the line for a row of another length, a number that is none or not finite,
/// invalid UTF-8, or a header that promises other rows than there are; [`Error::Empty`] for a file without
/// rows; what reading says.
///
/// ```
/// use xner_embed::read::{ReadOptions, read_text};
///
/// let text = "2 3\nthe 1 0 0\nof 0 1e-1 0\n";
/// let vectors = read_text(text.as_bytes(), "memory", &ReadOptions::default())?;
/// assert_eq!((vectors.len(), vectors.dim(), vectors.rank("of")), (2, 3, Some(1)));
/// # Ok::<(), xner_embed::Error>(())
/// ```
pub fn read_text(
    reader: impl Read + Send,
    name: impl Into<PathBuf>,
    options: &ReadOptions,
) -> Result<Vectors> {
    let name = name.into();
    let limit = options.limit.unwrap_or(usize::MAX);
    let mut batches = Batches { reader, buffer: Vec::new(), spare: Vec::new() };
    let mut header: Option<(usize, usize)> = None;
    let mut vectors: Option<Builder> = None;
    let (mut rows, mut line) = (0, 1);
    let fault = |line, message: String| Error::Malformed { path: name.clone(), line, message };
    while rows < limit && batches.next().map_err(|source| Error::Io { path: name.clone(), source })? {
        let mut bytes = batches.buffer.as_slice();
        if line == 1 {
            bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
            header = read_header(bytes);
            if header.is_some() {
                bytes = &bytes[end_of_line(bytes)..];
                line = 2;
            }
        }
        if bytes.is_empty() {
            continue;
        }
        let dim = match (&vectors, header) {
            (Some(vectors), _) => vectors.dim(),
            (None, Some((_, dim))) => dim,
            (None, None) => numbers_of(bytes),
        };
        if dim == 0 {
            return Err(fault(
                1,
                "expected a word and its numbers, or the counts of words and dimensions".to_owned(),
            ));
        }
        let vectors = vectors.get_or_insert_with(|| Builder::new(dim).lowercase(options.lowercase));
        let shares = shares(bytes);
        let parsed: Vec<Parsed> = shares.into_par_iter().map(|share| parse(&bytes[share], dim)).collect();
        for share in parsed {
            let kept = share.words.len().min(limit - rows);
            for (word, vector) in share.words.into_iter().zip(share.data.chunks_exact(dim)).take(kept) {
                vectors
                    .push(&if options.lowercase { word.to_lowercase() } else { word.into_string() }, vector);
            }
            rows += kept;
            if rows == limit {
                break;
            }
            if let Some(message) = share.fault {
                return Err(fault(line + kept, message));
            }
            line += kept;
        }
    }
    match header {
        // Rows behind the limit are not read, so not counted either.
        Some((count, _)) if rows != count && rows != limit || count < rows => Err(fault(
            1,
            format!(
                "promises {count} words, the file has {}{rows}",
                if rows == limit { "at least " } else { "" }
            ),
        )),
        _ => vectors.map(Builder::finish).ok_or(Error::Empty { path: name }),
    }
}

/// Whole lines, many at a time.
struct Batches<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The beginning of a line whose end has not been read.
    spare: Vec<u8>,
}

impl<R: Read> Batches<R> {
    /// Fills the buffer; false at the end of the file.
    fn next(&mut self) -> std::io::Result<bool> {
        std::mem::swap(&mut self.buffer, &mut self.spare);
        self.spare.clear();
        loop {
            let before = self.buffer.len();
            (&mut self.reader).take(BATCH as u64).read_to_end(&mut self.buffer)?;
            if self.buffer.len() == before {
                return Ok(before > 0);
            }
            if let Some(end) = memchr::memrchr(b'\n', &self.buffer[before..]) {
                self.spare.extend_from_slice(&self.buffer[before + end + 1..]);
                self.buffer.truncate(before + end + 1);
                return Ok(true);
            }
        }
    }
}

/// The byte behind the first line's end.
fn end_of_line(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1)
}

/// The columns of a row.
fn columns(row: &str) -> impl Iterator<Item = &str> {
    row.split([' ', '\t']).filter(|column| !column.is_empty())
}

fn first_line(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(&bytes[..end_of_line(bytes)]).ok().map(|line| line.trim_end_matches(['\r', '\n']))
}

fn read_header(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut found = columns(first_line(bytes)?);
    let header = (found.next()?.parse().ok()?, found.next()?.parse().ok()?);
    found.next().is_none().then_some(header)
}

/// The numbers in the first row.
fn numbers_of(bytes: &[u8]) -> usize {
    first_line(bytes).map_or(0, |row| columns(row).count().saturating_sub(1))
}

/// Ranges of whole lines, of about [`SHARE`] bytes each.
fn shares(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::with_capacity(bytes.len() / SHARE + 1);
    let mut start = 0;
    while start < bytes.len() {
        let from = (start + SHARE).min(bytes.len());
        let end = from + end_of_line(&bytes[from..]);
        found.push(start..end);
        start = end;
    }
    found
}

/// The rows of a share, up to the first that is at fault.
#[derive(Default)]
struct Parsed {
    words: Vec<Box<str>>,
    data: Vec<f32>,
    fault: Option<String>,
}

fn parse(bytes: &[u8], dim: usize) -> Parsed {
    let mut parsed = Parsed { data: Vec::with_capacity(bytes.len() / 8), ..Parsed::default() };
    let (text, valid) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, true),
        // Whole rows before the fault count, and the row that has it is named.
        Err(error) => (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(), false),
    };
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if !valid && lines.peek().is_none() && !line.ends_with('\n') {
            break;
        }
        match parse_row(line.trim_end_matches(['\r', '\n']), dim, &mut parsed.data) {
            Ok(word) => parsed.words.push(word.into()),
            Err(message) => {
                parsed.fault = Some(message);
                return parsed;
            }
        }
    }
    if !valid {
        parsed.fault = Some("invalid UTF-8".to_owned());
    }
    parsed
}

/// Adds the row's numbers to `data` and returns its word.
fn parse_row<'a>(row: &'a str, dim: usize, data: &mut Vec<f32>) -> Result<&'a str, String> {
    let (word, numbers) = row.split_once([' ', '\t']).unwrap_or((row, ""));
    if word.is_empty() {
        return Err(format!("expected a word and {dim} numbers, the line begins with a blank or is empty"));
    }
    let before = data.len();
    for column in columns(numbers) {
        let number: f32 =
            column.parse().map_err(|_| format!("`{column}` in the vector of `{word}` is no number"))?;
        if !number.is_finite() {
            return Err(format!("`{column}` in the vector of `{word}` is not finite"));
        }
        data.push(number);
    }
    match data.len() - before {
        found if found == dim => Ok(word),
        found => Err(format!("expected {dim} numbers behind `{word}`, found {found}")),
    }
}
