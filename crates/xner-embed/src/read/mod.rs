//! Reading word vectors.

mod text;

pub use text::{VecOptions, read_vec, read_vec_from};
