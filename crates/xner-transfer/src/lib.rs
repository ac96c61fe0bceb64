#![doc = include_str!("../README.md")]

pub mod baselines;
pub mod bwet;
mod draws;
mod error;
mod files;
mod folders;
mod identity;
pub mod mapping;
pub mod meta;
pub mod report;
pub mod transadv;
pub mod zero_resource;

pub use error::{Error, Result};
