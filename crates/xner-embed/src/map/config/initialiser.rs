//! Where the first dictionary or mapping comes from.

use serde::{Deserialize, Serialize};

use super::Induction;
#[cfg(feature = "adversarial")]
use crate::map::adversarial::AdversarialConfig;

/// Where the first dictionary or mapping comes from. Each kind has keys of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Initialiser {
    /// Adversarial training (equations 3 and 4 of Bari et al. 2020), which gives a mapping.
    #[cfg(feature = "adversarial")]
    Adversarial(AdversarialConfig),
    /// Words whose similarities with their own language's words are distributed alike (Artetxe et al. 2018).
    SimilarityDistribution(SimilarityConfig),
    /// Words that both languages write alike.
    Identical {},
    /// Words of digits alone that are in both languages.
    Numerals {},
    /// A given dictionary.
    Dictionary {},
    /// The identity, for vectors that share their space already, such as those of an earlier run.
    Identity {},
}

/// The initialiser by similarity distributions: each word's similarities with all words of its own language,
/// square-rooted in the spectrum, sorted and normalised, are compared across languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SimilarityConfig {
    /// The most frequent words that take part: time and memory grow with its square.
    pub words: usize,
    /// The neighbours over which CSLS between the distributions takes its means.
    pub neighbours: usize,
    /// From which side the dictionary is induced.
    pub induction: Induction,
}

impl Default for SimilarityConfig {
    fn default() -> Self {
        Self { words: 4_000, neighbours: 10, induction: Induction::Union }
    }
}

impl Initialiser {
    /// Whether it gives a dictionary rather than a mapping.
    pub fn gives_pairs(&self) -> bool {
        match self {
            #[cfg(feature = "adversarial")]
            Self::Adversarial(_) => false,
            Self::Identity {} => false,
            Self::SimilarityDistribution(_)
            | Self::Identical {}
            | Self::Numerals {}
            | Self::Dictionary {} => true,
        }
    }

    /// Whether chance has a part in it.
    pub fn is_random(&self) -> bool {
        match self {
            #[cfg(feature = "adversarial")]
            Self::Adversarial(_) => true,
            Self::SimilarityDistribution(_)
            | Self::Identical {}
            | Self::Numerals {}
            | Self::Dictionary {}
            | Self::Identity {} => false,
        }
    }
}
