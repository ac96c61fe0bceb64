//! The rows of a column file, split into columns.

use std::io::BufRead;
use std::path::PathBuf;

use super::numbered::{self, Id, WIDTH};
use super::{Column, ConllOptions, Ragged, Separator};
use crate::read::lines::{Lines, Place};
use crate::{Error, Result};

/// The token that marks where a document begins.
pub const DOCUMENT_MARK: &str = "-DOCSTART-";

/// What is said of CoNLL-U without labels.
pub(super) const LACKS_TAGS: &str =
    "no row of this CoNLL-U file has `NER=` in its last column: it has no labels";

/// What a line of a column file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// A token of a sentence.
    Token,
    /// `-DOCSTART-`: a document begins.
    Mark,
    /// A comment between sentences.
    Comment,
    /// Nothing but spaces: a sentence ends.
    Blank,
}

/// A line, and the columns that were asked for (empty unless it is a token's).
pub(super) struct Row<'a> {
    pub(super) kind: RowKind,
    pub(super) line: &'a str,
    pub(super) ending: &'static str,
    pub(super) place: &'a Place,
    pub(super) token: &'a str,
    pub(super) tag: &'a str,
}

pub(super) struct Rows<R> {
    lines: Lines<R>,
    layout: Layout,
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(reader: R, name: impl Into<PathBuf>, options: ConllOptions) -> Self {
        let layout = Layout {
            options,
            separator: None,
            width: None,
            columns: Vec::new(),
            within: false,
            prefix: String::new(),
            tagged: false,
        };
        Self { lines: Lines::new(reader, name), layout }
    }

    pub(super) fn options(&self) -> &ConllOptions {
        &self.layout.options
    }

    pub(super) fn place(&self) -> &Place {
        self.lines.place()
    }

    /// Whether what has been read is CoNLL-U, of which the tags are wanted, and no row has one.
    pub(super) fn lacks_tags(&self) -> bool {
        let Layout { options, width, tagged, .. } = &self.layout;
        options.conllu && options.tag == Some(Column::LAST) && *width == Some(WIDTH) && !tagged
    }

    /// What stands between columns, once the first row has settled it.
    pub(super) fn separator(&self) -> Separator {
        self.layout.separator.unwrap_or(self.layout.options.separator)
    }

    /// The next line, `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>> {
        let Some(line) = self.lines.next()? else { return Ok(None) };
        let (text, place) = (line.text, line.place);
        let (kind, token, tag) = self.layout.read(text, place)?;
        Ok(Some(Row { kind, line: text, ending: line.ending, place, token, tag }))
    }
}

/// What is known of the file so far.
struct Layout {
    options: ConllOptions,
    /// The separator, once the first row has settled it.
    separator: Option<Separator>,
    /// The number of columns of the first row.
    width: Option<usize>,
    /// The start and end of each column of the row in hand.
    columns: Vec<(usize, usize)>,
    /// Whether a sentence has begun.
    within: bool,
    /// The language prefix of the sentence in hand.
    prefix: String,
    /// Whether a row of CoNLL-U has had a tag in its last column.
    tagged: bool,
}

impl Layout {
    fn read<'a>(&mut self, line: &'a str, place: &Place) -> Result<(RowKind, &'a str, &'a str)> {
        if line.bytes().all(|byte| byte == b' ' || byte == b'\t') {
            self.within = false;
            return Ok((RowKind::Blank, "", ""));
        }
        if self.options.conllu {
            return self.numbered(line, place);
        }
        if self.options.comments && !self.within && (line == "#" || line.starts_with("# ")) {
            return Ok((RowKind::Comment, "", ""));
        }
        let separator = self.settle(line);
        split(line, separator, &mut self.columns);
        let column = |at: usize| &line[self.columns[at].0..self.columns[at].1];
        let width = self.columns.len();
        let token = self.options.token.of(width).map(column);
        if line.starts_with(DOCUMENT_MARK) && column(0) == DOCUMENT_MARK || token == Some(DOCUMENT_MARK) {
            self.within = false;
            return Ok((RowKind::Mark, "", ""));
        }
        check_width(&mut self.width, width, self.options.ragged, place)?;
        let token = token.ok_or_else(|| missing("token", self.options.token, width, place))?;
        let tag = match self.options.tag {
            None => "",
            Some(tag) => {
                let at = tag.of(width).filter(|&at| self.options.token.of(width) != Some(at));
                at.map(column).ok_or_else(|| no_tag(&self.options, tag, width, place))?
            }
        };
        let token = if self.options.language_prefix { self.unprefixed(token, place)? } else { token };
        if token.is_empty() {
            return Err(place.malformed("the token is empty"));
        }
        self.within = true;
        Ok((RowKind::Token, token, tag))
    }

    /// A row that begins with its number.
    fn numbered<'a>(&mut self, line: &'a str, place: &Place) -> Result<(RowKind, &'a str, &'a str)> {
        if line.starts_with('#') {
            return Ok((RowKind::Comment, "", ""));
        }
        self.separator = Some(Separator::Tab);
        split(line, Separator::Tab, &mut self.columns);
        let column = |at: usize| &line[self.columns[at].0..self.columns[at].1];
        let width = self.columns.len();
        let first = column(0);
        let id = numbered::id(first).ok_or_else(|| {
            place.malformed(format!("a row of CoNLL-U begins with `{first}`, expected a number, 1-2 or 1.1"))
        })?;
        let asked = |asked: Column, usual: Column, at: usize| {
            if asked == usual { Some(at).filter(|&at| at < width) } else { asked.of(width) }
        };
        let wanted = self.options.token;
        let token = asked(wanted, Column::FIRST, 1).map(column);
        let token = token.ok_or_else(|| missing("token", Column(1), width, place))?;
        let tag = match self.options.tag {
            None => "",
            Some(Column::LAST) if width == WIDTH => {
                let tag = numbered::misc_tag(column(WIDTH - 1));
                self.tagged |= tag.is_some();
                tag.unwrap_or("O")
            }
            Some(tag) => asked(tag, Column::LAST, 2).map(column).ok_or_else(|| {
                missing("tag", if tag == Column::LAST { Column(2) } else { tag }, width, place)
            })?,
        };
        check_width(&mut self.width, width, self.options.ragged, place)?;
        if id == Id::Passed {
            return Ok((RowKind::Comment, "", ""));
        }
        if token.is_empty() {
            return Err(place.malformed("the token is empty"));
        }
        self.within = true;
        Ok((RowKind::Token, token, tag))
    }

    fn settle(&mut self, line: &str) -> Separator {
        let asked = self.options.separator;
        *self.separator.get_or_insert_with(|| match asked {
            Separator::Auto if memchr::memchr(b'\t', line.as_bytes()).is_some() => Separator::Tab,
            Separator::Auto => Separator::Blank,
            settled => settled,
        })
    }

    /// The token without the prefix that its sentence's first token has.
    fn unprefixed<'a>(&mut self, token: &'a str, place: &Place) -> Result<&'a str> {
        if !self.within {
            let language = token.split_once(':').map_or("", |(language, _)| language);
            let fits = |c: char| c.is_ascii_lowercase() || c == '-';
            if !(2..=16).contains(&language.len()) || !language.chars().all(fits) {
                return Err(place.malformed(format!("token `{token}` has no language prefix such as `en:`")));
            }
            self.prefix.clear();
            self.prefix.push_str(&token[..=language.len()]);
        }
        let prefix = self.prefix.as_str();
        token.strip_prefix(prefix).ok_or_else(|| {
            place.malformed(format!("token `{token}` lacks its sentence's language prefix `{prefix}`"))
        })
    }
}

/// Whether a row is as wide as those before it must be.
fn check_width(before: &mut Option<usize>, found: usize, ragged: Ragged, place: &Place) -> Result<()> {
    let expected = *before.get_or_insert(found);
    if expected != found && ragged == Ragged::Refuse {
        let (path, line) = (place.path.clone(), place.line);
        return Err(Error::Ragged { path, line, expected, found });
    }
    Ok(())
}

/// Why a row has no tag: its column is not there, or it is the token's.
fn no_tag(options: &ConllOptions, tag: Column, width: usize, place: &Place) -> Error {
    // In a row of one column the first column and the last are the same, and that is nobody's wish.
    if width == 1 || tag.of(width).is_none() {
        return missing("tag", tag, width, place);
    }
    Error::SameColumn { path: place.path.clone(), line: place.line, tag: tag.0, token: options.token.0 }
}

fn missing(what: &'static str, column: Column, found: usize, place: &Place) -> Error {
    Error::MissingColumn { path: place.path.clone(), line: place.line, what, column: column.0, found }
}

/// Writes the start and end of each column of `line`.
pub(super) fn split(line: &str, separator: Separator, columns: &mut Vec<(usize, usize)>) {
    columns.clear();
    let bytes = line.as_bytes();
    if separator == Separator::Tab {
        let mut start = 0;
        for tab in memchr::memchr_iter(b'\t', bytes) {
            columns.push((start, tab));
            start = tab + 1;
        }
        columns.push((start, bytes.len()));
        return;
    }
    // Columns are a few bytes long: a plain loop is faster here than a vector search for each.
    let mut start = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte == b' ' || byte == b'\t', start) {
            (true, Some(from)) => {
                columns.push((from, at));
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        columns.push((from, bytes.len()));
    }
}
