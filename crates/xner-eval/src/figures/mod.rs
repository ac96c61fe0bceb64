//! Pictures as SVG and PNG: points in the plane by t-SNE and scatter plots of labelled points, line charts.
//!
//! ```
//! use xner_eval::figures::{Panel, Point, Scatter, Tsne, tsne};
//!
//! let vectors: Vec<f32> = (0..60).map(|at| (at * at % 17) as f32).collect();
//! let places = tsne(&vectors, 3, &Tsne { epochs: 50, ..Tsne::default() })?;
//! let points = places.iter().enumerate().map(|(at, place)| Point { at: *place, label: at % 2, group: 0 });
//! let scatter = Scatter {
//!     labels: vec!["PER".into(), "LOC".into()],
//!     groups: vec!["English".into()],
//!     panels: vec![Panel { title: "words".into(), points: points.collect() }],
//! };
//! assert!(scatter.to_svg()?.starts_with("<svg"));
//! # Ok::<(), xner_eval::Error>(())
//! ```

mod canvas;
mod chart;
mod draw;
mod lengths;
mod lines;
mod scatter;
mod ticks;
mod tsne;

pub use lengths::length_lines;
pub use lines::{Axis, Bar, Bars, Lines, Series, Tick};
pub use scatter::{Panel, Point, Scatter};
pub use tsne::{Tsne, tsne};
