//! What a run found out about itself.

use serde::{Deserialize, Serialize};

use super::chance::Chance;

/// The report of a run: the same for the same vectors, config and seed, so it holds no time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", try_from = "Told")]
pub struct Report {
    /// The restarts in order.
    pub restarts: Vec<Restart>,
    /// Which of them was kept, from 1: the first with the highest criterion.
    pub kept_restart: usize,
    /// The criterion of the kept mapping.
    pub criterion: f64,
    /// The kept mapping beside what chance reaches; none where there were too few words to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<Chance>,
}

/// A report of any age: restarts once counted from 0.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Told {
    restarts: Vec<Restart>,
    kept: Option<usize>,
    kept_restart: Option<usize>,
    criterion: f64,
    chance: Option<Chance>,
}

impl TryFrom<Told> for Report {
    type Error = &'static str;

    fn try_from(told: Told) -> Result<Self, Self::Error> {
        let Told { restarts, kept, kept_restart, criterion, chance } = told;
        let kept_restart =
            kept_restart.or(kept.map(|kept| kept + 1)).ok_or("missing field `kept-restart`")?;
        Ok(Self { restarts, kept_restart, criterion, chance })
    }
}

impl Report {
    /// Whether the mapping is no better than chance.
    pub fn failed(&self) -> bool {
        self.chance.as_ref().is_some_and(|chance| chance.failed)
    }
}

/// One restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Restart {
    /// What decided its chance: the config's seed for the first restart, one more for each behind it.
    pub seed: u64,
    /// Pairs of the initialiser's dictionary; absent where it gave a mapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_pairs: Option<usize>,
    /// The criterion of the first mapping, before any refinement.
    pub initial_criterion: f64,
    /// The iterations of the refinement; of self-learning only each first one with a new keep probability, and
    /// the last.
    pub iterations: Vec<Iteration>,
    /// The criterion of the refined mapping, before whitening and re-weighting.
    pub refined_criterion: f64,
    /// The criterion of the restart's mapping.
    pub criterion: f64,
}

/// One iteration of a refinement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Iteration {
    /// Its number.
    pub iteration: usize,
    /// Pairs of its dictionary.
    pub pairs: usize,
    /// The criterion of its mapping, where it was computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<f64>,
    /// The objective of self-learning, or the loss of relaxed CSLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<f64>,
    /// The share of similarities that took part (self-learning).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<f64>,
}
