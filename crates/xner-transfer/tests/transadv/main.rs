//! `TransAdv` and its baselines on a tiny random encoder and a few sentences of the built-in sample.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, clippy::float_cmp)]

#[path = "../common/mod.rs"]
mod common;
mod distil;
mod faults;
mod game;
mod runs;
mod sets;
mod small;
mod stops;
