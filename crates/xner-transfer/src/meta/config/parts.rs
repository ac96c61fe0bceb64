//! The config's sections.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use xner_corpus::read::ReadOptions;
use xner_tagger::Decode;
use xner_tagger::bert::train::Clip;

use super::super::index::Representation;
use xner_tagger::bert::Pooling;
use xner_train::config::Optimiser;

/// Text to score on.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetText {
    /// What the language is called. Default `target`.
    #[default = "target"]
    pub language: String,
    /// `D_T`: labelled sentences to be scored in the end.
    #[schemars(example = &"test.conll")]
    pub test: Option<PathBuf>,
    /// So many of them are scored, the same for every seed and row, where adapting to each takes too long; by default
    /// all.
    #[schemars(example = 500)]
    pub test_sentences: Option<usize>,
    /// How a corpus is read.
    pub read: ReadOptions,
}

/// Which sentences are similar: by the cosine of vectors of the pretrained encoder (equations 5 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Similarity {
    /// What of the pretrained encoder's last layer a sentence's vector is. Default `cls`.
    pub pooling: Pooling,
    /// Subwords of a sentence that are read, special ones included. Default 128.
    pub length: usize,
    /// `K`: similar sentences of a task. Default 2.
    pub k: usize,
    /// What becomes of the source sentence that is nearest to a target sentence.
    pub nearest: Nearest,
}

impl Similarity {
    /// What of an encoder a sentence's vector is.
    pub fn representation(&self) -> Representation {
        Representation { pooling: self.pooling, length: self.length }
    }
}

/// What becomes of the single nearest sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Nearest {
    /// It is one of the `k` similar ones (preset `paper`).
    Keep,
    /// It is left out, as if it were the sentence itself (preset `released`).
    Drop,
}

/// The loss of meta-training (equation 13). The base model's loss and that of adaptation have no greatest term
/// (equation 3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LossConfig {
    /// `λ`: the weight of a sentence's greatest token loss beside its mean. Default 2.
    pub max_weight: f32,
    /// What the mean over several sentences is.
    pub mean: Mean,
    /// Which subwords have a loss.
    pub subwords: Subwords,
}

/// The mean loss of several sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mean {
    /// Over sentences, of the mean over each one's tokens (preset `paper`).
    Sentence,
    /// Over all their tokens (preset `released`).
    Token,
}

/// Which subwords something is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Subwords {
    /// The first of each word.
    First,
    /// All of them, special ones too.
    All,
}

/// Entity words that are not to be seen, drawn anew each time through the source.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskingConfig {
    /// With what probability a word of an entity is masked. Default 0.2.
    pub ratio: f64,
    /// In which sentences words are masked.
    pub what: Masked,
    /// Which subwords of such a word are masked.
    pub subwords: Subwords,
}

/// What is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Masked {
    /// The sentences that tasks are tested on (preset `released`).
    Query,
    /// These and their similar sentences (preset `paper`).
    Both,
}

/// The meta-update (equations 9 to 12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetaUpdate {
    /// Meta-updates in all. Default 3,000.
    pub updates: usize,
    /// Tasks of each meta-update. Default 32.
    pub tasks: usize,
    /// Meta-updates between two scores on the development data; 0: at the end. Default 300.
    pub evaluate_every: usize,
    /// Meta-updates between two checkpoints, beside the one that follows each score; 0: none beside. Default 25.
    pub checkpoint_every: usize,
    /// What meta-training begins with.
    pub start: Start,
    /// How the tasks' gradients come together.
    pub gradient: Gradient,
    /// The optimiser and its first rate, `β`. Default `{ kind = "adam", rate = 3e-5 }`.
    pub optimiser: Optimiser,
    /// Whether Adam corrects its moments for beginning at zero.
    pub bias_correction: bool,
    /// The share of the updates in which the rate rises from 0; then it falls in a line to 0. Default 0.1.
    pub warmup: f64,
    /// The longest gradient; 0: any. Default 1.
    pub clip: f64,
    /// What of the gradient is no longer than that.
    pub clip_by: Clip,
}

/// What meta-training begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// The pretrained encoder with a new head.
    Pretrained,
    /// The base model, which is trained first.
    Base,
}

/// How tasks' gradients come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gradient {
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
}

/// The inner update (equations 7 and 8). Its optimiser begins anew for each task. Adaptation uses these settings too,
/// but for steps and rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InnerUpdate {
    /// `n`: steps on a task's similar sentences. Default 2.
    pub steps: usize,
    /// The optimiser and its rate, `α`. Default `{ kind = "adam", rate = 3e-5 }`.
    pub optimiser: Optimiser,
    /// Whether Adam corrects its moments for beginning at zero.
    pub bias_correction: bool,
    /// Whether the rate rises and falls as that of the meta-update.
    pub scheduled: bool,
    /// The longest gradient; 0: any. Default 1.
    pub clip: f64,
    /// What of the gradient is no longer than that.
    pub clip_by: Clip,
}

/// Adaptation to each target sentence, by steps on its similar source sentences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdaptationConfig {
    /// Steps on the similar sentences. Default 1.
    pub steps: usize,
    /// `γ`: the rate. Default 1e-5.
    pub rate: f64,
    /// Whether these steps are made with dropout, drawn by the similar sentences.
    pub dropout: bool,
    /// Whether the test sentences are scored with adaptation too. Default true.
    pub score: bool,
}

/// How tags are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decoding {
    /// The best sequence that keeps to the scheme.
    Viterbi,
    /// Each word's most probable tag.
    Argmax,
}

impl From<Decoding> for Decode {
    fn from(decoding: Decoding) -> Self {
        match decoding {
            Decoding::Viterbi => Self::Viterbi,
            Decoding::Argmax => Self::Argmax,
        }
    }
}

/// How often a word counts that is in two windows of a long sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Overlap {
    /// Once (preset `paper`): windows tag it together, and in meta-training and adaptation the first has its loss.
    /// The base model's training counts it in both.
    Once,
    /// Twice (preset `released`): each window is a sentence of its own, in training and in scoring.
    Twice,
}

/// What meta-training does without (table 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ablation {
    /// Nothing.
    #[default]
    None,
    /// The greatest term of the loss.
    NoMaxLoss,
    /// Masking.
    NoMasking,
    /// Both.
    NoMaxLossOrMasking,
    /// Meta-training: what is left is the base model.
    NoMetaTraining,
}

impl std::fmt::Display for Ablation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "full",
            Self::NoMaxLoss => "w/o max loss",
            Self::NoMasking => "w/o masking",
            Self::NoMaxLossOrMasking => "w/o max loss/masking",
            Self::NoMetaTraining => "w/o meta-training",
        })
    }
}
