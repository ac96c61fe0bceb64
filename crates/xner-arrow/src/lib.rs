#![doc = include_str!("../README.md")]
//!
//! ```no_run
//! use xner::{Limit, Ner};
//! use xner_arrow::tag_batch;
//!
//! # fn tagged(batch: &arrow_array::RecordBatch) -> Result<arrow_array::RecordBatch, Box<dyn std::error::Error>> {
//! let ner = Ner::open("model")?;
//! Ok(tag_batch(&ner, batch, "body", &Limit::none())?)
//! # }
//! ```

mod batch;
mod error;
#[cfg(feature = "parquet")]
mod rows;
#[cfg(feature = "parquet")]
mod table;
mod tokens;

pub use batch::{ENTITIES, entities, entities_type, tag_batch};
pub use error::{Error, Result};
#[cfg(feature = "parquet")]
pub use rows::Rows;
#[cfg(feature = "parquet")]
pub use table::{Tagged, stem, tag_file};
pub use tokens::{tags, tags_type};
