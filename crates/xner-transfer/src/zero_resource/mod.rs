//! Zero-resource transfer with augmented fine-tuning (Bari, Joty and Jwalapuram 2020).
//!
//! Where to find the paper's parts:
//!
//! | paper | here |
//! |---|---|
//! | base model, equations 1 and 2 | `xner_tagger::bilstm::BiLstmCrf` |
//! | word-level adversarial mapping, equations 3 to 5 | `xner_embed::map` |
//! | source model, equation 6 | the phase `source` of [`ZeroResource`] |
//! | figure 1, the two encoders | `xner_tagger::augmented::Augmented` |
//! | augmented fine-tuning, equation 7, algorithm 1 | [`AugmentedLearner`] |
//! | the length threshold, U(min, max) | [`Threshold`] |
//! | Source-Mono, Cross-Word, Cross-Shared, Cross-Augmented | [`Variant`] |

mod augmented;
mod config;
mod data;
mod phases;
mod strategy;
mod words;

pub use augmented::{AugmentedLearner, Source, Target, Threshold};
pub use config::{
    AugmentedConfig, Base, DenseInitial, Initial, SourceConfig, TargetCharacters, TargetConfig, Updates,
    Variant, Words, WordsConfig, ZeroResourceConfig,
};
pub use data::{SourceData, TargetData, ZeroResourceData};
pub use strategy::ZeroResource;
pub use words::{Space, vectors};
