#![doc = include_str!("../README.md")]

mod error;
mod files;
pub mod mapping;
pub mod report;
pub mod zero_resource;

pub use error::{Error, Result};
