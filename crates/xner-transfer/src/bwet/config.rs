//! The settings of a run, read from TOML.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use smart_default::SmartDefault;
use xner_corpus::EntityType;
use xner_corpus::read::ReadOptions;
use xner_embed::dictionary::{Dictionary, InduceConfig, induced};
use xner_embed::{ReadOptions as ReadVectors, map};
use xner_tagger::TrainConfig;
use xner_tagger::config::ModelConfig;
use xner_train::{
    Settings,
    config::TrainingConfig,
    settings::{check, over},
};

use crate::fit::Misfit;
use crate::report::Select;
use crate::{Error, Result};

/// All settings of a run.
///
/// ```
/// use xner_transfer::bwet::BwetConfig;
///
/// let config: BwetConfig = toml::from_str("dictionary.file = 'en-es.txt'\nmodel.hidden = 50")?;
/// assert!(config.model.attention && config.model.hidden == 50);
/// assert!(toml::from_str::<BwetConfig>("model.hiden = 50").is_err());
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BwetConfig {
    /// Decides everything random. Default 1.
    #[default = 1]
    pub seed: u64,
    /// What tables call the row. Default `BWET`.
    #[default = "BWET"]
    pub row: String,
    /// By which development data the weights are chosen; the source's is translated. Default `source-dev`.
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
    /// What is translated.
    pub translation: TranslationConfig,
    /// The tagger's sizes and switches, with self-attention by default.
    #[default(ModelConfig { attention: true, ..ModelConfig::default() })]
    #[serde(deserialize_with = "attentive")]
    pub model: ModelConfig,
    /// How the tagger is trained.
    pub training: TrainingConfig,
}

/// Labelled text, which is translated.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceText {
    /// What the language is called. Default `en`.
    #[default = "en"]
    pub language: String,
    /// Labelled sentences to translate and train on. This key must be given.
    #[schemars(example = &"train.conll")]
    pub train: Option<PathBuf>,
    /// Labelled sentences to translate and choose weights by. This key must be given.
    #[schemars(example = &"dev.conll")]
    pub dev: Option<PathBuf>,
    /// So many of the training sentences are used, the same for every seed; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 4000)]
    pub sentences: Option<usize>,
    /// So many of the development sentences are used; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 1000)]
    pub dev_sentences: Option<usize>,
    /// How a corpus is read.
    pub read: ReadOptions,
}

/// Word vectors, and text to score on.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetText {
    /// What the language is called. Default `target`.
    #[default = "target"]
    pub language: String,
    /// Labelled sentences, which only `select = "target-dev"` needs.
    #[schemars(example = &"dev.conll")]
    pub dev: Option<PathBuf>,
    /// Labelled sentences to be scored in the end.
    #[schemars(example = &"test.conll")]
    pub test: Option<PathBuf>,
    /// The language's own word vectors, which the tagger reads. This key must be given.
    #[schemars(example = &"target.vec")]
    pub vectors: Option<PathBuf>,
    /// Only so many vectors are read, from the file's top; by default all.
    #[schemars(example = 200_000)]
    pub limit: Option<usize>,
    /// The mean length that they are scaled to; 0 leaves them as they are. Default 0.
    pub length: f32,
    /// So many of the labelled sentences of `dev` are used; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 1000)]
    pub dev_sentences: Option<usize>,
    /// How a corpus is read.
    pub read: ReadOptions,
}

/// A mapping or a file: one of the two must be given.
#[derive(Debug, Clone, PartialEq, Eq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DictionaryConfig {
    /// A folder that `xner map` wrote. Each source word's translation is its nearest by CSLS.
    #[schemars(example = &"map")]
    pub mapping: Option<PathBuf>,
    /// A file of word pairs, source first, in the place of a mapping.
    #[schemars(example = &"en-es.txt")]
    pub file: Option<PathBuf>,
    /// Whether a word is translated into itself only where nothing else is listed. Dictionaries made from text list
    /// many words so, and first. Default false.
    pub prefer_others: bool,
    /// With a mapping: the neighbours over which CSLS takes its means. Default 10.
    #[default = 10]
    pub csls: usize,
    /// With a mapping: whether only pairs count that are each other's nearest. Default false.
    pub mutual: bool,
    /// With a mapping: only so many of each language's words are read, the most frequent; by default all.
    #[schemars(example = 200_000)]
    pub limit: Option<usize>,
}

/// What is translated.
#[derive(Debug, Clone, PartialEq, Eq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TranslationConfig {
    /// Entities of these types stay as they are. In languages that share a script names of persons are written alike,
    /// and the released code keeps them; give `[]` where the scripts differ. Default `["PER"]`.
    #[default(vec![EntityType::new("PER")])]
    pub keep_types: Vec<EntityType>,
}

/// `[model]` with attention unless it says otherwise.
fn attentive<'de, D: Deserializer<'de>>(from: D) -> Result<ModelConfig, D::Error> {
    over(&BwetConfig::default().model, toml::Table::deserialize(from)?)
}

impl Settings for BwetConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        let Self { source, target, dictionary, .. } = self;
        vec![
            &mut source.train,
            &mut source.dev,
            &mut target.dev,
            &mut target.test,
            &mut target.vectors,
            &mut dictionary.mapping,
            &mut dictionary.file,
        ]
    }

    fn check(&self) -> Result<()> {
        self.train_config().check()?;
        check::not_negative("target.length", self.target.length)?;
        check::positive_if_given("target.limit", self.target.limit)?;
        check::positive_if_given("source.sentences", self.source.sentences)?;
        check::positive_if_given("source.dev_sentences", self.source.dev_sentences)?;
        check::positive_if_given("target.dev_sentences", self.target.dev_sentences)?;
        self.dictionary.check()
    }
}

impl BwetConfig {
    /// The config by which the tagger is trained.
    pub(super) fn train_config(&self) -> TrainConfig {
        let (model, training) = (self.model.clone(), self.training.clone());
        TrainConfig { seed: self.seed, model, training, ..TrainConfig::default() }
    }
}

impl DictionaryConfig {
    /// Checks every value's range.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is wrong.
    pub fn check(&self) -> Result<()> {
        let Self { mapping, file, csls, limit, .. } = self;
        if mapping.is_some() && file.is_some() {
            let message = "stands beside `dictionary.file`, expected one of the two";
            return Err(Error::setting("dictionary.mapping", message));
        }
        check::positive("dictionary.csls", *csls)?;
        check::positive_if_given("dictionary.limit", *limit)
    }

    /// Reads the dictionary, or makes it where a mapping is named.
    ///
    /// # Errors
    /// [`Error::Setting`] when neither is named; faults of the files, with their lines.
    pub fn open(&self) -> Result<Dictionary> {
        let dictionary = match (&self.file, &self.mapping) {
            (Some(file), _) => Dictionary::read(file)?,
            (None, Some(folder)) => {
                let (folder, whole) = (map::open(folder)?, ReadVectors::default());
                induced(&folder.source(&whole)?, &folder.target(&whole)?, &self.induction())?
            }
            (None, None) => {
                let message = "is missing, and `dictionary.file` too: expected a folder that `xner map` wrote, or a \
                               file of word pairs";
                return Err(Error::setting("dictionary.mapping", message));
            }
        };
        Ok(if self.prefer_others { dictionary.preferring_others() } else { dictionary })
    }

    fn induction(&self) -> InduceConfig {
        let Self { csls, mutual, limit, .. } = *self;
        InduceConfig {
            csls_k: csls,
            mutual,
            source_limit: limit,
            target_limit: limit,
            ..InduceConfig::default()
        }
    }
}
