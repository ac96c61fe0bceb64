//! Column files: a token a row with its tag, an empty line behind each sentence.
//!
//! Rows are split at tabs or at runs of spaces; the token and the tag may stand in any column. A row
//! `-DOCSTART-` marks a document: alone or as the first row of a sentence, it is counted and is no token.

mod block;
mod detect;
mod numbered;
mod options;
mod reader;
mod rows;

pub(super) use detect::{asked, detect};
pub(super) use numbered::is_numbered;

pub use block::{Block, BlockRow, Blocks, TagPlace};
pub use options::{Column, ConllOptions, Ragged, Separator};
pub use reader::Reader;
pub use rows::{DOCUMENT_MARK, RowKind};
