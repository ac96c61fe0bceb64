//! Sentences together with the lines they stand in, to write the file back with tags.

use std::io::{self, BufRead, Write};
use std::ops::Range;
use std::path::PathBuf;

use super::rows::{DOCUMENT_MARK, LACKS_TAGS, RowKind, Rows, split};
use super::{Column, ConllOptions, Separator};
use crate::{Result, Sentence, Tag};

/// So many bytes of lines without a token (in a file of empty lines, say) make a block of their own.
const MAX_WITHOUT_TOKEN: usize = 1 << 20;

/// Reads a column file as [`Block`]s: every line of the file is in exactly one, in order.
///
/// The tags in the file, if it has any, are not read: set [`ConllOptions::tag`] to `None`, or to the column
/// that [`Block::write`] is to replace.
pub struct Blocks<R> {
    rows: Rows<R>,
    draft: Sentence,
    ended: bool,
}

impl<R: BufRead> Blocks<R> {
    /// A reader of `reader`, which errors call `name`.
    pub fn new(reader: R, name: impl Into<PathBuf>, options: ConllOptions) -> Self {
        Self { rows: Rows::new(reader, name, options), draft: Sentence::default(), ended: false }
    }

    fn read(&mut self) -> Result<Option<Block>> {
        self.draft.clear();
        let (mut raw, mut rows) = (String::new(), Vec::new());
        let mut first_line = self.rows.place().line + 1;
        while let Some(row) = self.rows.next()? {
            let start = raw.len();
            raw.push_str(row.line);
            // The tag is a part of the line, or stands nowhere.
            let tag = (row.tag.as_ptr() as usize).checked_sub(row.line.as_ptr() as usize);
            let tag = tag.filter(|&at| {
                at <= row.line.len() && row.line.get(at..).is_some_and(|rest| rest.starts_with(row.tag))
            });
            let tag = tag.map(|at| start + at..start + at + row.tag.len());
            rows.push(RawRow { kind: row.kind, text: start..raw.len(), ending: row.ending, tag });
            match row.kind {
                RowKind::Token => {
                    if self.draft.is_empty() {
                        first_line = row.place.line;
                    }
                    if !self.draft.try_push(row.token) {
                        return Err(row.place.malformed("the sentence is longer than 4 GiB"));
                    }
                }
                RowKind::Mark | RowKind::Blank if !self.draft.is_empty() => break,
                RowKind::Mark | RowKind::Blank if raw.len().max(rows.len()) > MAX_WITHOUT_TOKEN => break,
                RowKind::Comment | RowKind::Mark | RowKind::Blank => {}
            }
        }
        if rows.is_empty() && self.rows.lacks_tags() {
            return Err(self.rows.place().malformed(LACKS_TAGS));
        }
        let (sentence, separator) = (self.draft.clone(), self.rows.separator());
        Ok((!rows.is_empty()).then_some(Block { raw, rows, sentence, first_line, separator }))
    }
}

until_a_fault!(Blocks => Block);

/// A sentence of a column file, and the lines that it stands in.
///
/// Those are its rows, the empty lines, marks and comments before it, and the empty line behind it. The last
/// block of a file may hold no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    raw: String,
    rows: Vec<RawRow>,
    sentence: Sentence,
    first_line: usize,
    separator: Separator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct RawRow {
    kind: RowKind,
    text: Range<usize>,
    ending: &'static str,
    /// The tag, where one was asked for and the line has it.
    tag: Option<Range<usize>>,
}

/// A line of a [`Block`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRow<'a> {
    /// What it is.
    pub kind: RowKind,
    /// The line as it stands in the file, without its end.
    pub text: &'a str,
    /// Its end: a line feed, perhaps behind a carriage return, or nothing on a last line.
    pub ending: &'static str,
}

/// Where [`Block::write`] puts the tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagPlace {
    /// In a new column behind the others.
    Append,
    /// In the place of this column.
    Replace(Column),
}

impl Block {
    /// The sentence; empty where the block has no token.
    pub fn sentence(&self) -> &Sentence {
        &self.sentence
    }

    /// The line of the sentence's first token, from 1.
    pub fn first_line(&self) -> usize {
        self.first_line
    }

    /// The lines in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = BlockRow<'_>> {
        self.rows.iter().map(|row| BlockRow {
            kind: row.kind,
            text: &self.raw[row.text.clone()],
            ending: row.ending,
        })
    }

    /// The tag of each token as it stands there, `O` where the row of a token has none; that of
    /// [`ConllOptions::tag`].
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let tokens = self.rows.iter().filter(|row| row.kind == RowKind::Token);
        tokens.map(|row| row.tag.clone().map_or("O", |tag| &self.raw[tag]))
    }

    /// The text of one of the lines in a column; none where it has one column, or too few.
    pub fn cell<'a>(&self, row: BlockRow<'a>, column: Column) -> Option<&'a str> {
        let mut columns = Vec::new();
        split(row.text, self.separator, &mut columns);
        let at = column.of(columns.len()).filter(|_| columns.len() > 1)?;
        Some(&row.text[columns[at].0..columns[at].1])
    }

    /// Writes the lines back with a tag for each token. Only the tag's column changes.
    ///
    /// A mark gets the tag `O`, so that all rows have the same number of columns. A mark without a column to replace
    /// stays as it was. Comments and empty lines get no tag. A token beyond the end of `tags` gets `O`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, tags: &[Tag], place: TagPlace, out: &mut impl Write) -> io::Result<()> {
        let mut tags = tags.iter();
        for row in self.rows() {
            match row.kind {
                RowKind::Token => self.write_row(row, tags.next().unwrap_or(&Tag::Outside), place, out)?,
                RowKind::Mark => self.write_row(row, &Tag::Outside, place, out)?,
                RowKind::Comment | RowKind::Blank => write!(out, "{}{}", row.text, row.ending)?,
            }
        }
        Ok(())
    }

    fn write_row(
        &self,
        row: BlockRow<'_>,
        tag: &Tag,
        place: TagPlace,
        out: &mut impl Write,
    ) -> io::Result<()> {
        if let TagPlace::Replace(column) = place {
            let mut columns = Vec::new();
            split(row.text, self.separator, &mut columns);
            let found = column.of(columns.len()).map(|at| columns[at]);
            // A mark alone in its row has no tag: its last column is the mark itself.
            let is_mark = |&(start, end): &(usize, usize)| &row.text[start..end] == DOCUMENT_MARK;
            if row.kind == RowKind::Mark && found.as_ref().is_none_or(is_mark) {
                return write!(out, "{}{}", row.text, row.ending);
            }
            if let Some((start, end)) = found {
                return write!(out, "{}{tag}{}{}", &row.text[..start], &row.text[end..], row.ending);
            }
        }
        match self.separator {
            Separator::Tab => write!(out, "{}\t{tag}{}", row.text, row.ending),
            // Keep to a tab where the file has tabs among its blanks.
            _ if row.text.contains('\t') => write!(out, "{}\t{tag}{}", row.text.trim_ascii_end(), row.ending),
            _ => write!(out, "{} {tag}{}", row.text.trim_ascii_end(), row.ending),
        }
    }
}
