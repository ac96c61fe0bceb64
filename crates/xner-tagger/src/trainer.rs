//! Training in memory.

use std::path::Path;

use xner_corpus::Labelled;
use xner_embed::Vectors;
use xner_train::{Device, Observer, TrainReport};

use crate::model::temporary;
use crate::{Error, Existing, Model, Result, TrainConfig, TrainData};

/// Trains a model in memory, from sentences and a config.
///
/// What it writes on its way goes to the system's folder for temporary files and is removed at the end. So a run that
/// is stopped or killed is over: [`crate::train()`], which has a folder of its own, goes on from there. The same
/// config and sentences give the same bytes both ways.
///
/// ```
/// use xner_corpus::{Entity, Labelled, Sentence};
/// use xner_tagger::{Model, OpenOptions, TrainConfig, Trainer};
///
/// let sentence = Sentence::from_tokens(["Ada", "lives", "here"]);
/// let labelled = Labelled { entities: vec![Entity::new(0..1, "PER")], sentence };
/// let mut config = TrainConfig::default();
/// (config.vectors.random, config.model.hidden, config.training.epochs) = (10, 10, 2);
/// let trained = Trainer::new(config).sentences([labelled]).run()?;
/// assert_eq!(trained.report.sentences, 1);
/// let tagger = Model::from_bytes(&trained.model.to_bytes())?.open(&OpenOptions::default(), &Default::default())?;
/// assert_eq!(tagger.tag_set().types()[0].as_str(), "PER");
/// # Ok::<(), xner_tagger::Error>(())
/// ```
pub struct Trainer<'a> {
    recipe: Recipe,
    data: TrainData,
    device: Device,
    observer: Option<&'a mut dyn Observer>,
}

impl std::fmt::Debug for Trainer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sentences, dev) = (self.data.train.len(), self.data.dev.len());
        let mut shown = f.debug_struct("Trainer");
        shown.field("recipe", &self.recipe).field("sentences", &sentences).field("dev", &dev);
        shown.finish_non_exhaustive()
    }
}

/// What is trained, and how.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Recipe {
    /// A char-BiLSTM-CRF.
    BiLstm(Box<TrainConfig>),
    /// An encoder with a head.
    #[cfg(feature = "bert")]
    Encoder(Box<crate::bert::train::BertTrainConfig>),
}

impl From<TrainConfig> for Recipe {
    fn from(config: TrainConfig) -> Self {
        Self::BiLstm(Box::new(config))
    }
}

#[cfg(feature = "bert")]
impl From<crate::bert::train::BertTrainConfig> for Recipe {
    fn from(config: crate::bert::train::BertTrainConfig) -> Self {
        Self::Encoder(Box::new(config))
    }
}

/// What a run comes to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Trained {
    /// The model.
    pub model: Model,
    /// How it came to be.
    pub report: TrainReport,
}

impl<'a> Trainer<'a> {
    /// With a config of the model to be: of its files only those of an encoder are read.
    pub fn new(recipe: impl Into<Recipe>) -> Self {
        Self { recipe: recipe.into(), data: TrainData::default(), device: Device::Cpu, observer: None }
    }

    /// Adds training sentences.
    #[must_use]
    pub fn sentences(mut self, sentences: impl IntoIterator<Item = Labelled>) -> Self {
        self.data.train.extend(sentences);
        self
    }

    /// Adds development sentences, on which the best weights are chosen.
    #[must_use]
    pub fn dev(mut self, sentences: impl IntoIterator<Item = Labelled>) -> Self {
        self.data.dev.extend(sentences);
        self
    }

    /// With word vectors; without them random ones are trained. An encoder has no use for them.
    #[must_use]
    pub fn vectors(mut self, vectors: Vectors) -> Self {
        self.data.vectors = Some(vectors);
        self
    }

    /// On a device.
    #[must_use]
    pub fn device(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// Tells what goes on to an observer, which may stop the run.
    #[must_use]
    pub fn observer(self, observer: &'a mut dyn Observer) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// Trains.
    ///
    /// # Errors
    /// Those of [`crate::train()`], but that [`Error::Cancelled`] stands for a run that the observer stopped.
    pub fn run(self) -> Result<Trained> {
        let folder = temporary()?;
        let report = self.train(folder.path()).map_err(|fault| match fault {
            // The checkpoint goes away with the folder.
            Error::Stopped { .. } => Error::Cancelled,
            Error::Diverged { phase, step, epoch, what, value, .. } => {
                Error::Diverged { phase, step, epoch, what, value, checkpoint: None }
            }
            fault => fault,
        })?;
        Ok(Trained { model: Model::read(folder.path())?, report })
    }

    fn train(self, out: &Path) -> Result<TrainReport> {
        let Self { recipe, data, device, observer } = self;
        let mut none = ();
        let observer = observer.unwrap_or(&mut none);
        match recipe {
            Recipe::BiLstm(config) => crate::train(&config, data, out, &device, observer),
            #[cfg(feature = "bert")]
            Recipe::Encoder(config) => crate::bert::train::train(&config, &data, out, &device, observer),
        }
    }
}

impl Trained {
    /// Writes the model to a folder: [`Model::save`].
    ///
    /// # Errors
    /// Those of [`Model::save`].
    pub fn save(&self, folder: &Path, existing: Existing) -> Result<()> {
        self.model.save(folder, existing)
    }
}
