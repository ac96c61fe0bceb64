//! The settings of a run, read from TOML.

mod parts;
mod preset;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xner_tagger::bert::config::Head;
use xner_tagger::bert::train::{BertSettings, check_training};
use xner_train::{
    Settings,
    config::{Fall, Schedule, TrainingConfig},
    settings::check,
};

pub use parts::{
    Ablation, AdaptationConfig, Decoding, Gradient, InnerUpdate, LossConfig, Masked, MaskingConfig, Mean,
    MetaUpdate, Nearest, Overlap, Similarity, Start, Subwords, TargetText,
};
pub use preset::Preset;

use crate::report::{REPORT, TransferReport};
use crate::text::SourceText;
use crate::{Error, Result};

/// All settings of meta-learning. Where a config leaves something out, its preset has it.
///
/// ```
/// use xner_transfer::meta::{Masked, MetaConfig};
///
/// let config: MetaConfig = toml::from_str("preset = 'released'\nmeta.updates = 300")?;
/// assert_eq!((config.meta.updates, config.bert.freeze_layers), (300, 4));
/// assert_eq!(config.masking.what, Masked::Query);
/// assert!(toml::from_str::<MetaConfig>("meta.update = 300").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct MetaConfig {
    /// Whose settings are taken where there are none. Default `paper`.
    pub preset: Preset,
    /// Decides everything random. Default 1.
    pub seed: u64,
    /// What tables call the row; by default `Meta-Cross` and the ablation.
    #[schemars(example = &"full")]
    pub row: Option<String>,
    /// What it does without (table 4). Default `none`.
    pub ablation: Ablation,
    /// Entities of these types count as none, in all data.
    pub drop_types: Vec<String>,
    /// How tags are chosen.
    pub decode: Decoding,
    /// How often a word counts that is in two windows of a long sentence.
    pub overlap: Overlap,
    /// The language with labels: the model is trained on its sentences, and similar ones are searched among them.
    pub source: SourceText,
    /// The language without labels.
    pub target: TargetText,
    /// The encoder, and what of it is trained.
    pub bert: BertSettings,
    /// Which sentences are similar.
    pub similarity: Similarity,
    /// How the base model is trained.
    pub training: TrainingConfig,
    /// The loss of meta-training.
    pub loss: LossConfig,
    /// What is masked in meta-training.
    pub masking: MaskingConfig,
    /// The meta-update.
    pub meta: MetaUpdate,
    /// The inner update.
    pub inner: InnerUpdate,
    /// Adaptation to each target sentence.
    pub adaptation: AdaptationConfig,
}

/// By what a model was meta-trained.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedBy {
    /// The config, with paths left out.
    pub config: MetaConfig,
    /// A hash of the pretrained encoder that said what is similar, as [`super::index::Pretrained::files`] has it.
    pub encoder: Option<String>,
}

impl Default for MetaConfig {
    fn default() -> Self {
        Self::preset(Preset::default())
    }
}

impl Settings for MetaConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        vec![&mut self.source.train, &mut self.source.dev, &mut self.target.test]
    }

    fn encoder(&mut self) -> Option<&mut Option<PathBuf>> {
        Some(&mut self.bert.encoder)
    }

    fn check(&self) -> Result<()> {
        check_training(&self.training)?;
        self.bert.check()?;
        let under = |section: &str, training: &TrainingConfig| {
            training.check().map_err(|fault| {
                fault.at_key(|key| {
                    let key = key.strip_prefix("training.").unwrap_or(key);
                    let key = key.strip_prefix("schedule.").unwrap_or(key);
                    format!("{section}.{}", if key == "batch" { "tasks" } else { key })
                })
            })
        };
        under("meta", &self.meta_training())?;
        let InnerUpdate { optimiser, clip, .. } = self.inner;
        under("inner", &TrainingConfig { optimiser, clip, ..self.training.clone() })?;
        if i64::try_from(self.seed).is_err() {
            let message =
                format!("is {}, expected at most {}, the greatest number of TOML", self.seed, i64::MAX);
            return Err(Error::setting("seed", message));
        }
        if self.row.as_ref().is_some_and(|row| row.trim().is_empty()) {
            return Err(Error::setting("row", "is empty, expected what tables call the row"));
        }
        let at_least_one = [
            ("meta.updates", Some(self.meta.updates)),
            ("similarity.k", Some(self.similarity.k)),
            ("source.sentences", self.source.sentences),
            ("source.dev_sentences", self.source.dev_sentences),
            ("target.test_sentences", self.target.test_sentences),
        ];
        for (key, value) in at_least_one {
            check::positive_if_given(key, value)?;
        }
        if self.similarity.length < SHORTEST {
            let message = format!("is {}, expected at least {SHORTEST}", self.similarity.length);
            return Err(Error::setting("similarity.length", message));
        }
        check::fraction("masking.ratio", self.masking.ratio)?;
        check::not_negative("loss.max_weight", self.loss.max_weight)?;
        check::above_zero("adaptation.rate", self.adaptation.rate)?;
        if self.bert.head == Head::Crf {
            let message = "is `crf`, expected `softmax`: the loss is of single words";
            return Err(Error::setting("bert.head", message));
        }
        // The training loop puts them in an order that is forgotten.
        let draws = self.meta.updates.saturating_mul(self.meta.tasks);
        if draws > DRAWS {
            let message =
                format!("makes {draws} tasks of {} an update, expected at most {DRAWS}", self.meta.tasks);
            return Err(Error::setting("meta.updates", message));
        }
        // Each pass of a step has dropout of its own.
        let passes = self.inner.steps.saturating_add(1).saturating_mul(self.meta.tasks);
        if passes >= PASSES {
            let message = format!("makes {passes} passes of an update, expected fewer than {PASSES}");
            return Err(Error::setting("inner.steps", message));
        }
        if self.adaptation.steps >= PASSES {
            return Err(Error::setting("adaptation.steps", format!("is not below {PASSES}")));
        }
        Ok(())
    }
}

impl MetaConfig {
    /// What meta-training depends on: ablations as what they leave, and nothing of what comes behind it.
    pub(crate) fn of_meta_training(&self) -> Self {
        let Self { preset, target, adaptation, similarity, .. } = Self::default();
        let (loss, masking) = (self.meta_loss(), self.meta_masking());
        let ablation = Ablation::None;
        // The nearest sentence to a source sentence is itself, which no task has.
        let similarity = Similarity { nearest: similarity.nearest, ..self.similarity };
        Self {
            preset,
            target,
            adaptation,
            similarity,
            row: None,
            ablation,
            loss,
            masking,
            ..self.without_paths()
        }
    }

    /// By what a model was meta-trained, as the report in its folder tells it; none where there is no report of such
    /// a run.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Model`] for a report that does not read.
    pub fn of_model(folder: &Path) -> Result<Option<TrainedBy>> {
        if !folder.join(REPORT).exists() {
            return Ok(None);
        }
        let mut report = TransferReport::read(folder)?;
        if report.method != super::METHOD {
            return Ok(None);
        }
        without_null(&mut report.config);
        let fault = |fault: &dyn std::fmt::Display| {
            Error::model(&folder.join(REPORT), format!("at `config`: {fault}"))
        };
        let config: Self = serde_json::from_value(report.config).map_err(|e| fault(&e))?;
        config.check().map_err(|e| fault(&e))?;
        Ok(Some(TrainedBy { config, encoder: report.encoder }))
    }

    /// The sections and keys of what adaptation depends on in which another config has other values.
    pub fn adapts_otherwise(&self, other: &Self) -> Vec<&'static str> {
        let Self { seed, drop_types, decode, overlap, source, .. } = self;
        let Self { bert, similarity, loss, inner, adaptation, .. } = self;
        // Sentences that a model is adapted by go through the encoder together.
        let read = |bert: &BertSettings| BertSettings { encoder: None, at_once: 1, ..bert.clone() };
        let plain = |loss: &LossConfig| LossConfig { max_weight: 0.0, ..*loss };
        // Steps and rate are those of `adaptation`.
        let step = |inner: &InnerUpdate| {
            let optimiser = inner.optimiser.with_rate(1.0);
            InnerUpdate { steps: 1, scheduled: false, optimiser, ..inner.clone() }
        };
        let unscored = |adaptation: &AdaptationConfig| AdaptationConfig { score: true, ..*adaptation };
        let differs = [
            ("seed", adaptation.dropout && *seed != other.seed),
            ("drop_types", *drop_types != other.drop_types),
            ("decode", *decode != other.decode),
            ("overlap", *overlap != other.overlap),
            ("source.sentences", source.sentences != other.source.sentences),
            ("source.read", source.read != other.source.read),
            ("bert", read(bert) != read(&other.bert)),
            ("similarity", *similarity != other.similarity),
            ("loss", plain(loss) != plain(&other.loss)),
            ("inner", step(inner) != step(&other.inner)),
            ("adaptation", unscored(adaptation) != unscored(&other.adaptation)),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }

    /// The loss of meta-training, with what the ablation leaves of it.
    pub fn meta_loss(&self) -> LossConfig {
        let without = matches!(self.ablation, Ablation::NoMaxLoss | Ablation::NoMaxLossOrMasking);
        LossConfig { max_weight: if without { 0.0 } else { self.loss.max_weight }, ..self.loss }
    }

    /// The loss of adaptation (equation 3).
    pub fn plain_loss(&self) -> LossConfig {
        LossConfig { max_weight: 0.0, ..self.loss }
    }

    /// Masking, with what the ablation leaves of it.
    pub fn meta_masking(&self) -> MaskingConfig {
        let without = matches!(self.ablation, Ablation::NoMasking | Ablation::NoMaxLossOrMasking);
        MaskingConfig { ratio: if without { 0.0 } else { self.masking.ratio }, ..self.masking }
    }

    /// Meta-training as the training loop knows it: one epoch of so many draws as all updates take, a batch of which is
    /// an update's tasks.
    pub(crate) fn meta_training(&self) -> TrainingConfig {
        let MetaUpdate { tasks, evaluate_every, checkpoint_every, optimiser, warmup, clip, .. } = self.meta;
        let schedule = Schedule { kind: Fall::Linear, warmup, ..Schedule::default() };
        TrainingConfig {
            epochs: 1,
            batch: tasks,
            evaluate_every,
            checkpoint_every,
            optimiser,
            schedule,
            clip,
            // It is the base model's.
            patience: 0,
            ..self.training.clone()
        }
    }

    /// What tables call the row.
    pub fn row(&self) -> String {
        let own = || match self.ablation {
            Ablation::None => "Meta-Cross".to_owned(),
            ablation => format!("Meta-Cross {ablation}"),
        };
        self.row.clone().unwrap_or_else(own)
    }
}

/// Two special subwords, and one of a word.
const SHORTEST: usize = 3;
/// Tasks of all updates at most.
const DRAWS: usize = 100_000_000;
/// Passes of a step at most.
const PASSES: usize = 1 << 16;

/// What has no value is left out, as in a config file.
fn without_null(value: &mut serde_json::Value) {
    if let serde_json::Value::Object(own) = value {
        own.retain(|_, value| !value.is_null());
        own.values_mut().for_each(without_null);
    }
}
