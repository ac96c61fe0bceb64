//! `TransAdv` (Zhao et al., 2022): multi-level adversarial training on translated, code-switched and shuffled text,
//! and distillation from several teachers.
//!
//! | paper | here |
//! |---|---|
//! | 2.2: data creation | [`data`] |
//! | equations 1, 2: mBERT and the NER classifier | `xner_tagger::bert`: `BertEncoder`, `TagHead` |
//! | equation 3: the language discriminator | [`LanguageDiscriminator`] |
//! | equation 4: the order discriminator | [`OrderDiscriminator`] |
//! | equation 5: `L_ner`, `L_l`, `L_o`, `L_g` | [`AdversarialLearner`], [`Adversary`] |
//! | equation 6: entity words, context words | [`Words`] |
//! | equation 7: united soft labels | [`united`] |
//! | equation 8: the student | [`Distillation`] |
//! | table 3: what is left out | [`Ablation`] |
//!
//! [`Method::TransAdv`] is the strategy; the other methods are [`crate::baselines`].

mod adversary;
mod config;
mod corpora;
pub mod data;
mod discriminators;
mod distil;
mod export;
mod learner;
mod sets;
mod tally;
mod train;
pub(crate) mod trainer;
mod weights_file;

pub use adversary::{Adversary, Discriminators, GameLists, source_probability};
pub use config::{
    Ablation, AdvPickerConfig, AdversaryConfig, DistillationConfig, LanguageConfig, Method, OrderConfig,
    SoftLabels, StudentStart, TargetText, TeachersConfig, TransAdvConfig, UniTransConfig, Votes,
};
pub use corpora::TransAdvCorpora;
pub use discriminators::{LanguageDiscriminator, OrderDiscriminator, cross_entropy};
pub use distil::{DistilLearner, Distillation, Lesson, SoftLoss};
pub use export::{export, open_phase};
pub use learner::AdversarialLearner;
pub use sets::{Set, Sets, WordLanguages, Words, word_languages, word_orders};
pub use tally::{Answers, Tally};
pub use train::united;
pub(crate) use train::{games_of_teachers, lessons, source, taught, train};
pub use xner_tagger::bert::train::Dev;

pub use crate::text::{SETS_SEED, SourceText};
