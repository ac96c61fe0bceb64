//! The tags of column files as they stand there, with their lines.

use std::io::BufRead;
use std::path::PathBuf;

use anyhow::Result;
use xner_corpus::read::Input;
use xner_corpus::read::conll::{Block, Blocks, Column, ConllOptions, RowKind};

use crate::exit::bad_input;

/// The sentences of a column file, with the texts of the tag column.
pub(crate) struct TagFile {
    /// The file's name in messages.
    pub(crate) name: PathBuf,
    blocks: Blocks<Box<dyn BufRead + Send>>,
    column: Column,
}

impl TagFile {
    /// A file, and the options by which its columns are read: see [`Input::columns`].
    pub(crate) fn new((input, options): (Input, ConllOptions)) -> Self {
        let column = options.tag.unwrap_or(Column::LAST);
        let name = input.name.clone();
        Self { name, blocks: Blocks::new(input.reader, input.name, options), column }
    }

    /// The next block of lines.
    pub(crate) fn next(&mut self) -> Result<Option<Block>> {
        Ok(self.blocks.next().transpose()?)
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
    pub(crate) fn tags(block: &Block) -> Vec<&str> {
        block.tags().collect()
    }

    /// The tag column of each `-DOCSTART-` row that has one.
    pub(crate) fn mark_tags<'a>(&self, block: &'a Block) -> Vec<&'a str> {
        let marks = block.rows().filter(|row| row.kind == RowKind::Mark);
        marks.filter_map(|row| block.cell(row, self.column)).collect()
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
