//! How a first dictionary or mapping is made better.

use serde::{Deserialize, Serialize};

use super::Induction;

/// How the first dictionary or mapping is made better. Each kind has keys of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Refinement {
    /// Not at all: the initialiser's mapping, or the Procrustes solution of its dictionary.
    None {},
    /// Procrustes (equation 5), iterated with a dictionary by CSLS.
    Procrustes(ProcrustesConfig),
    /// Stochastic self-learning.
    SelfLearning(SelfLearningConfig),
    /// Relaxed CSLS from the Procrustes solution of the initialiser's dictionary.
    Rcsls(RcslsConfig),
}

impl Refinement {
    /// Whether chance has a part in it.
    pub fn is_random(&self) -> bool {
        match self {
            Self::SelfLearning(config) => config.keep < 1.0,
            Self::Rcsls(config) => config.batch.is_some(),
            Self::None {} | Self::Procrustes(_) => false,
        }
    }
}

/// Iterated Procrustes with MUSE's published settings for adversarial mapping; of all iterations the one with the
/// best criterion is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ProcrustesConfig {
    /// How often a dictionary is induced and solved.
    pub iterations: usize,
    /// The neighbours over which CSLS takes its means.
    pub neighbours: usize,
    /// Words of a rank (from 0) up to this one, inclusive as MUSE counts, take part in the dictionary; 0: all do.
    pub rank_limit: usize,
    /// From which side the dictionary is induced.
    pub induction: Induction,
    /// So many pairs stay, however little the best translation leads over the second best.
    pub min_size: usize,
    /// The most pairs, those with the greatest lead first; 0: all.
    pub max_size: usize,
    /// Pairs stay when their lead is above; 0: all do.
    pub threshold: f64,
}

impl Default for ProcrustesConfig {
    fn default() -> Self {
        Self {
            iterations: 5,
            neighbours: 10,
            rank_limit: 15_000,
            induction: Induction::Forward,
            min_size: 0,
            max_size: 0,
            threshold: 0.0,
        }
    }
}

impl ProcrustesConfig {
    /// MUSE's settings for a given dictionary: both directions, and fewer words.
    pub fn supervised() -> Self {
        Self { rank_limit: 10_000, induction: Induction::Intersection, ..Self::default() }
    }
}

/// Stochastic self-learning (Artetxe et al. 2018, "A robust self-learning method for fully unsupervised
/// cross-lingual mappings of word embeddings") with its published settings.
///
/// Each iteration solves Procrustes for the dictionary and induces a new one by CSLS, in which each similarity
/// takes part with probability `keep`. After `interval` iterations without a better objective `keep` grows by
/// `multiplier`; when that happens at 1 the run ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SelfLearningConfig {
    /// The most frequent words of each language that take part.
    pub cutoff: usize,
    /// The same while `keep` is below 1. Fewer words find the way much faster, and the last stage has them all.
    pub early_cutoff: usize,
    /// The neighbours over which CSLS takes its means.
    pub neighbours: usize,
    /// The share of similarities that take part at first, above 0 and up to 1.
    pub keep: f64,
    /// What that share is multiplied by when the objective stands still, above 1.
    pub multiplier: f64,
    /// Iterations without a better objective before the share grows.
    pub interval: usize,
    /// By how much the objective must be better.
    pub threshold: f64,
    /// From which side the dictionary is induced; here it cannot be `intersection`.
    pub induction: Induction,
}

impl Default for SelfLearningConfig {
    fn default() -> Self {
        Self {
            cutoff: 20_000,
            early_cutoff: 20_000,
            neighbours: 10,
            keep: 0.1,
            multiplier: 2.0,
            interval: 50,
            threshold: 1e-6,
            induction: Induction::Union,
        }
    }
}

/// Relaxed CSLS (Joulin et al. 2018, "Loss in translation"): gradient descent on the CSLS loss of a given
/// dictionary, over unit vectors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RcslsConfig {
    /// Steps over the dictionary.
    pub steps: usize,
    /// The neighbours over which CSLS takes its means.
    pub neighbours: usize,
    /// The most frequent words of each language among which neighbours are looked for.
    pub words: usize,
    /// The first learning rate. It is halved whenever a step makes the loss greater, which is then undone.
    pub learning_rate: f64,
    /// Whether singular values above 1 are cut to 1 after each step; otherwise the mapping is free.
    pub spectral: bool,
    /// Pairs that are drawn for each step; by default all.
    #[cfg_attr(feature = "schema", schemars(example = 1000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<usize>,
}

impl Default for RcslsConfig {
    fn default() -> Self {
        Self { steps: 10, neighbours: 10, words: 200_000, learning_rate: 1.0, spectral: false, batch: None }
    }
}
