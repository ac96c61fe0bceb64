//! Word vectors for named entity recognition: reading and looking up, mapping two languages into one space,
//! dictionaries, judging, translation.
//!
//! ```
//! use xner_embed::read::{self, ReadOptions};
//! use xner_embed::{Vectors, write};
//!
//! let path = std::env::temp_dir().join("xner-embed-example.vec.gz");
//! let vectors = Vectors::from_rows(["the", "of"], 2, &[0.1, 0.2, 0.3, 0.4])?;
//! write::write_vec(&path, &vectors)?;
//! assert_eq!(read::open(&path, &ReadOptions::default())?, vectors);
//! let first = read::open(&path, &ReadOptions { limit: Some(1), ..ReadOptions::default() })?;
//! assert_eq!((first.get("the"), first.get("of")), (Some([0.1, 0.2].as_slice()), None));
//! # Ok::<(), xner_embed::Error>(())
//! ```

#[cfg_attr(not(feature = "map"), allow(dead_code, reason = "mapping needs the rest"))]
mod check;
#[cfg(feature = "map")]
pub mod dictionary;
mod differences;
mod error;
#[cfg(feature = "map")]
pub mod judge;
#[cfg(feature = "map")]
pub mod knn;
#[cfg(feature = "map")]
pub mod linalg;
#[cfg(feature = "map")]
pub mod map;
#[cfg(feature = "map")]
pub mod normalise;
#[cfg(feature = "map")]
pub mod pca;
pub mod read;
mod rows;
#[cfg(feature = "map")]
pub mod translate;
mod vectors;
pub mod write;

pub use differences::{differences, other_run};
pub use error::{Error, Result};
pub use read::{FastText, ReadOptions};
pub use rows::Rows;
pub use vectors::{Vectors, Vocabulary};

#[cfg(all(doctest, feature = "map"))]
#[doc = include_str!("../README.md")]
struct Readme;
