#![doc = include_str!("../README.md")]

mod device;
mod escape;
mod kind;
mod named;
mod observe;

pub use device::{Device, UnknownDevice};
pub use escape::{escaped, escaped_lines, shown};
pub use kind::ErrorKind;
#[doc(hidden)]
pub use named::unknown;
pub use observe::{DevScores, Evaluation, Event, Flow, Mapping, Measure, Observer, What};
