//! Optimisers: of a module's weights on the device, and of the used rows of a table on the host.

mod descend;
mod fetch;
mod module;
mod rows;
mod rule;

pub use fetch::{Fetch, Fetched, Ticket};
pub use module::{Gradients, ModuleOptimiser, PendingSquares};
pub use rows::RowOptimiser;
pub use rule::Rule;
pub use xner_nn::clip_factor;
