//! Word-level adversarial mapping (equations 3 and 4 and algorithm 1 of Bari et al. 2020, after Conneau et al. 2017).
//!
//! A discriminator learns to tell mapped vectors from those of the space they are mapped into, and the mapping
//! learns to fool it:
//!
//! ```text
//! L_D   = - 1/m Σ_j log P(own = 0 | y_j W) - 1/n Σ_i log P(own = 1 | x_i)      (3)
//! L_adv = - 1/m Σ_j log P(own = 1 | y_j W) - 1/n Σ_i log P(own = 0 | x_i)      (4)
//! ```
//!
//! where the `y` are mapped and the `x` are at home. As in MUSE, what is minimised is the mean over all rows of a
//! batch, half of (3) and (4), and labels are smoothed; the second sum of (4) does not depend on `W`, so a mapping
//! step runs the mapped rows alone.
//!
//! [`train`] is generic over burn's backends and forms of the discriminator; [`train_on`] takes the device at run time.
//! [`State`] is what a run that was stopped goes on from.

mod chance;
mod config;
mod dispatch;
mod native;
mod network;
mod state;
mod tensor_body;
mod train;

pub use config::{AdversarialConfig, CheckedAdversarial};
pub use dispatch::train_on;
pub use native::FlexNetwork;
pub use network::{Batch, Dense, Network};
pub use state::State;
pub use tensor_body::TensorNetwork;
pub use train::{Found, train};
