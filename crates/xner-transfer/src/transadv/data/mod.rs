//! Data creation (section 2.2): translated, code-switched and shuffled sentences out of labelled ones.
//!
//! Each sentence is cut into [`Segment`]s, its entities and the contexts between them, and every set is made of
//! segments: translated one by one, exchanged between a sentence and its translation, shuffled inside. So labels
//! are copied and never searched for, whatever the translation does to the number of words.
//!
//! | paper | here |
//! |---|---|
//! | 2.2: `D_T`, word by word, labels copied | [`TransAdvData::target`] |
//! | 2.2: code-switched `D_S^swi`, `D_T^swi` | [`TransAdvData::source_swi`], [`TransAdvData::target_swi`] |
//! | 2.2: shuffled `D_S^shu`, `D_T^shu` | [`TransAdvData::source_shu`], [`TransAdvData::target_shu`] |
//! | B.2: what is translated as one | [`DataConfig::strategy`] |
//!
//! ```
//! use xner_corpus::{Entity, Labelled, Sentence};
//! use xner_embed::dictionary::Dictionary;
//! use xner_embed::translate::DictionaryTranslator;
//! use xner_transfer::transadv::data::{DataConfig, create};
//!
//! let pairs = [("rain", "lluvia"), ("in", "en"), ("london", "londres")];
//! let translator = DictionaryTranslator::new(Dictionary::from_pairs(pairs)?);
//! let sentence = Sentence::from_tokens(["Rain", "in", "London"]);
//! let source = [Labelled { sentence, entities: vec![Entity::new(2..3, "LOC")] }];
//!
//! let sets = create(&source, &translator, &DataConfig::default(), 1)?;
//! assert_eq!(sets.target[0].sentence.text(), "Lluvia en Londres");
//! assert_eq!(sets.source_swi[0].sentence.text(), "Rain in Londres");
//! assert_eq!(sets.target_swi[0].sentence.text(), "Lluvia en London");
//! assert!(sets.source_shu[0].sentence.text().ends_with("London"));
//! assert_eq!(sets.coverage.entity_words.translated, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod config;
mod coverage;
mod create;
mod segment;

pub use config::{DataConfig, WithoutEntities, chained, opened, translator};
pub use coverage::{Coverage, Words};
pub use create::{TransAdvData, create};
pub use segment::{Segment, joined, segments};
