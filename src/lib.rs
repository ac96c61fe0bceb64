//! Named entity recognition for languages without labelled data.
//!
//! [`Ner`] finds entities in texts, [`Trainer`](tagger::Trainer) trains a model in memory, and the workspace's
//! libraries are here whole; [`prelude`] has what most programs need.
//!
//! ```no_run
//! use xner::Ner;
//!
//! let ner = Ner::open("model")?;
//! for entity in ner.entities("Ada Lovelace lived in London.")? {
//!     println!("{} {} {:.2}", entity.kind, entity.text, entity.probability);
//! }
//! # Ok::<(), xner::Error>(())
//! ```
//!
//! A service that tags needs neither training nor the papers' methods: `default-features = false` leaves the
//! char-BiLSTM-CRF, and `features = ["bert"]` adds encoders.

pub mod ner;

pub use burn;
pub use xner_corpus as corpus;
pub use xner_crf as crf;
pub use xner_embed as embed;
pub use xner_eval as eval;
pub use xner_nn as nn;
#[cfg(feature = "train")]
pub use xner_sample as sample;
pub use xner_tagger as tagger;
pub use xner_train as train;
#[cfg(feature = "transfer")]
pub use xner_transfer as transfer;

pub use ner::{Cancel, Limit, MicroBatches, Ner, NerBuilder, Pending, TextEntity, Threads};
pub use xner_core::ErrorKind;
pub use xner_corpus::split::Language;
pub use xner_train::{Error, Result};

/// What most programs need.
pub mod prelude {
    pub use xner_corpus::read::{Format, ReadOptions, read_corpus, stream};
    pub use xner_corpus::write::{WriteOptions, write_corpus};
    pub use xner_corpus::{Entity, EntityType, Labelled, Scheme, Sentence, Tag, TagSet, entities, split};
    #[cfg(feature = "train")]
    pub use xner_embed::dictionary::Dictionary;
    #[cfg(feature = "train")]
    pub use xner_embed::judge::{Induction, induction};
    #[cfg(feature = "train")]
    pub use xner_embed::map::{MapConfig, Mapped, Mapping, Method, Resources, map as map_vectors};
    pub use xner_embed::read::{ReadOptions as VectorOptions, open as open_vectors};
    pub use xner_embed::{FastText, Vectors};
    pub use xner_eval::{Mode, Scorer, Scores};
    pub use xner_tagger::{
        Existing, Kinds, Model, OpenOptions, ScoredEntity, Tagger, Tagging, evaluate, open, open_mapped,
        open_with,
    };
    #[cfg(feature = "train")]
    pub use xner_tagger::{TrainConfig, TrainData, Trained, Trainer, train};
    pub use xner_train::{Device, ErrorKind, Event, Flow, Observer, What};
    #[cfg(feature = "train")]
    pub use xner_train::{Settings, TrainReport};

    pub use crate::ner::{Cancel, Limit, MicroBatches, Ner, TextEntity, Threads};
}

/// The programs in the documentation compile.
#[cfg(all(doctest, feature = "transfer"))]
mod documentation {
    #[doc = include_str!("../README.md")]
    struct Readme;
    #[doc = include_str!("../docs/src/guide/library.md")]
    struct Library;
    #[doc = include_str!("../docs/src/guide/serving.md")]
    struct Serving;
}
