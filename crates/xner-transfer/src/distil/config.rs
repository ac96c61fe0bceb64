//! The settings of a run, read from TOML.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use smart_default::SmartDefault;
use xner_corpus::split::Language;
use xner_tagger::bert::Smaller;
use xner_tagger::bert::train::{BertSettings, check_training, encoder_training};
use xner_train::{
    Settings,
    config::TrainingConfig,
    settings::{check, over},
};

use crate::report::Select;
use crate::text::SourceText;
use crate::transadv::{SoftLoss, TargetText};
use crate::{Error, Result};

/// All settings of a run.
///
/// ```
/// use xner_transfer::distil::DistilConfig;
///
/// let config: DistilConfig = toml::from_str("student.layers = [0, 5, 11]\nstudent.subwords = 20_000")?;
/// assert_eq!((config.student.layers.len(), config.training.epochs), (3, 3));
/// assert!(toml::from_str::<DistilConfig>("student.layer = 3").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DistilConfig {
    /// Decides everything random. Default 1.
    #[default = 1]
    pub seed: u64,
    /// What tables call the row. Default `student`.
    #[default = "student"]
    pub row: String,
    /// By which development data the weights are chosen. Default `source-dev`.
    pub select: Select,
    /// Who teaches.
    pub teacher: TeacherConfig,
    /// Labelled text.
    pub source: SourceText,
    /// Raw text that the teacher labels, and text to score on. Without raw text the student learns of labelled text
    /// alone.
    pub target: TargetText,
    /// Who learns.
    pub student: StudentConfig,
    /// How the student is trained. The defaults are those of fine-tuning.
    #[default(encoder_training())]
    #[serde(deserialize_with = "training")]
    pub training: TrainingConfig,
}

/// The teacher.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TeacherConfig {
    /// The folder of a token classifier of Hugging Face's layout, such as `xner train` writes. This key must be given.
    #[schemars(example = &"teacher")]
    pub model: Option<PathBuf>,
    /// How much the gold labels count beside the teacher's where there are any, from 0 to 1. Default 0.5.
    #[default = 0.5]
    pub gold: f64,
    /// How the student's probabilities are compared with the labels. Default `cross-entropy`.
    pub loss: SoftLoss,
    /// How much the distance of the student's states from the teacher's counts beside the labels; 0 leaves them out.
    /// Default 0.
    #[schemars(example = 1.0)]
    pub states: f64,
    /// Whether the teacher is asked in 8 bits, which is faster on a CPU and changes little. Default false.
    pub eight_bits: bool,
}

/// The student.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StudentConfig {
    /// The teacher's layers that it begins with, counted from 0; by default all.
    pub layers: Vec<usize>,
    /// So many of the numbers inside its feed-forward blocks are kept, those of the greatest weights; by default all.
    #[schemars(example = 768)]
    pub inner: Option<usize>,
    /// At most so many subwords: special ones and single characters, then those that the texts use most; by default all
    /// of the teacher's.
    #[schemars(example = 20_000)]
    pub subwords: Option<usize>,
    /// Subwords that the texts use less often are left out, where some are. Default 2.
    #[default = 2]
    pub least: u64,
    /// Whether the embeddings of subwords, positions and types stay as they are. Default false.
    pub freeze_embeddings: bool,
    /// Dropout in its layers and before its head while it learns; by default what the teacher's config says.
    #[schemars(example = 0.0)]
    pub dropout: Option<f64>,
    /// Subwords that are worked on at once, as for every encoder. Default 4096.
    #[default = 4096]
    pub at_once: usize,
    /// The languages of the texts that it is for, as for every encoder; by default the teacher's.
    #[schemars(with = "Vec<String>")]
    pub languages: Vec<Language>,
}

fn training<'de, D: Deserializer<'de>>(from: D) -> Result<TrainingConfig, D::Error> {
    over(&encoder_training(), toml::Table::deserialize(from)?)
}

impl Settings for DistilConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        let Self { source, target, teacher, .. } = self;
        vec![
            &mut teacher.model,
            &mut source.train,
            &mut source.dev,
            &mut target.unlabelled,
            &mut target.dev,
            &mut target.test,
        ]
    }

    fn check(&self) -> Result<()> {
        check_training(&self.training)?;
        check::number(
            "teacher.gold",
            self.teacher.gold,
            |share| (0.0..=1.0).contains(&share),
            "from 0 to 1",
        )?;
        check::number("teacher.states", self.teacher.states, |weight| weight >= 0.0, "at least 0")?;
        check::share("student.dropout", self.student.dropout.unwrap_or(0.0))?;
        check::positive("student.at_once", self.student.at_once)?;
        for (key, value) in [
            ("student.inner", self.student.inner),
            ("student.subwords", self.student.subwords),
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

impl DistilConfig {
    /// The teacher's folder.
    pub(super) fn teacher(&self) -> Result<&PathBuf> {
        self.teacher.model.as_ref().ok_or_else(|| {
            Error::setting("teacher.model", "is missing, expected the folder of a token classifier")
        })
    }

    /// What of the teacher the student begins with.
    pub(super) fn smaller(&self) -> Smaller {
        let StudentConfig { layers, inner, subwords, least, .. } = &self.student;
        Smaller { layers: layers.clone(), inner: *inner, subwords: *subwords, least: *least }
    }

    /// How the student is opened: its windows are the teacher's.
    pub(super) fn bert(&self) -> BertSettings {
        let StudentConfig { freeze_embeddings, at_once, .. } = self.student;
        let languages = self.student.languages.clone();
        BertSettings { freeze_embeddings, at_once, languages, freeze_layers: 0, ..BertSettings::default() }
    }
}
