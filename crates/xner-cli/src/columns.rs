//! The tags of column files as they stand there, with their lines.

use std::io::BufRead;
use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::read::Input;
use xner_corpus::read::conll::{Block, Blocks, Column, ConllOptions, RowKind, Separator};

use crate::exit::bad_input;

/// The sentences of a column file, with the texts of the tag column.
pub(crate) struct TagFile {
    /// The file's name in messages.
    pub(crate) name: PathBuf,
    blocks: Blocks<Box<dyn BufRead + Send>>,
    column: Column,
    /// Whether one tab stands between columns; settled by the first row, as the reader settles it.
    tabs: Option<bool>,
}

impl TagFile {
    pub(crate) fn new(input: Input, options: ConllOptions) -> Self {
        let tabs = match options.separator {
            Separator::Auto => None,
            Separator::Tab => Some(true),
            Separator::Blank => Some(false),
        };
        let column = options.tag.unwrap_or(Column::LAST);
        let name = input.name.clone();
        Self { name, blocks: Blocks::new(input.reader, input.name, options), column, tabs }
    }

    /// The next block of lines.
    pub(crate) fn next(&mut self) -> Result<Option<Block>> {
        let Some(block) = self.blocks.next().transpose()? else { return Ok(None) };
        if self.tabs.is_none() {
            let first = block.rows().find(|row| matches!(row.kind, RowKind::Token | RowKind::Mark));
            self.tabs = first.map(|row| row.text.contains('\t'));
        }
        Ok(Some(block))
    }

    /// The next block that has a token.
    pub(crate) fn next_sentence(&mut self) -> Result<Option<Block>> {
        while let Some(block) = self.next()? {
            if !block.sentence().is_empty() {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// The tag column of each token.
    pub(crate) fn tags<'a>(&self, block: &'a Block) -> Vec<&'a str> {
        self.cells(block, RowKind::Token).map(Option::unwrap_or_default).collect()
    }

    /// The tag column of each `-DOCSTART-` row that has one.
    pub(crate) fn mark_tags<'a>(&self, block: &'a Block) -> Vec<&'a str> {
        self.cells(block, RowKind::Mark).flatten().collect()
    }

    fn cells<'a>(&self, block: &'a Block, kind: RowKind) -> impl Iterator<Item = Option<&'a str>> {
        let (tabs, column) = (self.tabs == Some(true), self.column);
        block.rows().filter(move |row| row.kind == kind).map(move |row| cell(row.text, tabs, column))
    }

    /// An error at token `at` of a block.
    pub(crate) fn fault(&self, block: &Block, at: usize, message: &str) -> anyhow::Error {
        bad_input(format!("{}: {message}", self.place(block, at)))
    }

    /// The file and line of token `at` of a block.
    pub(crate) fn place(&self, block: &Block, at: usize) -> String {
        format!("{}:{}", self.name.display(), block.first_line() + at)
    }
}

/// A row's text in a column; none where the row is a single column, or too short.
fn cell(row: &str, tabs: bool, column: Column) -> Option<&str> {
    let columns: Vec<&str> = if tabs {
        row.split('\t').collect()
    } else {
        row.split([' ', '\t']).filter(|cell| !cell.is_empty()).collect()
    };
    if columns.len() < 2 {
        return None;
    }
    column.of(columns.len()).map(|at| columns[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found() {
        for (row, tabs, column, want) in [
            ("Ada NNP B-PER", false, -1, Some("B-PER")),
            ("Ada  B-PER  ", false, -1, Some("B-PER")),
            ("Ada\tB-PER", false, 1, Some("B-PER")),
            ("New York\tB-LOC", true, -1, Some("B-LOC")),
            ("Ada\t", true, -1, Some("")),
            ("-DOCSTART-", false, -1, None),
            ("-DOCSTART- O", false, 5, None),
        ] {
            assert_eq!(cell(row, tabs, Column(column)), want, "{row:?}");
        }
    }
}
