//! Readers: each yields one sentence at a time, in memory that does not grow with the file.
//!
//! [`read_corpus`] loads a file, and [`stream`] reads it sentence by sentence. Both take any [`Format`], compressed or
//! not. The modules have the readers of each format, over any [`std::io::BufRead`].

pub mod conll;
mod draft;
mod format;
mod input;
mod interner;
pub mod jsonl;
mod lines;
mod stream;
pub mod text;
mod whole;

pub use conll::{Column, ConllOptions, Ragged, Separator};
pub use format::Format;
pub use input::Input;
#[cfg(not(feature = "xz"))]
pub(crate) use input::no_xz;
pub use jsonl::{Align, JsonlOptions};
pub use stream::{ReadOptions, Stream, read_corpus, stream};
pub use whole::whole_text;
