//! The second encoder.

#[cfg(feature = "train")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The target language's encoder beside the source's (Bari et al. 2020, figure 1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentConfig {
    /// How the target's features meet the source's before the common encoder. Default `dense`.
    pub combine: Combine,
    /// Whether the forward and backward cells of the target's bi-LSTMs share their weights. Default false: this
    /// encoder is there to learn the target's word order.
    pub tied: bool,
    /// Whether the target's encoder reads characters, with embeddings of its own, though the source's does not. Default
    /// false.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub own_characters: bool,
}

/// How two encoders' features become one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "train", derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    /// By the target-specific dense layer, from both encoders' features side by side to as many as one encoder has.
    /// The paper's table 4 counts just these parameters.
    #[default]
    Dense,
    /// Side by side, the target's through a dense layer of their own first; where there is no target encoder, as on
    /// source sentences, its half is zeros.
    Concatenate,
    /// Added up, the target's through a dense layer of their own first.
    Sum,
}
