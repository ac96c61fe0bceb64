//! The model in the box: it finds people, places and organisations in running text of many languages.
//!
//! It is bytes alone, those that `xner_tagger::Model::from_bytes` takes. `xner::Ner::built_in()` and `xner tag` open
//! them.
#![doc = include_str!("../CARD.md")]
#![allow(clippy::doc_markdown, reason = "the card has names of corpora")]
#![forbid(unsafe_code)]

/// The model's files in one.
pub static BYTES: &[u8] = include_bytes!("../built-in.model");
