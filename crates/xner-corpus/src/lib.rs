//! Sentences, tags and entities; tagging schemes; readers and writers of labelled text.
//!
//! The way of the data: a reader of `read` yields [`Labelled`] sentences one at a time, a [`Scheme`] turns their
//! entities into tags and back, and a [`TagSet`] numbers the tags for a model.
//!
//! The features `files` (the modules `read` and `write`), `split` (the module `split`) and `xz` are on by default.
//! Without them the types, the schemes and the tag sets remain.
//!
//! ```
//! use xner_corpus::{Scheme, Sentence, Tag, entities};
//!
//! let sentence = Sentence::from_tokens(["Ada", "Lovelace", "lived", "in", "London"]);
//! let tags: Vec<Tag> = ["I-PER", "I-PER", "O", "O", "I-LOC"].iter().map(|t| t.parse().unwrap()).collect();
//! let found = entities(&tags);
//! assert_eq!(found.len(), 2);
//! assert_eq!(sentence.slice(found[0].tokens.clone()), "Ada Lovelace");
//! let iobes = Scheme::Iobes.tags(&found, sentence.len());
//! assert_eq!(iobes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["B-PER", "E-PER", "O", "O", "S-LOC"]);
//! ```

mod chars;
mod conform;
mod entity;
mod error;
#[cfg(feature = "files")]
pub mod read;
pub mod sample;
mod scheme;
mod sentence;
mod spelling;
#[cfg(feature = "split")]
pub mod split;
mod stats;
mod tag;
mod tag_set;
#[cfg(feature = "files")]
pub mod write;

pub use chars::CharOffsets;
pub use conform::{SchemeError, SchemeTally};
pub use entity::{Entity, EntityType, entities};
pub use error::{Error, Result};
pub use scheme::Scheme;
pub use sentence::{Labelled, Sentence};
pub use spelling::Spelling;
pub use stats::Stats;
pub use tag::{ParseTagError, Prefix, Tag};
pub use tag_set::{TagId, TagSet};

#[cfg(all(doctest, feature = "files"))]
#[doc = include_str!("../README.md")]
struct Readme;
