#![doc = include_str!("../README.md")]

mod device;
mod kind;
mod observe;

pub use device::{Device, UnknownDevice};
pub use kind::ErrorKind;
pub use observe::{DevScores, Evaluation, Event, Flow, Mapping, Measure, Observer, What};
