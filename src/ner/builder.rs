//! How a [`Ner`] is opened.

use std::path::Path;
use std::sync::Arc;

use xner_corpus::split::{Language, Sentences, TextOptions};
use xner_tagger::{Decode, Kinds, Model, OpenOptions, Tagger, languages_of, open_with};
use xner_train::Device;

use super::batcher::{Batcher, MicroBatches};
use super::engine::Engine;
use super::threads::Workers;
use super::{Inner, Ner, Threads};
use crate::Result;

/// Options of a [`Ner`].
///
/// ```no_run
/// use xner::{MicroBatches, Ner};
///
/// let ner = Ner::builder().language("es".parse()?).micro_batches(MicroBatches::default()).open("model-es")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct NerBuilder {
    text: TextOptions,
    /// Whether the language was said: else it is the model's, where that is known.
    said: bool,
    options: OpenOptions,
    device: Device,
    threads: Threads,
    batches: Option<MicroBatches>,
}

impl NerBuilder {
    /// The language of the texts; by default the model's. Where it has several, or says none, that of each text is
    /// guessed ([`Language::MANY`]), with the feature `languages`; without it, it is taken for English.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.text.language = language;
        self.said = true;
        self
    }

    /// Where sentences end.
    #[must_use]
    pub fn sentences(mut self, sentences: Sentences) -> Self {
        self.text.sentences = sentences;
        self
    }

    /// How texts are split: language and sentences.
    #[must_use]
    pub fn text(self, text: TextOptions) -> Self {
        Self { text, said: true, ..self }
    }

    /// How tags are chosen.
    #[must_use]
    pub fn decode(mut self, decode: Decode) -> Self {
        self.options.decode = decode;
        self
    }

    /// Kinds of model beside those that are built in.
    #[must_use]
    pub fn kinds(mut self, kinds: Kinds) -> Self {
        self.options.kinds = kinds;
        self
    }

    /// Where it computes.
    #[must_use]
    pub fn device(self, device: Device) -> Self {
        Self { device, ..self }
    }

    /// On which threads it works, where requests are not batched.
    #[must_use]
    pub fn threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Tags requests together that wait together, on threads of its own.
    #[must_use]
    pub fn micro_batches(self, batches: MicroBatches) -> Self {
        Self { batches: Some(batches), ..self }
    }

    /// Opens a model directory.
    ///
    /// # Errors
    /// Those of [`open_with`]; [`crate::Error::Other`] when the system gives no threads.
    pub fn open(self, folder: impl AsRef<Path>) -> Result<Ner> {
        let tagger = open_with(folder.as_ref(), &self.options, &self.device)?;
        self.of(&languages_of(folder.as_ref())).tagger(tagger)
    }

    /// Opens a model by its name on the Hugging Face hub, `owner/name` or `owner/name@revision`. It is fetched once.
    ///
    /// # Errors
    /// [`crate::Error::Hub`]; those of [`NerBuilder::open`].
    #[cfg(feature = "hub")]
    pub fn hub(self, name: &str) -> Result<Ner> {
        let folder = xner_tagger::bert::hub::Hub::from_env()?.directory(name)?;
        self.open(folder)
    }

    /// Opens a model by whatever names it: a directory; a file that was packed ([`Model::to_bytes`]); else, with the
    /// feature `hub`, a name on the Hugging Face hub.
    ///
    /// # Errors
    /// Those of [`NerBuilder::open`], [`NerBuilder::from_bytes`] and `NerBuilder::hub`; [`crate::Error::Io`].
    pub fn named(self, name: &str) -> Result<Ner> {
        let path = Path::new(name);
        if path.is_file() {
            let bytes = std::fs::read(path).map_err(crate::Error::io(path))?;
            return self.from_bytes(&bytes);
        }
        #[cfg(feature = "hub")]
        if !path.exists() {
            return self.hub(name);
        }
        self.open(path)
    }

    /// Opens a model from bytes: see [`Model::to_bytes`].
    ///
    /// # Errors
    /// Those of [`Model::from_bytes`] and [`NerBuilder::open`].
    #[allow(clippy::wrong_self_convention, reason = "it is what becomes of the options")]
    pub fn from_bytes(self, bytes: &[u8]) -> Result<Ner> {
        self.model(&Model::from_bytes(bytes)?)
    }

    /// Opens the model in the box: see [`Ner::built_in`].
    ///
    /// # Errors
    /// Those of [`NerBuilder::model`].
    #[cfg(feature = "built-in")]
    pub fn built_in(self) -> Result<Ner> {
        self.from_bytes(xner_model::BYTES)
    }

    /// Opens a model in memory.
    ///
    /// # Errors
    /// Those of [`Model::open`] and [`NerBuilder::open`].
    pub fn model(self, model: &Model) -> Result<Ner> {
        let tagger = model.open(&self.options, &self.device)?;
        self.of(&model.languages()).tagger(tagger)
    }

    /// The same for a model of some languages, where none was said.
    fn of(mut self, languages: &[Language]) -> Self {
        if !self.said {
            self.text.language = Language::one_of(languages);
        }
        self
    }

    /// Takes a tagger that is open.
    ///
    /// # Errors
    /// [`crate::Error::Other`] when the system gives no threads.
    pub fn tagger(self, tagger: impl Into<Arc<dyn Tagger>>) -> Result<Ner> {
        let engine = Arc::new(Engine::new(tagger.into(), self.text));
        let workers = Workers::new(self.threads)?;
        let batcher = self.batches.map(|settings| Batcher::new(engine.clone(), &settings)).transpose()?;
        Ok(Ner(Arc::new(Inner { engine, workers, batcher })))
    }
}
