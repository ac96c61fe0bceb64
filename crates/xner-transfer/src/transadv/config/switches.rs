//! Which method runs, and what is left out of it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::consensus::ConsensusConfig;

/// A method of the paper's table 2 that shares its parts with `TransAdv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The paper's own.
    #[serde(rename = "transadv")]
    TransAdv,
    /// Fine-tuned on the source, and no more (Wu and Dredze 2019).
    MbertFt,
    /// With a language discriminator of words beside it (Keung et al. 2019).
    #[serde(rename = "advce")]
    AdvCe,
    /// One teacher, one student (Wu et al. 2020a).
    Tsl,
    /// Teachers by model and data transfer, soft labels and votes (Wu et al. 2020b).
    #[serde(rename = "unitrans")]
    UniTrans,
    /// The discriminator picks what the student learns of (Chen et al. 2021).
    #[serde(rename = "advpicker")]
    AdvPicker,
    /// Ours: many models and a word's neighbours agree ([`crate::consensus`]).
    Consensus,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::MbertFt,
        Self::AdvCe,
        Self::Tsl,
        Self::UniTrans,
        Self::AdvPicker,
        Self::TransAdv,
        Self::Consensus,
    ];

    /// Its name, as commands and reports have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TransAdv => "transadv",
            Self::MbertFt => "mbert-ft",
            Self::AdvCe => "advce",
            Self::Tsl => "tsl",
            Self::UniTrans => "unitrans",
            Self::AdvPicker => "advpicker",
            Self::Consensus => "consensus",
        }
    }

    /// Its name in tables.
    pub fn row(self) -> &'static str {
        match self {
            Self::TransAdv => "TransAdv",
            Self::MbertFt => "mBERT-FT",
            Self::AdvCe => "AdvCE",
            Self::Tsl => "TSL",
            Self::UniTrans => "UniTrans",
            Self::AdvPicker => "AdvPicker",
            Self::Consensus => "Consensus",
        }
    }

    /// Whether it needs translations, by these settings.
    pub fn translates(self, consensus: &ConsensusConfig) -> bool {
        match self {
            Self::TransAdv | Self::UniTrans => true,
            Self::Consensus => consensus.translated > 0,
            Self::MbertFt | Self::AdvCe | Self::Tsl | Self::AdvPicker => false,
        }
    }

    /// Whether it ends with a student, who learns probabilities of single words.
    pub fn has_student(self) -> bool {
        !matches!(self, Self::MbertFt | Self::AdvCe)
    }

    /// Whether its source model has a language discriminator, and an order discriminator.
    pub fn discriminators(self, ablation: Ablation) -> [bool; 2] {
        match self {
            Self::TransAdv => ablation.discriminators(),
            Self::AdvCe | Self::AdvPicker => [true, false],
            Self::MbertFt | Self::Tsl | Self::UniTrans | Self::Consensus => [false; 2],
        }
    }

    /// Whether it needs unlabelled text of the target.
    pub fn reads_unlabelled(self) -> bool {
        self != Self::MbertFt
    }
}

/// What is left out of `TransAdv` (appendix B.1, table 3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ablation {
    /// Nothing.
    #[default]
    None,
    /// The language discriminator, the teachers' among them (w/o LDIS).
    NoLanguageDiscriminator,
    /// The order discriminator (w/o ODIS).
    NoOrderDiscriminator,
    /// The entity-enhanced teacher (w/o `Θ_entity`).
    NoEntityTeacher,
    /// The context-enhanced teacher (w/o `Θ_context`).
    NoContextTeacher,
    /// The order-enhanced teacher (w/o `Θ_order`).
    NoOrderTeacher,
    /// Multi-level adversarial learning (w/o MLADV): the source model is trained on `D_S` alone. The teachers then have
    /// no discriminator either, for there is none to go on with.
    NoAdversarial,
    /// Multi-model distillation (w/o MMKD): the student learns of the source model alone.
    NoDistillation,
}

impl Ablation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::NoLanguageDiscriminator,
        Self::NoOrderDiscriminator,
        Self::NoEntityTeacher,
        Self::NoContextTeacher,
        Self::NoOrderTeacher,
        Self::NoAdversarial,
        Self::NoDistillation,
    ];

    /// Whether the source model has a language discriminator, and an order discriminator.
    pub fn discriminators(self) -> [bool; 2] {
        match self {
            Self::NoAdversarial => [false, false],
            Self::NoLanguageDiscriminator => [false, true],
            Self::NoOrderDiscriminator => [true, false],
            _ => [true, true],
        }
    }
}

impl fmt::Display for Ablation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "whole",
            Self::NoLanguageDiscriminator => "w/o LDIS",
            Self::NoOrderDiscriminator => "w/o ODIS",
            Self::NoEntityTeacher => "w/o Θ_entity",
            Self::NoContextTeacher => "w/o Θ_context",
            Self::NoOrderTeacher => "w/o Θ_order",
            Self::NoAdversarial => "w/o MLADV",
            Self::NoDistillation => "w/o MMKD",
        })
    }
}
