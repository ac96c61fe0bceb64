//! A trained network with what it needs to tag the target language.

use std::path::Path;

use xner_corpus::TagSet;
use xner_nn::NerBackend;
use xner_train::weights;

use super::network::{Augmented, TargetEncoder};
use super::shapes;
use crate::bilstm::{BiLstmCrf, BiLstmTagger, Lexicon, LexiconTagger, Opened, Parts};
use crate::config::{AugmentConfig, ModelConfig};
use crate::{Error, Result};

/// The model type that a `config.json` of this format names.
pub(crate) const MODEL: &str = "augmented-bilstm-crf";

/// A trained network with two encoders: tags the target language by both. Its lexicon has the target's words, and the
/// characters of both languages.
pub type AugmentedTagger<B> = LexiconTagger<B, Augmented<B>>;

/// Writes the model directory of a network: the files of a char-BiLSTM-CRF's, and what [`crate::open`] needs to tell
/// them apart. `lexicon` has the target's words.
///
/// # Errors
/// [`Error::Io`].
pub fn save<B: NerBackend>(
    folder: &Path,
    config: &ModelConfig,
    augment: &AugmentConfig,
    network: &Augmented<B>,
    lexicon: &Lexicon,
    tags: &TagSet,
) -> Result<()> {
    let weights = weights::collect(network);
    Parts { kind: MODEL, config, augment: Some(augment), weights, lexicon, tags }.save(folder)
}

impl<B: NerBackend> AugmentedTagger<B> {
    /// Opens a model directory, and checks every file of it.
    ///
    /// # Errors
    /// As [`BiLstmTagger::open`].
    pub fn open(folder: &Path, device: &B::Device) -> Result<Self> {
        let opened = Opened::read(folder, MODEL, shapes::expected)?;
        let Some(augment) = opened.augment.clone() else {
            return Err(Error::model(&folder.join("config.json"), "has no key `augment`"));
        };
        opened.tagger(device, |Opened { config, lexicon, tags, .. }, characters, rng| Augmented {
            source: BiLstmCrf::new(config, characters, lexicon.dim, tags.len(), device, rng),
            target: TargetEncoder::new(config, &augment, characters, lexicon.dim, device, rng),
        })
    }

    /// The same with the target's encoder silenced: [`TargetEncoder::silenced`].
    #[must_use]
    pub fn silenced(self) -> Self {
        self.map(|Augmented { source, target }| Augmented { source, target: target.silenced() })
    }

    /// The source model within.
    pub fn source(self) -> BiLstmTagger<B> {
        self.map(|network| network.source)
    }
}
