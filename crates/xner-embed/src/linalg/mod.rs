//! Dense linear algebra in double precision: products, singular values and what is made of them.
//!
//! Vectors are rows throughout: a mapped vector is `x W`. Results do not depend on the number of threads.

mod matrix;
mod rows;
mod svd;

pub use matrix::Matrix;
pub use rows::{apply, cross, gram, scatter};
pub use svd::{Svd, svd};
