//! The settings of a consensus.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use xner_train::settings::check;

use crate::transadv::SoftLoss;
use crate::{Error, Result};

/// What `consensus` has of its own.
#[derive(Debug, Clone, PartialEq, Eq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConsensusConfig {
    /// `K`: models of the source, each of a seed of its own. Default 3.
    #[default = 3]
    pub teachers: usize,
    /// So many of them have a second one beside them, which goes on from the first on the source's translation;
    /// this wants a dictionary. 0: none. Default 3.
    #[default = 3]
    pub translated: usize,
    /// `k`: of so many neighbours' labels a word's own is weighed by; 0: all words weigh as much. Default 10.
    #[default = 10]
    pub neighbours: usize,
    /// Students that are trained, each of what teachers and the student before it say. Default 2.
    #[default = 2]
    pub rounds: usize,
    /// Whether the last student's scores are divided by the temperature that the source's development data ask for.
    /// No tag changes by that, only how sure the model is of it. Default true.
    #[default = true]
    pub calibrate: bool,
    /// How far a student is from soft labels. Default `cross-entropy`.
    pub loss: SoftLoss,
}

impl ConsensusConfig {
    pub(crate) fn check(&self) -> Result<()> {
        check::positive("consensus.teachers", self.teachers)?;
        if self.translated > self.teachers {
            let message =
                format!("is {}, expected at most `consensus.teachers`, {}", self.translated, self.teachers);
            return Err(Error::setting("consensus.translated", message));
        }
        check::count("consensus.neighbours", self.neighbours)?;
        check::positive("consensus.rounds", self.rounds)?;
        Ok(())
    }
}
