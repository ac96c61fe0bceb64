//! Enhanced meta-learning (Wu et al., 2020): a model that adapts to each target sentence by the source sentences that
//! are most similar to it, and is trained for that.
//!
//! | paper | here |
//! |---|---|
//! | equations 1, 2: mBERT and the classifier | `xner_tagger::bert`: `BertEncoder`, `TagHead` |
//! | equation 3: the loss | [`loss`] without its greatest term |
//! | equation 4: pseudo tasks | [`Tasks`] |
//! | equations 5, 6: sentences as vectors, their cosine | [`index`] |
//! | equations 7, 8: the inner update | [`update`] |
//! | equations 9 to 12: the meta-update, of first order | [`MetaLessons::meta_gradient`] |
//! | masking on named entities | [`Masking`] |
//! | equation 13: the loss with its greatest term | [`loss`] |
//! | algorithm 1, meta-training | [`MetaLearner`] |
//! | algorithm 1, adaptation | [`AdaptedTagger`] |
//! | table 4: what is left out | [`Ablation`] |
//! | table 6: some labels of the target | [`low_resource`] |
//! | table 5: what adaptation changed | [`Cases`] |
//!
//! [`Meta`] is the strategy.

mod adapt;
mod case;
mod config;
mod corpora;
pub mod index;
mod inner;
mod learner;
mod loss;
pub mod low_resource;
mod masking;
mod progress;
mod strategy;
mod tasks;
mod train;

pub use adapt::{AdaptedTagger, open_adapted};
pub use case::{Case, Cases, Similar};
pub use config::{
    Ablation, AdaptationConfig, Decoding, Gradient, InnerUpdate, LossConfig, Masked, MaskingConfig, Mean,
    MetaConfig, MetaUpdate, Nearest, Overlap, Preset, Similarity, Start, Subwords, TargetText, TrainedBy,
};
pub use corpora::{MetaCorpora, read_source};
pub use inner::{inner_optimiser, update};
pub use learner::{MetaLearner, MetaLessons};
pub use loss::{Sentences, loss};
pub use masking::Masking;
pub(crate) use strategy::METHOD;
pub use strategy::{Meta, cut};
pub use tasks::{Task, Tasks};

pub use crate::text::SourceText;
