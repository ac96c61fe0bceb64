//! The settings of a run, read from TOML.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smart_default::SmartDefault;
use toml::{Table, Value};
use xner_corpus::read::ReadOptions;
use xner_tagger::TrainConfig;
use xner_tagger::config::{AugmentConfig, Combine, ModelConfig};
use xner_train::{
    Settings,
    config::TrainingConfig,
    settings::{Renamed, check, snake_keys},
};

use crate::fit::Misfit;
use crate::mapping::MappingConfig;
use crate::report::Select;
use crate::{Error, Result};

/// All settings of a run. Every key may be left out; what is left out has the value of the paper.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ZeroResourceConfig {
    /// Decides everything random. Default 1.
    #[default = 1]
    pub seed: u64,
    /// What tables call the row; by default the variant's name.
    #[schemars(example = &"Cross-Word")]
    pub row: Option<String>,
    /// Which of the paper's models. Default `cross-augmented`.
    pub variant: Variant,
    /// By which development data the weights are chosen. Default `source-dev`.
    pub select: Select,
    /// What happens where corpora, vectors, dictionary and mapping do not fit together; by default `refuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"note")]
    pub misfit: Option<Misfit>,
    /// The language with labels.
    pub source: SourceConfig,
    /// The language without labels.
    pub target: TargetConfig,
    /// Which word vectors the taggers read.
    pub words: WordsConfig,
    /// How both languages' vectors come into one space.
    pub mapping: MappingConfig,
    /// The base model's sizes and switches; `variant` says whether its cells are tied.
    pub model: ModelConfig,
    /// How the base model is trained.
    pub training: TrainingConfig,
    /// Augmented fine-tuning.
    pub augmented: AugmentedConfig,
}

/// The paper's models.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Trained on the source, applied to the target: nothing crosses the languages but characters.
    SourceMono,
    /// The same with both languages' word vectors in one space.
    CrossWord,
    /// That with tied forward and backward cells.
    CrossShared,
    /// Fine-tuned on pseudo labels, with a target encoder.
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

/// Labelled text, and word vectors.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceConfig {
    /// What the language is called. Default `en`.
    #[default = "en"]
    pub language: String,
    /// Labelled sentences to train on. This key must be given.
    #[schemars(example = &"train.conll")]
    pub train: Option<PathBuf>,
    /// Labelled sentences by which weights are chosen. This key must be given.
    #[schemars(example = &"dev.conll")]
    pub dev: Option<PathBuf>,
    /// Labelled sentences to be scored in the end.
    #[schemars(example = &"test.conll")]
    pub test: Option<PathBuf>,
    /// Word vectors.
    #[schemars(example = &"source.vec")]
    pub vectors: Option<PathBuf>,
    /// Only so many vectors are read, from the file's top; by default all.
    #[schemars(example = 200_000)]
    pub limit: Option<usize>,
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

/// Raw text, and word vectors.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetConfig {
    /// What the language is called. Default `target`.
    #[default = "target"]
    pub language: String,
    /// Sentences without labels: plain text in a file that ends in `.text`, or any other format, whose labels are not
    /// looked at.
    #[schemars(example = &"raw.text")]
    pub unlabelled: Option<PathBuf>,
    /// Labelled sentences for the paper's column "tuned on tgt-dev". They are not needed.
    #[schemars(example = &"dev.conll")]
    pub dev: Option<PathBuf>,
    /// Labelled sentences to be scored in the end.
    #[schemars(example = &"test.conll")]
    pub test: Option<PathBuf>,
    /// Word vectors.
    #[schemars(example = &"target.vec")]
    pub vectors: Option<PathBuf>,
    /// Only so many vectors are read, from the file's top; by default all.
    #[schemars(example = 200_000)]
    pub limit: Option<usize>,
    /// So many of the sentences without labels are used, the same for every seed; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 4000)]
    pub sentences: Option<usize>,
    /// So many of the labelled sentences of `dev` are used; by default all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 1000)]
    pub dev_sentences: Option<usize>,
    /// How a corpus is read.
    pub read: ReadOptions,
}

/// Which word vectors the taggers read.
#[derive(Debug, Clone, PartialEq, SmartDefault, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WordsConfig {
    /// Where they come from; by default `own` for the variant `source-mono`, and `mapped` for the others, which can
    /// have no other.
    #[schemars(example = &"mapped")]
    pub kind: Option<Words>,
    /// The mean length that word vectors are scaled to, by one factor for all; 0 leaves them as they are. Mapping
    /// methods that make vectors one long leave the tagger small numbers to learn from. Default 0.
    pub length: f32,
    /// Dimensions of random vectors. Default 100.
    #[default = 100]
    pub random: usize,
    /// The share of chances at which a source word that occurs once is read as unknown in training, where vectors stay
    /// as they are, so that it is known by its characters and neighbours, as words of the target are that have no
    /// vector. Random vectors are trained, and have the usual 0.5. Default 0.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(example = 0.5)]
    pub unknown: f32,
}

/// A key that was not there before is written only where it says something, so that older runs can go on.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(share: &f32) -> bool {
    *share == 0.0
}

/// Where a tagger's word vectors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Words {
    /// Each language's own, trained apart.
    Own,
    /// Both languages' in one space.
    Mapped,
    /// Random ones, those of the source trained along with the model.
    Random,
}

/// Joint training on the source and on pseudo labels of the target (algorithm 1, from line 3 on).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentedConfig {
    /// The model that is fine-tuned. Default `cross-shared`.
    pub base: Base,
    /// `n_steps`: steps between two length thresholds, each with new pseudo labels; by default as many as two epochs
    /// have. The paper does not tell it; relabelled every 150 steps, a model is led away by its own mistakes.
    #[schemars(example = 1000)]
    pub redraw_every: Option<usize>,
    /// The least length threshold, in tokens; by default the length of the shortest target sentence.
    #[schemars(example = 5)]
    pub shortest: Option<usize>,
    /// The greatest length threshold; by default the length of the longest target sentence, at most `training.longest`.
    #[schemars(example = 100)]
    pub longest: Option<usize>,
    /// The greatest length threshold as a percentile of the target sentences' lengths; the lesser of it and `longest`
    /// counts. By default 100, the longest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = 90.0)]
    pub percentile: Option<f64>,
    /// Where the target's encoder begins. Default `random`.
    pub initial: Initial,
    /// How both encoders' features meet. Default `dense`.
    pub combine: Combine,
    /// Whether the target's cells are tied too. Default false.
    pub tied: bool,
    /// Which characters the target's encoder reads. Default `always`.
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(example = &"as-base")]
    pub characters: TargetCharacters,
    /// How the target-specific dense layer over both encoders begins. Default `identity`.
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(example = &"random")]
    pub dense_initial: DenseInitial,
    /// How a step's three losses change the weights. Default `sum`.
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(example = &"successive")]
    pub updates: Updates,
    /// Whether the target's loss on joint features trains the source encoder too; algorithm 1 updates `θ_t` alone on
    /// it. Default false.
    pub through_source: bool,
    /// How it is trained, with the keys of `[training]`; by default as the base model. An epoch is once over the source
    /// sentences.
    pub training: Option<TrainingConfig>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Which characters the target's encoder reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetCharacters {
    /// With a base that reads none, the target's own: so are the models of the paper's table 4 for German and Arabic.
    #[default]
    Always,
    /// None with a base that reads none.
    AsBase,
}

/// How the target-specific dense layer over both encoders begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DenseInitial {
    /// As the identity on the source's features and zero on the target's: joint scores begin as the base model's, and
    /// the target's encoder has little gradient at first.
    #[default]
    Identity,
    /// At random.
    Random,
}

/// How a step's three losses change the weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Updates {
    /// At once, by the gradient of their sum (equation 7).
    #[default]
    Sum,
    /// One after the other, each by its own gradient at the weights that the one before left (algorithm 1, lines i to
    /// iii).
    Successive,
}

/// The model that augmented fine-tuning begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// Cells of its own for each direction.
    CrossWord,
    /// Tied cells.
    #[default]
    CrossShared,
}

/// Where the target's encoder begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Initial {
    /// As a copy of the source's.
    Source,
    /// At random: it sees things its own way, and does not share the source encoder's mistakes.
    #[default]
    Random,
}

impl Settings for ZeroResourceConfig {
    fn paths(&mut self) -> Vec<&mut Option<PathBuf>> {
        let Self { source, target, mapping, .. } = self;
        vec![
            &mut source.train,
            &mut source.dev,
            &mut source.test,
            &mut source.vectors,
            &mut target.unlabelled,
            &mut target.dev,
            &mut target.test,
            &mut target.vectors,
            &mut mapping.folder,
            &mut mapping.dictionary,
        ]
    }

    /// The keys of mapping were once spelt with `-`.
    fn respell(table: &mut Table) -> Result<Vec<Renamed>, String> {
        let settings = table.get_mut("mapping").and_then(|mapping| mapping.get_mut("settings"));
        match settings {
            Some(Value::Table(own)) => snake_keys(own, "mapping.settings"),
            _ => Ok(Vec::new()),
        }
    }

    fn check(&self) -> Result<()> {
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
        check::not_negative("words.length", self.words.length)?;
        check::size("words.random", self.words.random)?;
        check::fraction("words.unknown", self.words.unknown)?;
        for (key, count) in [
            ("source.sentences", self.source.sentences),
            ("source.dev_sentences", self.source.dev_sentences),
            ("target.sentences", self.target.sentences),
            ("target.dev_sentences", self.target.dev_sentences),
        ] {
            check::positive_if_given(key, count)?;
        }
        let AugmentedConfig { redraw_every, shortest, longest, percentile, .. } = self.augmented;
        for (key, value) in [
            ("augmented.redraw_every", redraw_every.unwrap_or(1)),
            ("augmented.shortest", shortest.unwrap_or(1)),
            ("augmented.longest", longest.unwrap_or(1)),
        ] {
            check::positive(key, value)?;
        }
        let share = percentile.unwrap_or(100.0);
        check::number(
            "augmented.percentile",
            share,
            |share| (0.0..=100.0).contains(&share),
            "from 0 to 100",
        )?;
        if self.augmented.dense_initial == DenseInitial::Random && self.augmented.combine != Combine::Dense {
            let message = "is `random`, but only with `augmented.combine = \"dense\"` is there such a layer";
            return Err(Error::setting("augmented.dense_initial", message));
        }
        if self.augmented.tied
            && self.augmented.base == Base::CrossWord
            && self.augmented.initial == Initial::Source
        {
            let message =
                "is `source`, but the base's cells are not tied and the target's are: set it to `random`";
            return Err(Error::setting("augmented.initial", message));
        }
        if self.augment().own_characters && self.augmented.initial == Initial::Source {
            let message = "is `source`, but the target's encoder reads characters and the base does not: set \
                           `augmented.characters` to `as-base`, or this to `random`";
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
}

impl ZeroResourceConfig {
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
        config.vectors.unknown_frozen = self.words.unknown;
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
        let AugmentedConfig { combine, tied, characters, .. } = self.augmented;
        let own_characters = characters == TargetCharacters::Always && !self.model.characters.enabled;
        AugmentConfig { combine, tied, own_characters }
    }
}
