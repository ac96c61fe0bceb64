//! Writers. They write to a temporary name first, so that a file is whole or not there.

mod conll;
mod jsonl;
mod output;
mod writer;
mod zstd;

pub use conll::{check_conll, check_type, write_conll};
pub use jsonl::{Record, Span, record, write_jsonl};
pub use output::{Output, remove_partial, remove_partial_older};
pub use writer::{WriteOptions, Writer, write_corpus};
