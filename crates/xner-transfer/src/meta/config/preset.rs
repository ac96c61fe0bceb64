//! The paper's settings, and those of the authors' program.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::{Table, Value};
use xner_tagger::bert::Pooling;
use xner_tagger::bert::train::{BertSettings, Clip, encoder_training};
use xner_train::{
    config::{Optimiser, Schedule, TrainingConfig},
    settings::complete,
};

use super::MetaConfig;
use super::parts::{
    Ablation, AdaptationConfig, Decoding, Gradient, InnerUpdate, LossConfig, Masked, MaskingConfig, Mean,
    MetaUpdate, Nearest, Overlap, Similarity, Start, Subwords, TargetText,
};
use crate::text::SourceText;

/// Whose settings are taken where a config has none of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The paper's text.
    #[default]
    Paper,
    /// The program that its authors released, where it does something else.
    Released,
}

impl MetaConfig {
    /// The settings of a preset.
    pub fn preset(preset: Preset) -> Self {
        let paper = Self::paper();
        match preset {
            Preset::Paper => paper,
            Preset::Released => released(paper),
        }
    }

    fn paper() -> Self {
        let training = encoder_training();
        let schedule = Schedule { warmup: 0.1, ..training.schedule };
        Self {
            preset: Preset::Paper,
            seed: 1,
            row: None,
            ablation: Ablation::None,
            drop_types: Vec::new(),
            decode: Decoding::Viterbi,
            overlap: Overlap::Once,
            source: SourceText::default(),
            target: TargetText::default(),
            bert: BertSettings { overlap: 64, ..BertSettings::default() },
            similarity: Similarity { pooling: Pooling::Cls, length: 128, k: 2, nearest: Nearest::Keep },
            // About 3,000 steps on CoNLL's English sentences.
            training: TrainingConfig { epochs: 7, optimiser: adam(), schedule, ..training },
            loss: LossConfig { max_weight: 2.0, mean: Mean::Sentence, subwords: Subwords::First },
            masking: MaskingConfig { ratio: 0.2, what: Masked::Both, subwords: Subwords::All },
            meta: MetaUpdate {
                updates: 3000,
                tasks: 32,
                evaluate_every: 300,
                checkpoint_every: 25,
                start: Start::Pretrained,
                gradient: Gradient::Mean,
                optimiser: adam(),
                bias_correction: true,
                warmup: 0.1,
                clip: 1.0,
                clip_by: Clip::Whole,
            },
            inner: InnerUpdate {
                steps: 2,
                optimiser: adam(),
                bias_correction: true,
                scheduled: true,
                clip: 1.0,
                clip_by: Clip::Whole,
            },
            adaptation: AdaptationConfig { steps: 1, rate: 1e-5, dropout: false, score: true },
        }
    }
}

fn adam() -> Optimiser {
    Optimiser::Adam { rate: 3e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
}

/// Where the authors' program does something else than the paper says.
fn released(paper: MetaConfig) -> MetaConfig {
    let optimiser =
        Optimiser::AdamW { rate: 3e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weight_decay: 0.01 };
    MetaConfig {
        preset: Preset::Released,
        decode: Decoding::Argmax,
        overlap: Overlap::Twice,
        bert: BertSettings { freeze_layers: 4, ..paper.bert },
        similarity: Similarity { nearest: Nearest::Drop, ..paper.similarity },
        training: TrainingConfig { optimiser, ..paper.training },
        loss: LossConfig { mean: Mean::Token, subwords: Subwords::All, ..paper.loss },
        masking: MaskingConfig { what: Masked::Query, subwords: Subwords::First, ..paper.masking },
        meta: MetaUpdate {
            gradient: Gradient::Sum,
            optimiser,
            bias_correction: false,
            clip_by: Clip::Tensor,
            ..paper.meta
        },
        inner: InnerUpdate { optimiser, bias_correction: false, clip_by: Clip::Tensor, ..paper.inner },
        adaptation: AdaptationConfig { dropout: true, ..paper.adaptation },
        ..paper
    }
}

impl Serialize for MetaConfig {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, to)
    }
}

/// What a config leaves out is its preset's.
impl<'de> Deserialize<'de> for MetaConfig {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut own = Table::deserialize(from)?;
        let preset = own.get("preset").cloned().unwrap_or_else(|| Value::String("paper".to_owned()));
        let preset: Preset =
            preset.try_into().map_err(|e| D::Error::custom(format!("at `preset`: {}", one_line(&e))))?;
        complete(&mut own, Table::try_from(Self::preset(preset)).map_err(D::Error::custom)?);
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(Value::Table(own), &mut track);
        Self::deserialize(tracked).map_err(|e: toml::de::Error| {
            D::Error::custom(format!("at `{}`: {}", track.path(), one_line(&e)))
        })
    }
}

/// The fault alone: further lines repeat the key.
fn one_line(fault: &toml::de::Error) -> String {
    fault.to_string().lines().next().unwrap_or_default().to_owned()
}
