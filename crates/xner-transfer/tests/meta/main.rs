//! Meta-learning on a tiny random encoder and a few sentences of the built-in sample.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::float_cmp)]

mod adapt;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod gradient;
mod loss;
mod low_resource;
mod masking;
mod runs;
mod settings;
mod small;
