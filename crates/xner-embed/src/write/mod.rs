//! Writing word vectors.

mod text;

pub use text::write_vec;
