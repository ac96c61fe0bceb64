//! BWET, bilingual word embedding translation (Xie, Yang, Neubig, Smith and Carbonell 2018): a baseline.
//!
//! The labelled source is translated word by word with a dictionary that a mapping of both languages' vectors implies,
//! and a tagger with self-attention is trained on what comes out, with the target's own word vectors.
//!
//! | paper | here |
//! |---|---|
//! | 3.1, 3.2: bilingual embeddings, nearest neighbours by CSLS | `xner_embed::map`, `xner_embed::dictionary::induce` |
//! | 3.2: translation of the corpus, labels copied | [`translated`], `xner_embed::translate` |
//! | 3.3: self-attention over the bi-LSTM's states | `xner_tagger::bilstm::Attention` |

mod config;
mod data;
mod strategy;
mod translation;

pub use config::{BwetConfig, DictionaryConfig, SourceText, TargetText, TranslationConfig};
pub use data::BwetData;
pub use strategy::Bwet;
pub use translation::{Translated, lowered, translated};
