//! What is done to a refined mapping in the end.

use serde::{Deserialize, Serialize};

/// A language of the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The source.
    Source,
    /// The target.
    Target,
}

/// What is done to the refined mapping in the end. It can be made anew from the last dictionary by whitening, the
/// orthogonal mapping of both sides, re-weighting by the singular values and de-whitening (Artetxe et al. 2018,
/// "Generalizing and improving bilingual word embedding mappings with a multi-step framework of linear
/// transformations"). The default does none of it, and leaves the mapping orthogonal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Finish {
    /// Whether the dictionary's vectors are made uncorrelated on each side first.
    pub whiten: bool,
    /// The power of the singular values by which the source's components are weighted; 0: they are not.
    pub source_reweight: f64,
    /// The same of the target's components.
    pub target_reweight: f64,
    /// Whose whitening is undone on the source; by default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_dewhiten: Option<Side>,
    /// Whose whitening is undone on the target; by default none.
    #[cfg_attr(feature = "schema", schemars(example = Side::Target))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_dewhiten: Option<Side>,
}

impl Finish {
    /// Whitening, symmetric re-weighting with exponent 0.5, each side de-whitened by its own whitening.
    pub fn symmetric() -> Self {
        Self {
            whiten: true,
            source_reweight: 0.5,
            target_reweight: 0.5,
            source_dewhiten: Some(Side::Source),
            target_dewhiten: Some(Side::Target),
        }
    }

    /// The same with source and target exchanged.
    #[must_use]
    pub fn exchanged(self) -> Self {
        let other = |side| match side {
            Side::Source => Side::Target,
            Side::Target => Side::Source,
        };
        Self {
            whiten: self.whiten,
            source_reweight: self.target_reweight,
            target_reweight: self.source_reweight,
            source_dewhiten: self.target_dewhiten.map(other),
            target_dewhiten: self.source_dewhiten.map(other),
        }
    }

    /// Whether it changes nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
