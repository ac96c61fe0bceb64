//! The built-in sample: a small seeded grammar in three languages, with word vectors.
//!
//! A [`Sample`] of a seed gives labelled sentences, unlabelled text, translations, word vectors that are one
//! another's images under a hidden rotation plus noise, and the truth behind them: the rotations, a
//! dictionary, the names that training never sees.
//!
//! The way of the data: the files of `data/sample` are read into a lexicon of concepts and templates; a
//! speaker draws a meaning, which is a template and what fills its slots; a realiser says the meaning in a
//! language. The vectors' words are counted in sentences made so; a word's vector is its language's rotation
//! times the mean meaning of what the word stands for, and noise.
//!
//! ```
//! use xner_sample::{Language, Sample, Split};
//!
//! let sample = Sample::new(7)?;
//! let train = sample.labelled(Language::English, Split::Train, 50);
//! assert_eq!(train, sample.labelled(Language::English, Split::Train, 50));
//!
//! // The same meanings in two languages.
//! let both = sample.parallel(&[Language::English, Language::German], Split::Train, 20);
//! assert_eq!(both[0].len(), both[1].len());
//! for (english, german) in both[0].iter().zip(&both[1]) {
//!     assert_eq!(english.entities.len(), german.entities.len());
//! }
//! # Ok::<(), xner_sample::Error>(())
//! ```

mod draw;
mod error;
mod grammar;
mod held_out;
mod inflect;
mod language;
mod lexicon;
mod meaning;
mod parse;
mod pattern;
mod realise;
mod sample;
mod text;
mod vectors;

pub use error::{Error, Result};
pub use language::{Language, Split};
pub use sample::{Sample, SampleConfig};
pub use text::natural;
pub use vectors::SampleVectors;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
