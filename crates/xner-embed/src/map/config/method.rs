//! The methods by name: presets of initialiser and refinement.

use serde::{Deserialize, Serialize};

use super::{
    CriterionConfig, Direction, Finish, Initialiser, MapConfig, Refinement, SelfLearningConfig,
    SimilarityConfig,
};
use crate::normalise::Step;

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
    /// Whether it wants a dictionary.
    pub fn wants_dictionary(self) -> bool {
        matches!(self, Self::Supervised | Self::SemiSupervised)
    }
}

xner_core::named!(Method, "method", {
    #[cfg(feature = "adversarial")] Adversarial = "adversarial", SelfLearning = "self-learning",
    Identical = "identical", Numerals = "numerals", Supervised = "supervised", SemiSupervised = "semi-supervised"
});

impl MapConfig {
    /// The published settings of a method.
    pub fn preset(method: Method) -> Self {
        let self_learning = |initialiser| Self {
            method: Some(method),
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
