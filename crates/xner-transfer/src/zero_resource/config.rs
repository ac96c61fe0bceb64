//! The settings of a run, read from TOML.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xner_corpus::read::ReadOptions;
use xner_tagger::TrainConfig;
use xner_tagger::config::{AugmentConfig, Combine, ModelConfig, TrainingConfig};

use crate::files::{read_config_with, resolve};
use crate::mapping::MappingConfig;
use crate::report::Select;
use crate::{Error, Result};

/// All settings of a run. Every key may be left out; what is left out has the value of the paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZeroResourceConfig {
    /// Decides everything random. Default 1.
    pub seed: u64,
    /// What tables call the row; by default the variant's name.
    pub row: Option<String>,
    /// Which of the paper's models. Default `cross-augmented`.
    pub variant: Variant,
    /// By which development data the weights are chosen. Default `source-dev`.
    pub select: Select,
    /// The language with labels.
    pub source: SourceConfig,
    /// The language without.
    pub target: TargetConfig,
    /// Which word vectors the taggers read.
    pub words: WordsConfig,
    /// How both languages' vectors come into one space.
    pub mapping: MappingConfig,
    /// The base model's sizes and switches; whether its cells are tied is told by the variant.
    pub model: ModelConfig,
    /// How the base model is trained.
    pub training: TrainingConfig,
    /// Augmented fine-tuning.
    pub augmented: AugmentedConfig,
}

/// The paper's models.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Trained on the source, applied to the target: nothing crosses the languages but characters.
    SourceMono,
    /// The same with both languages' word vectors in one space.
    CrossWord,
    /// The same with tied forward and backward cells.
    CrossShared,
    /// Fine-tuned on pseudo labels, with a target encoder (default).
    #[default]
    CrossAugmented,
}

impl Variant {
    /// The paper's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SourceMono => "Source-Mono",
            Self::CrossWord => "Cross-Word",
            Self::CrossShared => "Cross-Shared",
            Self::CrossAugmented => "Cross-Augmented",
        }
    }
}

/// `[source]`: labelled text, and word vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceConfig {
    /// What the language is called. Default `en`.
    pub language: String,
    /// Labelled sentences to train on.
    pub train: Option<PathBuf>,
    /// Labelled sentences by which weights are chosen.
    pub dev: Option<PathBuf>,
    /// Labelled sentences to be scored in the end.
    pub test: Option<PathBuf>,
    /// Word vectors.
    pub vectors: Option<PathBuf>,
    /// Read only so many vectors, from the file's top; by default all.
    pub limit: Option<usize>,
    /// `[source.read]`: format and columns of the labelled text.
    pub read: ReadOptions,
}

/// `[target]`: raw text, and word vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetConfig {
    /// What the language is called. Default `target`.
    pub language: String,
    /// Sentences without labels; labels in the file are not looked at.
    pub unlabelled: Option<PathBuf>,
    /// Labelled sentences for the paper's column "tuned on tgt-dev"; not needed.
    pub dev: Option<PathBuf>,
    /// Labelled sentences to be scored in the end.
    pub test: Option<PathBuf>,
    /// Word vectors.
    pub vectors: Option<PathBuf>,
    /// Read only so many vectors, from the file's top; by default all.
    pub limit: Option<usize>,
    /// `[target.read]`: format and columns.
    pub read: ReadOptions,
}

impl Default for SourceConfig {
    fn default() -> Self {
        Self {
            language: "en".to_owned(),
            train: None,
            dev: None,
            test: None,
            vectors: None,
            limit: None,
            read: ReadOptions::default(),
        }
    }
}

impl Default for TargetConfig {
    fn default() -> Self {
        Self {
            language: "target".to_owned(),
            unlabelled: None,
            dev: None,
            test: None,
            vectors: None,
            limit: None,
            read: ReadOptions::default(),
        }
    }
}

/// `[words]`: which word vectors the taggers read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WordsConfig {
    /// Own, mapped or random vectors; by default `own` for Source-Mono and `mapped` for the others, which can have
    /// no other.
    pub kind: Option<Words>,
    /// The mean length that word vectors are scaled to, by one factor for all; 0 leaves them as they are (default).
    /// Mapping methods that make vectors one long leave the tagger small numbers to learn from.
    pub length: f32,
    /// Dimensions of random vectors. Default 100.
    pub random: usize,
}

/// Where a tagger's word vectors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Words {
    /// Each language's own, trained apart.
    Own,
    /// Both languages' in one space.
    Mapped,
    /// Random ones, those of the source trained along with the model.
    Random,
}

impl Default for WordsConfig {
    fn default() -> Self {
        Self { kind: None, length: 0.0, random: 100 }
    }
}

/// `[augmented]`: augmented fine-tuning (algorithm 1, from line 3 on).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentedConfig {
    /// The model that is fine-tuned: `cross-shared` (default) or `cross-word`.
    pub base: Base,
    /// `n_steps`: steps between two length thresholds, each with new pseudo labels. The paper does not tell it. By
    /// default as many as two epochs have: relabelled every 150 steps, a model is led away by its own mistakes.
    pub redraw_every: Option<usize>,
    /// The lower end of the length threshold's distribution, in tokens; by default the shortest target sentence.
    pub shortest: Option<usize>,
    /// The upper end; by default the longest target sentence, at most `training.longest`.
    pub longest: Option<usize>,
    /// Where the target's encoder begins: `random` (default: it sees things its own way, and does not share the
    /// source encoder's mistakes) or as a copy of the source's (`source`).
    pub initial: Initial,
    /// How both encoders' features meet: `dense` (default), `concatenate` or `sum`.
    pub combine: Combine,
    /// Whether the target's cells are tied too. Default false.
    pub tied: bool,
    /// Whether the target's loss on joint features also trains the source encoder. Default false: algorithm 1
    /// updates `θ_t` alone on it.
    pub through_source: bool,
    /// How it is trained; an epoch is once over the source sentences. By default as the base model.
    pub training: Option<TrainingConfig>,
}

/// The model that augmented fine-tuning begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// Cells of its own for each direction.
    CrossWord,
    /// Tied cells (default).
    #[default]
    CrossShared,
}

/// Where the target's encoder begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initial {
    /// As a copy of the source's.
    Source,
    /// At random (default).
    #[default]
    Random,
}

impl Default for ZeroResourceConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            row: None,
            variant: Variant::default(),
            select: Select::default(),
            source: SourceConfig::default(),
            target: TargetConfig::default(),
            words: WordsConfig::default(),
            mapping: MappingConfig::default(),
            model: ModelConfig::default(),
            training: TrainingConfig::default(),
            augmented: AugmentedConfig::default(),
        }
    }
}

impl ZeroResourceConfig {
    /// Reads a config file. Relative paths in it are taken from the file's folder.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Config`], with line and key, for what does not parse, unknown keys among it; the faults
    /// of [`ZeroResourceConfig::check`].
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_with(path, &[])
    }

    /// As [`ZeroResourceConfig::read`], with settings in the place of the file's: `key=value` each, the key with its
    /// sections, as in `model.characters.use=false`.
    ///
    /// # Errors
    /// As [`ZeroResourceConfig::read`]; [`Error::Setting`] for what is no setting.
    pub fn read_with(path: &Path, settings: &[String]) -> Result<Self> {
        let mut config: Self = read_config_with(path, settings)?;
        config.resolve(path.parent().unwrap_or(Path::new("")));
        config
            .check()
            .map_err(|fault| Error::Config { path: path.to_owned(), message: fault.to_string() })?;
        Ok(config)
    }

    fn resolve(&mut self, folder: &Path) {
        let Self { source, target, mapping, .. } = self;
        for path in [&mut source.train, &mut source.dev, &mut source.test, &mut source.vectors] {
            resolve(path, folder);
        }
        for path in [&mut target.unlabelled, &mut target.dev, &mut target.test, &mut target.vectors] {
            resolve(path, folder);
        }
        mapping.resolve(folder);
    }

    /// The same config with no paths in it, and with no seed: what is the same for all runs of a row.
    #[must_use]
    pub fn without_paths(&self) -> Self {
        let mut config = self.clone();
        let Self { source, target, mapping, .. } = &mut config;
        for path in [&mut source.train, &mut source.dev, &mut source.test, &mut source.vectors] {
            *path = None;
        }
        for path in [&mut target.unlabelled, &mut target.dev, &mut target.test, &mut target.vectors] {
            *path = None;
        }
        (mapping.folder, mapping.dictionary) = (None, None);
        config
    }

    /// Checks every value's range, and that no two contradict one another.
    ///
    /// # Errors
    /// [`Error::Setting`] for the first that is wrong.
    pub fn check(&self) -> Result<()> {
        self.base_config().check()?;
        self.joint_config().check()?;
        self.mapping.map_config(self.seed)?.check()?;
        if self.variant != Variant::SourceMono && self.words() != Words::Mapped {
            let message = format!("can only be `mapped` for the variant {}", self.variant.name());
            return Err(Error::setting("words.kind", message));
        }
        if self.model.tied {
            let message =
                "is told by the variant: cross-shared, or cross-augmented with the base cross-shared";
            return Err(Error::setting("model.tied", message));
        }
        if self.model.attention && self.variant == Variant::CrossAugmented {
            let message = "is true, but Cross-Augmented has no self-attention; set it to false";
            return Err(Error::setting("model.attention", message));
        }
        if !(self.words.length.is_finite() && self.words.length >= 0.0) {
            let message = format!("is {}, expected a finite number, 0 or above", self.words.length);
            return Err(Error::setting("words.length", message));
        }
        let AugmentedConfig { redraw_every, shortest, longest, .. } = self.augmented;
        for (key, value) in [
            ("words.random", self.words.random),
            ("augmented.redraw_every", redraw_every.unwrap_or(1)),
            ("augmented.shortest", shortest.unwrap_or(1)),
            ("augmented.longest", longest.unwrap_or(1)),
        ] {
            if value == 0 {
                return Err(Error::setting(key, "is 0, expected at least 1"));
            }
        }
        if self.augmented.tied
            && self.augmented.base == Base::CrossWord
            && self.augmented.initial == Initial::Source
        {
            let message =
                "is `source`, but the base's cells are not tied and the target's are: set it to `random`";
            return Err(Error::setting("augmented.initial", message));
        }
        if let (Some(shortest), Some(longest)) = (shortest, longest)
            && shortest > longest
        {
            let message = format!("is {shortest}, above `augmented.longest`, {longest}");
            return Err(Error::setting("augmented.shortest", message));
        }
        Ok(())
    }

    /// What tables call the row.
    pub fn row(&self) -> String {
        let name = || {
            let characters = if self.model.characters.enabled { "" } else { ", no characters" };
            let words = match self.words() {
                Words::Random => ", random vectors",
                Words::Mapped if self.variant == Variant::SourceMono => ", mapped vectors",
                _ => "",
            };
            format!("{}{words}{characters}", self.variant.name())
        };
        self.row.clone().unwrap_or_else(name)
    }

    /// Which word vectors the taggers read.
    pub fn words(&self) -> Words {
        let own = if self.variant == Variant::SourceMono { Words::Own } else { Words::Mapped };
        self.words.kind.unwrap_or(own)
    }

    /// Whether the base model's cells are tied.
    pub fn tied(&self) -> bool {
        match self.variant {
            Variant::SourceMono | Variant::CrossWord => false,
            Variant::CrossShared => true,
            Variant::CrossAugmented => self.augmented.base == Base::CrossShared,
        }
    }

    /// The config by which the base model is trained.
    pub(super) fn base_config(&self) -> TrainConfig {
        let mut config = TrainConfig { seed: self.seed, ..TrainConfig::default() };
        config.vectors.random = self.words.random;
        config.model = ModelConfig { tied: self.tied(), ..self.model.clone() };
        config.training = self.training.clone();
        config
    }

    /// The config of joint training.
    pub(super) fn joint_config(&self) -> TrainConfig {
        let training = self.augmented.training.clone().unwrap_or_else(|| self.training.clone());
        TrainConfig { training, ..self.base_config() }
    }

    /// The settings of the target's encoder.
    pub(super) fn augment(&self) -> AugmentConfig {
        AugmentConfig { combine: self.augmented.combine, tied: self.augmented.tied }
    }
}
