//! The methods by name: presets of initialiser and refinement.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    CriterionConfig, Direction, Finish, Initialiser, MapConfig, Refinement, SelfLearningConfig,
    SimilarityConfig,
};
use crate::normalise::Step;
use crate::{Error, Result};

/// A method by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Adversarial training, then Procrustes iterated, with MUSE's published settings: nothing is normalised.
    #[cfg(feature = "adversarial")]
    Adversarial,
    /// Similarity distributions, then self-learning, with vecmap's published settings. No dictionary is needed.
    SelfLearning,
    /// Identical words, then self-learning.
    Identical,
    /// Numerals, then self-learning.
    Numerals,
    /// A given dictionary and its Procrustes solution, which is not refined: on English with French and Finnish
    /// MUSE's five iterations raise the criterion, and lower the precision of held-out words by 2 to 4 points.
    Supervised,
    /// A small given dictionary, then self-learning.
    SemiSupervised,
}

impl Method {
    /// All methods of this build.
    pub const ALL: &[Self] = &[
        #[cfg(feature = "adversarial")]
        Self::Adversarial,
        Self::SelfLearning,
        Self::Identical,
        Self::Numerals,
        Self::Supervised,
        Self::SemiSupervised,
    ];

    /// Its name on the command line and in configs.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "adversarial")]
            Self::Adversarial => "adversarial",
            Self::SelfLearning => "self-learning",
            Self::Identical => "identical",
            Self::Numerals => "numerals",
            Self::Supervised => "supervised",
            Self::SemiSupervised => "semi-supervised",
        }
    }

    /// Whether it wants a dictionary.
    pub fn wants_dictionary(self) -> bool {
        matches!(self, Self::Supervised | Self::SemiSupervised)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|method| method.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|method| method.name()).collect();
            let without =
                if text == "adversarial" { " (this build is without the feature `adversarial`)" } else { "" };
            Error::Config {
                key: "method".to_owned(),
                message: format!("`{text}` is none of {}{without}", names.join(", ")),
            }
        })
    }
}

impl MapConfig {
    /// The published settings of a method.
    pub fn preset(method: Method) -> Self {
        let self_learning = |initialiser| Self {
            limit: 200_000,
            direction: Direction::SourceToTarget,
            normalise: vec![Step::Unit, Step::Centre, Step::Unit],
            initialiser,
            refinement: Refinement::SelfLearning(SelfLearningConfig::default()),
            finish: Finish::symmetric(),
            criterion: CriterionConfig::default(),
            restarts: 1,
            seed: 1,
        };
        match method {
            #[cfg(feature = "adversarial")]
            Method::Adversarial => Self {
                normalise: Vec::new(),
                initialiser: Initialiser::Adversarial(crate::map::adversarial::AdversarialConfig::default()),
                refinement: Refinement::Procrustes(super::ProcrustesConfig::default()),
                finish: Finish::default(),
                ..self_learning(Initialiser::Identity {})
            },
            Method::SelfLearning => {
                self_learning(Initialiser::SimilarityDistribution(SimilarityConfig::default()))
            }
            Method::Identical => self_learning(Initialiser::Identical {}),
            Method::Numerals => self_learning(Initialiser::Numerals {}),
            Method::SemiSupervised => self_learning(Initialiser::Dictionary {}),
            Method::Supervised => Self {
                normalise: Vec::new(),
                initialiser: Initialiser::Dictionary {},
                refinement: Refinement::None {},
                finish: Finish::default(),
                ..self_learning(Initialiser::Identity {})
            },
        }
    }
}
