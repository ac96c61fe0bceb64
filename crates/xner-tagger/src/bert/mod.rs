//! BERT and its kin, read from and written to Hugging Face directories: BERT, RoBERTa, XLM-RoBERTa, DistilBERT, ELECTRA
//! and ModernBERT, each of them a [`Kind`], which is data.
//!
//! [`BertConfig`] is `config.json`, [`weights`] the tensors, [`Tokeniser`] goes from words to subwords, and
//! [`Windows`] cuts sentences that are longer than the encoder takes, [`BertEncoder`] is the encoder,
//! [`SentenceEncoder`] makes a vector of each sentence, [`word_vectors`] of each word, [`BertTagger`] is an encoder
//! with a head, and [`train`] fine-tunes one, be it pretrained or a [`RandomEncoder`]. [`hub`] finds the directory of
//! a model's name.

mod batch;
pub mod config;
mod directory;
mod eight;
mod encoder;
mod four;
mod head;
pub mod hub;
mod identity;
mod kind;
#[cfg_attr(not(feature = "train"), allow(dead_code, reason = "training needs the rest"))]
mod network;
mod parts;
mod pool;
mod random;
#[cfg(feature = "train")]
mod row;
mod shapes;
mod smaller;
mod table;
mod tagger;
mod tags;
mod tokeniser;
#[cfg(feature = "train")]
pub mod train;
pub mod weights;
mod windows;
mod words;

pub use batch::{Piece, SubwordBatch};
pub use config::BertConfig;
pub use eight::{Bits, EmbeddingBits, Quantised, quantise};
pub use encoder::{BertEncoder, HiddenStates};
pub use head::{TagHead, Transform};
pub use identity::fingerprint;
pub use kind::{Family, Kind, Positions};
pub use network::{Embeddings, LastNorm};
pub use pool::{Pooling, SentenceEncoder};
pub use random::RandomEncoder;
pub use smaller::{Smaller, write_smaller};
pub use table::Table;
pub use tagger::BertTagger;
pub use tokeniser::{Subwords, Tokeniser, Uses};
pub use weights::Checkpoint;
pub use windows::{Average, Window, Windows, batches};
pub use words::{WordStates, word_vectors};
