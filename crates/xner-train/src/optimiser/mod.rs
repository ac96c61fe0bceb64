//! Optimisers: of a module's weights on the device, and of the used rows of a table on the host.

mod descend;
mod module;
mod rows;
mod rule;

pub use module::{Gradients, ModuleOptimiser};
pub use rows::RowOptimiser;
pub use rule::Rule;

/// The factor that brings a gradient of this norm to `clip` at most; 1 when `clip` is 0.
pub fn clip_factor(norm: f32, clip: f64) -> f32 {
    if clip > 0.0 && f64::from(norm) > clip { (clip / f64::from(norm)) as f32 } else { 1.0 }
}
