//! Readers: each yields one sentence at a time, in memory that does not grow with the file.
//!
//! [`read_corpus`] loads a file, and [`stream`] reads it sentence by sentence. Both take any [`Format`], compressed or
//! not. The modules have the readers of each format, over any [`std::io::BufRead`].

/// Makes an iterator of a reader, which ends with the file or behind its first fault.
macro_rules! until_a_fault {
    ($reader:ident => $item:ty) => {
        impl<R: BufRead> Iterator for $reader<R> {
            type Item = Result<$item>;

            fn next(&mut self) -> Option<Self::Item> {
                if self.ended {
                    return None;
                }
                let next = self.read().transpose();
                self.ended = !matches!(next, Some(Ok(_)));
                next
            }
        }
    };
}

pub mod brat;
pub mod conll;
mod format;
mod input;
mod interner;
pub mod jsonl;
mod lines;
mod looks;
mod meter;
mod settle;
mod stream;
pub mod text;
mod whole;
mod zstd;

pub use conll::{Column, ConllOptions, Ragged, Separator};
pub use format::Format;
pub use input::Input;
#[cfg(not(feature = "xz"))]
pub(crate) use input::no_xz;
pub use jsonl::{Align, JsonlOptions, Labels};
pub use looks::Looks;
pub use meter::Meter;
pub use stream::{ReadOptions, Stream, read_corpus, stream};
pub use whole::whole_text;
