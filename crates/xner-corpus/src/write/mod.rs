//! Writers. They write to a temporary name first, so that a file is whole or not there.

mod conll;
mod folder;
mod jsonl;
mod output;
mod partial;
mod same;
mod writer;
mod zstd;

pub use conll::{check_conll, check_type, write_conll};
pub use folder::{FolderLock, MadeFolder, foreign, open_lock, remove_own};
pub use jsonl::{Record, Span, record, write_jsonl};
pub use output::Output;
pub use partial::{LOCK, PartialFolder, abandon, is_partial, remove_partial};
pub use same::{check_output, is_standard};
pub use writer::{WriteOptions, Writer, write_corpus};
