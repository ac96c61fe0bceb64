//! The built-in sample: a small seeded grammar in three languages, with word vectors.
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
