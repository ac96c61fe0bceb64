//! BERT and its kin, read from and written to Hugging Face directories.
//!
//! [`BertConfig`] is `config.json`, [`weights`] the tensors, [`Tokeniser`] goes from words to subwords, and
//! [`Windows`] cuts sentences that are longer than the encoder takes. [`hub`] finds the directory of a model's name.

pub mod config;
pub mod hub;
mod tokeniser;
pub mod weights;
mod windows;

pub use config::BertConfig;
pub use tokeniser::{Subwords, Tokeniser};
pub use weights::Checkpoint;
pub use windows::{Average, Window, Windows, batches};
