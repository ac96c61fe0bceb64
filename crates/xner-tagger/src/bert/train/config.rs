//! The config of fine-tuning.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use xner_corpus::Scheme;
use xner_corpus::split::Language;
use xner_train::{
    Settings,
    config::{Fall, LossMean, Optimiser, Schedule, TrainingConfig},
    settings::{check, over},
};

use super::super::config::{BertConfig, Head};
use super::super::hub::Hub;
use crate::config::DataConfig;
use crate::{Error, Result};

/// What a config's key `model` says where a BERT is to be trained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Model {
    /// A pretrained encoder with a head on every word.
    #[default]
    Bert,
}

/// The whole config of a fine-tuning run. Every key may be left out but `bert.encoder` and `data.train`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BertTrainConfig {
    /// What is trained. This key must be given: by it such a config is known.
    pub model: Model,
    /// Decides everything random. Default 1.
    pub seed: u64,
    /// Labelled text.
    pub data: DataConfig,
    /// The encoder, and what of it is trained.
    pub bert: BertSettings,
    /// How it is trained. The defaults are BERT's.
    ///
    /// There are 3 epochs of batches of 32, and at least 400 steps; `AdamW` with rate 6e-5, warm-up and a fall in a
    /// line, gradients no longer than 1, and an evaluation at the end of each epoch. A batch's loss is always the mean
    /// over its words.
    #[serde(deserialize_with = "training")]
    pub training: TrainingConfig,
}

/// A pretrained encoder with a head on every word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BertSettings {
    /// The folder of a pretrained encoder in Hugging Face's layout, or its name on the hub. This key must be given.
    #[schemars(example = &"bert-base-multilingual-cased")]
    pub encoder: Option<PathBuf>,
    /// How entities are written as tags. Default `iob2`.
    pub scheme: Scheme,
    /// What is on top of the encoder; students and meta-learning need `softmax`. Default `softmax`.
    pub head: Head,
    /// Subwords of a window, special ones included; longer sentences have several. Default 128.
    pub length: usize,
    /// Subwords that neighbouring windows share. Default 32.
    pub overlap: usize,
    /// Whether the embeddings of subwords, positions and types stay as they are. Default true.
    pub freeze_embeddings: bool,
    /// So many layers, from the bottom, stay as they are, as in Wu and Dredze (2019). Default 3.
    pub freeze_layers: usize,
    /// Dropout before the head; by default what the encoder's config says.
    #[schemars(example = 0.1)]
    pub dropout: Option<f64>,
    /// Subwords that are worked on at once. A batch of more is worked on in parts, whose gradients are added up. This
    /// changes nothing but memory and rounding. Default 4096.
    pub at_once: usize,
    /// The languages of the texts that the model is for, by their BCP 47 codes. They are kept in its `config.json`, and
    /// `tag` goes by them. Default none.
    #[schemars(with = "Vec<String>")]
    pub languages: Vec<Language>,
}

impl Default for BertSettings {
    fn default() -> Self {
        Self {
            encoder: None,
            scheme: Scheme::Iob2,
            head: Head::Softmax,
            length: 128,
            overlap: 32,
            freeze_embeddings: true,
            freeze_layers: 3,
            dropout: None,
            at_once: 4096,
            languages: Vec::new(),
        }
    }
}

impl BertSettings {
    /// The number of the encoder's layers; none where no encoder is named.
    ///
    /// # Errors
    /// Faults of its `config.json`.
    pub fn layers(&self) -> Result<Option<usize>> {
        let Some(_) = &self.encoder else { return Ok(None) };
        let folder = self.directory()?;
        crate::is_model(&folder)?;
        let config = BertConfig::read(&folder.join("config.json"))?;
        Ok(Some(config.num_hidden_layers))
    }

    /// The encoder's folder. What is no folder may be a name on the hub.
    ///
    /// # Errors
    /// [`Error::Setting`] without an encoder; [`Error::Hub`] for a name that leads to none.
    pub fn directory(&self) -> Result<PathBuf> {
        let Some(folder) = &self.encoder else {
            let message = "is missing, expected the folder of a pretrained encoder, or its name on the hub";
            return Err(Error::setting("bert.encoder", message));
        };
        if folder.is_dir() {
            Ok(folder.clone())
        } else {
            Hub::from_env()?.directory(&folder.to_string_lossy())
        }
    }

    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first value out of range.
    pub fn check(&self) -> Result<()> {
        check::share("bert.dropout", self.dropout.unwrap_or(0.0))?;
        check::positive("bert.length", self.length)?;
        check::count("bert.overlap", self.overlap)?;
        check::count("bert.freeze_layers", self.freeze_layers)?;
        check::positive("bert.at_once", self.at_once)
    }

    /// Checks what must fit the encoder.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that does not.
    pub fn check_against(&self, config: &BertConfig) -> Result<()> {
        let (layers, longest) = (config.num_hidden_layers, config.max_length());
        if self.freeze_layers > layers {
            let message =
                format!("is {}, expected at most the encoder's {layers} layers", self.freeze_layers);
            return Err(Error::setting("bert.freeze_layers", message));
        }
        if self.length > longest {
            let message =
                format!("is {}, expected at most the {longest} that the encoder takes", self.length);
            return Err(Error::setting("bert.length", message));
        }
        Ok(())
    }
}

impl Default for BertTrainConfig {
    fn default() -> Self {
        let optimiser =
            Optimiser::AdamW { rate: 6e-5, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 0.01 };
        let schedule = Schedule { kind: Fall::Linear, warmup: 0.1, ..Schedule::default() };
        let training = TrainingConfig {
            epochs: 3,
            least_steps: LEAST_STEPS,
            batch: 32,
            longest: 10_000,
            evaluate_every: 0,
            // An epoch of a transformer takes long: a run that is killed should not lose all of it.
            checkpoint_every: 100,
            mean: LossMean::Token,
            clip: 1.0,
            optimiser,
            schedule,
            ..TrainingConfig::default()
        };
        Self {
            model: Model::Bert,
            seed: 1,
            data: DataConfig::default(),
            bert: BertSettings::default(),
            training,
        }
    }
}

/// In fewer steps a new head learns to say that nothing is an entity.
const LEAST_STEPS: usize = 400;

/// `[training]`: what it leaves out is not what it would be for another model.
fn training<'de, D: Deserializer<'de>>(from: D) -> Result<TrainingConfig, D::Error> {
    over(&BertTrainConfig::default().training, toml::Table::deserialize(from)?)
}

/// How methods on encoders train by default: as fine-tuning does, for as many epochs as are said.
pub fn encoder_training() -> TrainingConfig {
    TrainingConfig { least_steps: 0, ..BertTrainConfig::default().training }
}

impl BertTrainConfig {
    /// Whether a config file's text is one of fine-tuning: its key `model` is `"bert"`.
    pub fn is_named_in(text: &str) -> bool {
        let table: Option<toml::Table> = toml::from_str(text).ok();
        table.and_then(|table| table.get("model")?.as_str().map(|model| model == "bert")).unwrap_or(false)
    }
}

impl Settings for BertTrainConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        self.data.paths()
    }

    fn encoder(&mut self) -> Option<&mut Option<PathBuf>> {
        Some(&mut self.bert.encoder)
    }

    fn check(&self) -> Result<()> {
        self.data.check()?;
        self.bert.check()?;
        check_training(&self.training)
    }
}

/// Checks every value's range, where it is a BERT that is trained: its loss is the mean over words.
///
/// # Errors
/// [`Error::Setting`] for the first value out of range.
pub fn check_training(training: &TrainingConfig) -> Result<()> {
    if training.mean != LossMean::Token {
        let message = "is `sentence`, expected `token`: an encoder's loss is the mean over words";
        return Err(Error::setting("training.mean", message));
    }
    training.check()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Result<BertTrainConfig> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.toml");
        std::fs::write(&path, text).unwrap();
        BertTrainConfig::read(&path)
    }

    #[test]
    fn what_is_left_out_has_berts_defaults() {
        let config = read("model = \"bert\"\n[training]\nepochs = 1\noptimiser.rate = 2e-4").unwrap();
        let all = BertTrainConfig::default();
        assert_eq!((config.training.epochs, config.training.batch), (1, 32));
        assert_eq!([config.training.epochs_of(2000), config.training.epochs_of(14041)], [7, 1]);
        let few = read("training.optimiser.rate = 2e-4").unwrap().training;
        assert_eq!([few.epochs_of(2000), few.epochs_of(14041), few.epochs_of(1)], [7, 3, 400]);
        assert_eq!(config.training.schedule, all.training.schedule);
        assert!((config.training.optimiser.rate() - 2e-4).abs() < 1e-15);
        assert!(matches!(config.training.optimiser, Optimiser::AdamW { .. }));
        let sgd = read("training.optimiser = { kind = \"sgd\" }").unwrap();
        assert_eq!(sgd.training.optimiser, Optimiser::Sgd { rate: 0.1 });
        // The rate that BERT wants stays BERT's where the rule is as good as the same.
        let adam = read("training.optimiser = { kind = \"adam\" }").unwrap();
        assert!(matches!(adam.training.optimiser, Optimiser::Adam { .. }));
        assert!((adam.training.optimiser.rate() - 6e-5).abs() < 1e-15);
        assert_eq!(read("").unwrap(), all);
    }

    #[test]
    fn faults_name_file_and_key() {
        for (text, key) in [
            ("[bert]\nlenght = 3", "lenght"),
            ("[bert]\ndropout = 1.0", "bert.dropout"),
            ("[training]\nmean = \"sentence\"", "training.mean"),
            ("[training.schedule]\nwarmup = 1.5", "training.schedule.warmup"),
            ("[vectors]\nfile = \"x\"", "vectors"),
        ] {
            let fault = read(text).unwrap_err().to_string();
            assert!(fault.contains("c.toml") && fault.contains(key), "{text}: {fault}");
        }
    }

    #[test]
    fn a_config_is_known_by_its_model() {
        assert!(BertTrainConfig::is_named_in("model = \"bert\""));
        assert!(!BertTrainConfig::is_named_in("[model]\nhidden = 3"));
        assert!(!BertTrainConfig::is_named_in("="));
    }
}
