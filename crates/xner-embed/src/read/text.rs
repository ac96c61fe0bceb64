//! Reading word vectors from text.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::lines::{Batch, count_lines, end_of_line, shares};
use super::row::{columns, fault_of, read_row};
use super::{ReadOptions, Skipped};
use crate::vectors::Builder;
use crate::{Error, Result, Vectors};

/// A thread's share of a batch, in bytes.
const SHARE: usize = if cfg!(fuzzing) { 1 << 6 } else { 1 << 17 };

/// Reads word2vec or fastText text (a line `count dim`, then a row a word) or GloVe text (rows alone);
/// `name` stands in errors.
///
/// A row is the word, a space, and numbers with spaces (or tabs) between. Words may hold any other white space, such as
/// the no-break spaces of some fastText files. A word with spaces, as some of GloVe's are, is read where the last
/// columns of its row are the numbers and the one before them is none; its spaces become no-break spaces, for no other
/// format could hold it. Of a word that comes twice the first
/// row, of the more frequent, stays. The numbers are parsed on all of rayon's threads, while the next bytes are read.
///
/// A first line of exactly two columns that are both whole numbers is the header. Memory is taken for rows that have
/// been read, not for those that the header promises.
///
/// ```
/// use xner_embed::read::{ReadOptions, read_text};
///
/// let text = "2 3\nthe 1 0 0\nof 0 1e-1 0\n";
/// let vectors = read_text(text.as_bytes(), "memory", &ReadOptions::default())?;
/// assert_eq!((vectors.len(), vectors.dim(), vectors.rank("of")), (2, 3, Some(1)));
/// # Ok::<(), xner_embed::Error>(())
/// ```
///
/// # Errors
/// [`Error::Corpus`] with the line for a row of another length, a number that is none or not finite,
/// invalid UTF-8, or a header that promises other rows than there are; [`Error::Empty`] for a file without
/// rows; what reading says. With [`ReadOptions::skip_bad`] rows at fault are left out.
pub fn read_text(
    reader: impl Read + Send,
    name: impl Into<PathBuf>,
    options: &ReadOptions,
) -> Result<Vectors> {
    read(reader, &name.into(), 0, options).map(|(vectors, _)| vectors)
}

/// The same of a file of so many bytes, compressed or not; 0 if it is not known.
pub(super) fn read(
    mut reader: impl Read + Send,
    name: &Path,
    size: u64,
    options: &ReadOptions,
) -> Result<(Vectors, Option<Skipped>)> {
    let mut text = Text {
        name,
        size: size as usize,
        limit: options.limit.unwrap_or(usize::MAX),
        lowercase: options.lowercase,
        skip_bad: options.skip_bad,
        skipped: None,
        header: None,
        table: None,
        rows: 0,
        line: 1,
    };
    let io = |fault| Error::Io { path: name.to_owned(), fault };
    let (mut batch, mut next) = (Batch::new(), Batch::new());
    let mut more = next.fill(&batch, &mut reader).map_err(io)?;
    while more && text.rows < text.limit {
        std::mem::swap(&mut batch, &mut next);
        let (parsed, read) = rayon::join(|| text.parse(&batch), || next.fill(&batch, &mut reader));
        parsed?;
        if text.rows == text.limit {
            break;
        }
        more = read.map_err(io)?;
    }
    text.finish()
}

/// What has been read of a text.
struct Text<'a> {
    name: &'a Path,
    size: usize,
    limit: usize,
    lowercase: bool,
    skip_bad: bool,
    skipped: Option<Skipped>,
    header: Option<(usize, usize)>,
    table: Option<Builder>,
    /// Rows read.
    rows: usize,
    /// The line that comes next, from 1.
    line: usize,
}

impl Text<'_> {
    fn fault(&self, line: usize, message: String) -> Error {
        Error::malformed(self.name, line, message)
    }

    fn parse(&mut self, batch: &Batch) -> Result<()> {
        let mut lines = 0..batch.lines().len();
        if self.line == 1 {
            lines.start = self.begin(batch.lines());
        }
        if lines.is_empty() {
            return Ok(());
        }
        let dim = match (&self.table, self.header) {
            (Some(table), _) => table.dim(),
            (None, Some((_, dim))) => dim,
            (None, None) => numbers_of(&batch.lines()[lines.start..]),
        };
        if dim == 0 {
            let message = "expected a word and its numbers, or the counts of words and dimensions";
            return Err(self.fault(1, message.to_owned()));
        }
        let shares = self.shares(batch, lines.clone());
        let rows: usize = shares.iter().map(|share| share.rows).sum();
        // A number takes two bytes at least.
        if rows.checked_mul(dim).is_none_or(|numbers| numbers > lines.len() / 2) {
            return Err(self.short_row(batch, lines, dim));
        }
        let expected = self.expected(dim, lines.len(), rows);
        let table = self.table.get_or_insert_with(|| Builder::new(dim));
        let mut space = table.space(rows, expected);
        let mut jobs = Vec::with_capacity(shares.len());
        for share in shares {
            let (part, rest) = space.split_at_mut(share.rows * dim);
            jobs.push((share, part));
            space = rest;
        }
        let (lowercase, skip_bad) = (self.lowercase, self.skip_bad);
        let parsed: Vec<_> = jobs
            .into_par_iter()
            .map(|(share, part)| words_of(batch.from(share.bytes.start), part, dim, lowercase, skip_bad))
            .collect();
        let mut words = Vec::with_capacity(parsed.len());
        for result in parsed {
            match result {
                Ok(found) => {
                    if let Some((row, message)) = &found.bad {
                        let before = self.skipped.take().unwrap_or_else(|| Skipped {
                            count: 0,
                            first: self.fault(self.line + row, message.clone()).to_string(),
                        });
                        self.skipped = Some(Skipped { count: before.count + found.skipped, ..before });
                    }
                    self.line += found.ends.len();
                    words.push(found);
                }
                Err((row, message)) => return Err(self.fault(self.line + row, message)),
            }
        }
        self.rows += rows;
        if let Some(table) = &mut self.table
            && let Err(message) = table.fill(words.iter().flat_map(Words::iter))
        {
            return Err(self.fault(self.line, message));
        }
        Ok(())
    }

    /// Takes the header, if there is one; gives where the rows begin.
    fn begin(&mut self, lines: &[u8]) -> usize {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let mut at = if lines.starts_with(MARK) { MARK.len() } else { 0 };
        self.header = read_header(&lines[at..]);
        if self.header.is_some() {
            at += end_of_line(&lines[at..]);
            self.line = 2;
        }
        at
    }

    /// Shares of the lines, up to the limit.
    fn shares(&self, batch: &Batch, lines: Range<usize>) -> Vec<Share> {
        let ranges = shares(batch.lines(), lines, SHARE);
        let count = |bytes: Range<usize>| Share { rows: count_lines(&batch.lines()[bytes.clone()]), bytes };
        let mut shares: Vec<_> = ranges.into_par_iter().map(count).collect();
        let mut left = self.limit - self.rows;
        for share in &mut shares {
            share.rows = share.rows.min(left);
            left -= share.rows;
        }
        shares.retain(|share| share.rows > 0);
        shares
    }

    /// The numbers that are to be expected in all, once so many rows have been seen in so many bytes.
    fn expected(&self, dim: usize, bytes: usize, rows: usize) -> usize {
        // What is promised must fit into the file, or, where that is compressed or not known, be of moderate size.
        let bound = (self.size / 2).max(1 << 20);
        let rows = match self.header {
            Some((count, _)) => count,
            None => self.size / (bytes / rows.max(1)).max(1) * 33 / 32,
        };
        rows.min(self.limit).saturating_mul(dim).min(bound)
    }

    /// The first row at fault, where there must be one.
    fn short_row(&self, batch: &Batch, lines: Range<usize>, dim: usize) -> Error {
        let mut rest = &batch.lines()[lines];
        let mut line = self.line;
        while !rest.is_empty() {
            let (row, behind) = rest.split_at(end_of_line(rest));
            if let Some(message) = fault_of(row, dim) {
                return self.fault(line, message);
            }
            (rest, line) = (behind, line + 1);
        }
        self.fault(self.line, format!("expected {dim} numbers in each row"))
    }

    fn finish(self) -> Result<(Vectors, Option<Skipped>)> {
        let rows = self.rows;
        match self.header {
            // Rows behind the limit are not read, so not counted either.
            Some((count, _)) if (rows != count && rows != self.limit) || count < rows => {
                let least = if rows == self.limit { "at least " } else { "" };
                Err(self.fault(1, format!("promises {count} words, the file has {least}{rows}")))
            }
            _ => {
                let vectors = self.table.map(Builder::finish).filter(|vectors| !vectors.is_empty());
                let vectors = vectors.ok_or(Error::Empty { path: self.name.to_owned() })?;
                Ok((vectors, self.skipped))
            }
        }
    }
}

/// Whole lines for one thread.
struct Share {
    bytes: Range<usize>,
    rows: usize,
}

/// Words, one after the other.
struct Words {
    text: String,
    ends: Vec<usize>,
    /// The rows that were left out, which have no word, and what is wrong with the first of them.
    skipped: usize,
    bad: Option<(usize, String)>,
}

impl Words {
    /// The word of each row; none where the row was left out.
    fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .map(|(begin, &end)| Some(&self.text[begin..end]).filter(|word| !word.is_empty()))
    }
}

/// Reads so many rows as `numbers` hold; gives their words, or the row at fault and what is wrong with it. With
/// `skip_bad` such rows are left out.
fn words_of(
    mut bytes: &[u8],
    numbers: &mut [f32],
    dim: usize,
    lowercase: bool,
    skip_bad: bool,
) -> Result<Words, (usize, String)> {
    let rows = numbers.len() / dim;
    let (text, ends) = (String::with_capacity(rows * 8), Vec::with_capacity(rows));
    let mut words = Words { text, ends, skipped: 0, bad: None };
    for (row, vector) in numbers.chunks_exact_mut(dim).enumerate() {
        let (word, len) = match read_row(bytes, vector) {
            Ok(read) => read,
            Err(message) if skip_bad => {
                words.skipped += 1;
                words.bad.get_or_insert((row, message));
                ("", end_of_line(bytes))
            }
            Err(message) => return Err((row, message)),
        };
        if word.contains([' ', '\t']) {
            let word = word.replace([' ', '\t'], "\u{a0}");
            words.text.push_str(&if lowercase { word.to_lowercase() } else { word });
        } else if lowercase {
            words.text.push_str(&word.to_lowercase());
        } else {
            words.text.push_str(word);
        }
        words.ends.push(words.text.len());
        bytes = &bytes[len..];
    }
    Ok(words)
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
