//! Two encoders, one for each language, before one dense layer and one CRF (Bari et al. 2020, figure 1).
//!
//! [`Augmented`] is the network; [`AugmentedTagger`] tags the target language with it, opens and saves. The training
//! that it is made for, "augmented fine-tuning", is a transfer strategy and no part of this crate.

mod network;
mod shapes;
mod tagger;

pub use network::{Augmented, TargetEncoder};
pub use tagger::{AugmentedTagger, save};

pub(crate) use tagger::MODEL;
