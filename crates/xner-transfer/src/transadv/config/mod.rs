//! The settings of a run, read from TOML.

mod parts;
mod switches;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use xner_tagger::bert::train::{BertSettings, check_training};
use xner_train::{Settings, config::TrainingConfig, settings::check};

pub use parts::{
    AdvPickerConfig, AdversaryConfig, DistillationConfig, LanguageConfig, OrderConfig, SoftLabels,
    StudentStart, TargetText, TeachersConfig, UniTransConfig, Votes,
};
pub use switches::{Ablation, Method};

use super::data::DataConfig;
use crate::Result;
use crate::bwet::DictionaryConfig;
use crate::consensus::ConsensusConfig;
use crate::fit::Misfit;
use crate::report::Select;
use crate::text::SourceText;

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
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TransAdvConfig {
    /// Decides everything random. Default 1.
    #[default = 1]
    pub seed: u64,
    /// What tables call the row; by default the method's or the ablation's name.
    #[schemars(example = &"TSL")]
    pub row: Option<String>,
    /// What is left out of `TransAdv` (table 3). Default `none`.
    pub ablation: Ablation,
    /// By which development data the weights of every phase are chosen; the paper's choice is `target-dev`. Default
    /// `source-dev`.
    pub select: Select,
    /// What happens where corpora, vectors, dictionary and mapping do not fit together; by default `refuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"note")]
    pub misfit: Option<Misfit>,
    /// The language with labels.
    pub source: SourceText,
    /// The language without labels.
    pub target: TargetText,
    /// Where translations come from.
    pub dictionary: DictionaryConfig,
    /// A file of phrase pairs with a tab between, which are asked before the dictionary.
    #[schemars(example = &"phrases.txt")]
    pub phrases: Option<PathBuf>,
    /// How sentences are translated, and what is made of them.
    pub data: DataConfig,
    /// The encoder, and what of it is trained.
    pub bert: BertSettings,
    /// How every phase is trained.
    ///
    /// By default there are 10 epochs of batches of 32, with `AdamW` at rate 6e-5, warm-up 0.05, clip 1.
    #[default(parts::default_training())]
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
    /// What `consensus` has of its own.
    pub consensus: ConsensusConfig,
}

impl Settings for TransAdvConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        let Self { source, target, dictionary, phrases, .. } = self;
        vec![
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

    fn encoder(&mut self) -> Option<&mut Option<PathBuf>> {
        Some(&mut self.bert.encoder)
    }

    fn check(&self) -> Result<()> {
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
        check::not_negative("unitrans.hard_weight", hard_weight)?;
        self.consensus.check()?;
        let AdvPickerConfig { share } = self.advpicker;
        let part = |share| share > 0.0 && share <= 1.0;
        check::number("advpicker.share", share, part, "more than 0 and at most 1")?;
        for (key, value) in [
            ("source.sentences", self.source.sentences),
            ("source.dev_sentences", self.source.dev_sentences),
            ("target.sentences", self.target.sentences),
            ("target.dev_sentences", self.target.dev_sentences),
        ] {
            check::positive_if_given(key, value)?;
        }
        Ok(())
    }
}

impl TransAdvConfig {
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
fn named(section: &str, checked: Result<()>) -> Result<()> {
    let own = |key: &str| format!("{section}.{}", key.rsplit('.').next().unwrap_or(key));
    checked.map_err(|fault| fault.at_key(own))
}
