#![doc = include_str!("../README.md")]

pub mod baselines;
pub mod bwet;
pub mod consensus;
pub mod distil;
mod draws;
mod encoder_methods;
pub mod fit;
pub mod mapping;
pub mod meta;
pub mod report;
pub mod strategy;
mod text;
pub mod transadv;
pub mod zero_resource;

pub use strategy::{Strategy, run};
pub use xner_train::{Error, ErrorKind, Result};
