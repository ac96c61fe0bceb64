//! Bringing two languages' vectors into one space.
//!
//! Vectors are rows throughout: a mapped vector is `x W`.

#[cfg(feature = "adversarial")]
pub mod adversarial;
mod device;
mod event;
mod report;

pub use device::Device;
pub use event::{Event, Flow, Observer};
pub use report::{Iteration, Report, Restart};

/// Two words that translate each other: the source word's rank, then the target word's.
pub type Pair = (u32, u32);
