//! Word vectors for named entity recognition: reading, looking up.
//!
//! ```
//! use xner_embed::{Vectors, VecOptions, read_vec, write_vec};
//!
//! let path = std::env::temp_dir().join("xner-embed-example.vec.gz");
//! let vectors = Vectors::from_rows(["the", "of"], 2, &[0.1, 0.2, 0.3, 0.4])?;
//! write_vec(&path, &vectors)?;
//! assert_eq!(read_vec(&path, VecOptions::default())?, vectors);
//! assert_eq!(read_vec(&path, VecOptions { limit: Some(1) })?.get("of"), None);
//! # Ok::<(), xner_embed::Error>(())
//! ```

pub mod dictionary;
mod error;
pub mod judge;
pub mod knn;
pub mod linalg;
pub mod map;
pub mod normalise;
pub mod pca;
pub mod read;
mod rows;
pub mod translate;
mod vectors;
pub mod write;

pub use error::{Error, Result};
pub use read::{VecOptions, read_vec, read_vec_from};
pub use rows::Rows;
pub use vectors::Vectors;
pub use write::write_vec;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
