//! How vectors are mapped: an initialiser, then a refinement, then a finish.

mod check;
mod finish;
mod initialiser;
mod method;
mod refinement;

pub use check::CheckedConfig;
pub use finish::{Finish, Side};
pub use initialiser::{Initialiser, SimilarityConfig};
pub use method::Method;
pub use refinement::{ProcrustesConfig, RcslsConfig, Refinement, SelfLearningConfig};

use serde::{Deserialize, Serialize};

use crate::normalise::Step;

/// Which language is moved into the other's space.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The source's vectors are mapped into the target's space.
    #[default]
    SourceToTarget,
    /// The target's vectors are mapped into the source's space, as Bari et al. 2020 write it.
    TargetToSource,
}

/// From which side a dictionary is induced. Forward is from the language that is moved into the one that stays
/// ([`Direction`]), so exchanging the languages together with the direction changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Induction {
    /// Each word that moves, with its best translation.
    #[default]
    Forward,
    /// Each word that stays, with its best translation.
    Backward,
    /// The pairs of both.
    Union,
    /// The pairs that are in both: mutual nearest neighbours.
    Intersection,
}

/// The unsupervised criterion: the mean cosine of the CSLS translations of the most frequent words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CriterionConfig {
    /// The most frequent words of either side that take part; all where there are fewer.
    pub words: usize,
    /// The neighbours over which CSLS takes its means.
    pub neighbours: usize,
}

impl Default for CriterionConfig {
    fn default() -> Self {
        Self { words: 10_000, neighbours: 10 }
    }
}

/// How two languages' vectors are brought into one space.
///
/// [`MapConfig::preset`] gives the published settings of each method; [`MapConfig::check`] makes sure of all
/// ranges before anything is computed.
///
/// ```
/// use xner_embed::map::{MapConfig, Method};
///
/// let config = MapConfig { seed: 7, ..MapConfig::preset(Method::SelfLearning) };
/// assert!(config.clone().check().is_ok());
/// let fault = MapConfig { restarts: 0, ..config }.check().unwrap_err();
/// assert!(fault.to_string().contains("restarts"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MapConfig {
    /// The method whose published settings stand for the keys that are left out. `xner map --method` says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(example = &"self-learning"))]
    pub method: Option<Method>,
    /// The most frequent words of each language that learning sees. Every word is mapped in the end.
    pub limit: usize,
    /// Which language moves into the other's space.
    pub direction: Direction,
    /// What is done to all vectors first, in this order.
    pub normalise: Vec<Step>,
    /// Where the first dictionary or mapping comes from. Each kind has keys of its own.
    pub initialiser: Initialiser,
    /// How the first dictionary or mapping is made better. Each kind has keys of its own.
    pub refinement: Refinement,
    /// What is done to the refined mapping in the end.
    pub finish: Finish,
    /// How mappings are compared without a dictionary.
    pub criterion: CriterionConfig,
    /// Runs with different seeds, of which the criterion picks one.
    pub restarts: usize,
    /// Decides everything random. The first restart uses `seed`, the second `seed + 1`, and so on: each can be had
    /// alone.
    pub seed: u64,
}

impl Default for MapConfig {
    fn default() -> Self {
        Self::preset(Method::SelfLearning)
    }
}
