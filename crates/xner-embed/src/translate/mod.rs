//! Translation word by word, and of whole labelled corpora with their labels.
//!
//! A [`WordTranslator`] knows words or phrases: a [`DictionaryTranslator`] over a dictionary that was induced, given
//! or is a table of phrases, a [`Chain`] of several, or the reader's own. [`translate`] takes a labelled sentence
//! through it: the `TransAdv` paper's data creation (section 2.2), with the strategies of its appendix B.2 as
//! [`Strategy`].
//!
//! ```
//! use xner_corpus::{Labelled, Scheme, Sentence, Tag};
//! use xner_embed::dictionary::Dictionary;
//! use xner_embed::translate::{DictionaryTranslator, TranslateConfig, translate_corpus};
//!
//! let text = "rains\tllueve\nin\ten\nnew york\tnueva york\nlondon\tlondres\n";
//! let translator = DictionaryTranslator::new(Dictionary::read_from(text.as_bytes(), "example")?);
//! let tags: Vec<Tag> = ["O", "O", "O", "B-LOC"].iter().map(|tag| tag.parse().unwrap()).collect();
//! let sentence = Sentence::from_tokens(["It", "rains", "in", "London"]);
//! let (translated, tally) =
//!     translate_corpus(&[Labelled::from_tags(sentence, &tags)], &translator, &TranslateConfig::default());
//! assert_eq!(translated[0].sentence.text(), "It llueve en Londres");
//! assert_eq!(translated[0].tags(Scheme::Iob2), tags);
//! assert_eq!((tally.translated, tally.unknown), (3, 1));
//! # Ok::<(), xner_embed::Error>(())
//! ```

mod casing;
mod choice;
mod config;
mod corpus;
mod sentence;
mod tally;
mod translator;

pub use casing::Casing;
pub use choice::{Choice, Weights};
pub use config::{Strategy, TranslateConfig};
pub use corpus::translate_corpus;
pub use sentence::translate;
pub use tally::Tally;
pub use translator::{Chain, DictionaryTranslator, Draw, WordTranslator};
