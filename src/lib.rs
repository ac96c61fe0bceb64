//! Named entity recognition for languages without labelled data.
//!
//! This crate re-exports the workspace's libraries; [`prelude`] has what most programs need. Train a tagger, open it,
//! tag with it:
//!
//! ```no_run
//! use std::path::Path;
//! use xner::prelude::*;
//!
//! let config = TrainConfig::read(Path::new("tagger.toml"))?;
//! let data = TrainData::read(&config)?;
//! train(&config, data, Path::new("model"), &Device::Cpu, &mut ())?;
//!
//! let tagger = open(Path::new("model"), &Device::Cpu)?;
//! let sentences = split::sentences("Ada Lovelace lived in London.", &split::TextOptions::default());
//! for (sentence, tagging) in sentences.iter().zip(tagger.tag(&sentences)?) {
//!     for ScoredEntity { entity, probability } in tagging.entities {
//!         println!("{} {} {probability:.2}", entity.kind, sentence.slice(entity.tokens));
//!     }
//! }
//! # Ok::<(), xner::train::Error>(())
//! ```

pub use xner_corpus as corpus;
pub use xner_crf as crf;
pub use xner_embed as embed;
pub use xner_eval as eval;
pub use xner_nn as nn;
pub use xner_sample as sample;
pub use xner_tagger as tagger;
pub use xner_train as train;
pub use xner_transfer as transfer;

/// What most programs need.
pub mod prelude {
    pub use xner_corpus::read::{Format, ReadOptions, read_corpus, stream};
    pub use xner_corpus::write::{WriteOptions, write_corpus};
    pub use xner_corpus::{Entity, EntityType, Labelled, Scheme, Sentence, Tag, TagSet, entities, split};
    pub use xner_embed::dictionary::Dictionary;
    pub use xner_embed::judge::{Induction, induction};
    pub use xner_embed::map::{MapConfig, Mapped, Mapping, Method, Resources, map as map_vectors};
    pub use xner_embed::read::{ReadOptions as VectorOptions, open as open_vectors};
    pub use xner_embed::{FastText, Vectors};
    pub use xner_eval::{Mode, Scorer, Scores};
    pub use xner_tagger::{
        ScoredEntity, Tagger, Tagging, TrainConfig, TrainData, evaluate, open, open_mapped, train,
    };
    pub use xner_train::{Device, ErrorKind, Event, Flow, Observer, Settings, TrainReport, What};
}

/// The programs in the documentation compile.
#[cfg(doctest)]
mod documentation {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/src/guide/library.md")]
    struct Library;
}
