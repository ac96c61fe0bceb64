//! The settings of a run, read from TOML.

mod parts;
mod switches;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_tagger::bert::train::{BertSettings, check_training};
use xner_tagger::config::TrainingConfig;

pub use parts::{
    AdvPickerConfig, AdversaryConfig, DistillationConfig, LanguageConfig, OrderConfig, SoftLabels,
    SourceText, StudentStart, TargetText, TeachersConfig, UniTransConfig,
};
pub use switches::{Ablation, Method};

use super::data::DataConfig;
use crate::bwet::DictionaryConfig;
use crate::files::{read_config_with, resolve};
use crate::report::Select;
use crate::{Error, Result};

/// All settings of a run of `TransAdv` or of one of the baselines; what a method has no use for it does not read. The
/// same file serves every row of a table.
///
/// ```
/// use xner_transfer::transadv::{Ablation, TransAdvConfig};
///
/// let config: TransAdvConfig = toml::from_str("ablation = 'no-order-discriminator'\ntraining.epochs = 2")?;
/// assert_eq!(config.ablation, Ablation::NoOrderDiscriminator);
/// assert_eq!((config.training.epochs, config.training.batch), (2, 32));
/// assert!(toml::from_str::<TransAdvConfig>("training.epoch = 2").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TransAdvConfig {
    /// Decides everything random. Default 1.
    pub seed: u64,
    /// What tables call the row; by default the method's or the ablation's name.
    pub row: Option<String>,
    /// What is left out of `TransAdv` (table 3). Default `none`.
    pub ablation: Ablation,
    /// By which development data the weights of every phase are chosen: the source's (`source-dev`, default) or the
    /// target's (`target-dev`, as in the paper).
    pub select: Select,
    /// The language with labels.
    pub source: SourceText,
    /// The language without.
    pub target: TargetText,
    /// Where translations come from.
    pub dictionary: DictionaryConfig,
    /// Phrase pairs with a tab between, asked before the dictionary.
    pub phrases: Option<PathBuf>,
    /// How sentences are translated and what is made of them.
    pub data: DataConfig,
    /// The encoder, the head, what is frozen.
    pub bert: BertSettings,
    /// How every phase is trained: 10 epochs of batches of 32, `AdamW` with rate 6e-5, warm-up 0.05, clip 1.
    #[serde(deserialize_with = "parts::training")]
    pub training: TrainingConfig,
    /// The discriminators (2.3).
    pub adversary: AdversaryConfig,
    /// The teachers (2.4).
    pub teachers: TeachersConfig,
    /// The student (2.4).
    pub distillation: DistillationConfig,
    /// What `UniTrans` has of its own.
    pub unitrans: UniTransConfig,
    /// What `AdvPicker` has of its own.
    pub advpicker: AdvPickerConfig,
}

impl Default for TransAdvConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            row: None,
            ablation: Ablation::default(),
            select: Select::default(),
            source: SourceText::default(),
            target: TargetText::default(),
            dictionary: DictionaryConfig::default(),
            phrases: None,
            data: DataConfig::default(),
            bert: BertSettings::default(),
            training: parts::default_training(),
            adversary: AdversaryConfig::default(),
            teachers: TeachersConfig::default(),
            distillation: DistillationConfig::default(),
            unitrans: UniTransConfig::default(),
            advpicker: AdvPickerConfig::default(),
        }
    }
}

impl TransAdvConfig {
    /// Reads a config file. Relative paths in it are taken from the file's folder; an encoder that is no folder there
    /// stays as it is, for it may be a name on the hub.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Config`], with line or key, for what does not parse, unknown keys among it; the faults
    /// of [`TransAdvConfig::check`].
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_with(path, &[])
    }

    /// As [`TransAdvConfig::read`], with settings in the place of the file's: `key=value` each, the key with its
    /// sections.
    ///
    /// # Errors
    /// As [`TransAdvConfig::read`]; [`Error::Setting`] for what is no setting.
    pub fn read_with(path: &Path, settings: &[String]) -> Result<Self> {
        let mut config: Self = read_config_with(path, settings)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.paths().into_iter().for_each(|path| resolve(path, folder));
        config.bert.resolve(folder);
        config
            .check()
            .map_err(|fault| Error::Config { path: path.to_owned(), message: fault.to_string() })?;
        Ok(config)
    }

    fn paths(&mut self) -> [&mut Option<PathBuf>; 8] {
        let Self { source, target, dictionary, phrases, .. } = self;
        [
            &mut source.train,
            &mut source.dev,
            &mut target.unlabelled,
            &mut target.dev,
            &mut target.test,
            &mut dictionary.mapping,
            &mut dictionary.file,
            phrases,
        ]
    }

    /// The same config with no paths in it: what a report tells, wherever it was made.
    #[must_use]
    pub fn without_paths(&self) -> Self {
        let mut config = self.clone();
        config.paths().into_iter().for_each(|path| *path = None);
        config.bert.encoder = None;
        config
    }

    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is wrong.
    pub fn check(&self) -> Result<()> {
        check_training(&self.training)?;
        self.bert.check()?;
        self.adversary.check()?;
        if self.dictionary.file.is_some() && self.dictionary.mapping.is_some() {
            self.dictionary.check()?;
        }
        named("teachers", self.teachers.training(&self.training).check())?;
        self.distillation.check()?;
        named("distillation", self.distillation.training(&self.training).check())?;
        let UniTransConfig { hard_weight, .. } = self.unitrans;
        if !(hard_weight.is_finite() && hard_weight >= 0.0) {
            let message = format!("is {hard_weight}, expected a finite number, 0 or above");
            return Err(Error::setting("unitrans.hard_weight", message));
        }
        let AdvPickerConfig { share } = self.advpicker;
        if !(share > 0.0 && share <= 1.0) {
            let message = format!("is {share}, expected more than 0 and at most 1");
            return Err(Error::setting("advpicker.share", message));
        }
        for (key, value) in [
            ("source.sentences", self.source.sentences),
            ("source.dev_sentences", self.source.dev_sentences),
            ("target.sentences", self.target.sentences),
            ("target.dev_sentences", self.target.dev_sentences),
        ] {
            if value == Some(0) {
                return Err(Error::setting(key, "is 0, expected at least 1"));
            }
        }
        Ok(())
    }

    /// What tables call the row of this method.
    pub fn row(&self, method: Method) -> String {
        let own = || match (method, self.ablation) {
            (Method::TransAdv, ablation) if ablation != Ablation::None => format!("TransAdv {ablation}"),
            _ => method.row().to_owned(),
        };
        self.row.clone().unwrap_or_else(own)
    }
}

/// A fault in what `section` has in the place of `[training]`'s, which is without one, by the section's keys.
fn named(section: &str, checked: xner_tagger::Result<()>) -> Result<()> {
    checked.map_err(|fault| match fault {
        xner_tagger::Error::Setting { key, message } => {
            let own = key.rsplit('.').next().unwrap_or(&key);
            Error::setting(&format!("{section}.{own}"), message)
        }
        fault => fault.into(),
    })
}
