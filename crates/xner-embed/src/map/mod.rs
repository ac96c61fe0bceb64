//! Bringing two languages' vectors into one space.
//!
//! A run ([`map`]) is an initialiser ([`Initialiser`]: a first dictionary or mapping), a refinement ([`Refinement`])
//! and a finish ([`Finish`]); [`Method`] names the published combinations. Of several restarts the unsupervised
//! [`criterion`] picks one. Vectors are rows throughout: a mapped vector is `x W`. The same vectors, config and seed
//! give the same bytes, with any number of threads, and whether the run was stopped on its way or not.

#[cfg(feature = "adversarial")]
pub mod adversarial;
#[cfg(feature = "adversarial")]
mod adversaries;
mod chance;
mod checkpoint;
mod config;
mod criterion;
mod exact;
mod finish;
mod folder;
mod induce;
mod mapping;
mod procrustes;
mod rcsls;
mod refine;
mod report;
mod run;
mod seeds;
mod self_learning;
mod similarity;
mod spaces;
mod spelling;
mod state;
mod stored;

pub use chance::{Chance, chance};
pub use checkpoint::remove_checkpoint;
pub use config::{
    CheckedConfig, CriterionConfig, Direction, Finish, Induction, Initialiser, MapConfig, Method,
    ProcrustesConfig, RcslsConfig, Refinement, SelfLearningConfig, Side, SimilarityConfig,
};
pub use criterion::criterion;
pub use folder::{MAPPING_FILES, MappingFolder, VectorFiles, checkpoint_folder, open, save};
pub use induce::induced_pairs;
pub use mapping::Mapping;
pub use procrustes::procrustes;
pub use report::{Iteration, Report, Restart};
pub use run::{Mapped, Resources, map};
pub use seeds::{from_dictionary, identical, numerals};

/// Two words that translate each other: the source word's rank, then the target word's.
pub type Pair = (u32, u32);
