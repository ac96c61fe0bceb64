#![doc = include_str!("../README.md")]

mod by_length;
mod canvas;
mod chart;
mod error;
mod lines;
mod panels;
mod scatter;
mod ticks;
mod tsne;

pub use by_length::length_lines;
pub use error::{Error, Result};
pub use lines::{Axis, Bar, Bars, Lines, Series, Tick};
pub use scatter::{Panel, Point, Scatter};
pub use tsne::{Tsne, tsne};
