//! Entities of texts, for services: [`Ner`].

mod batcher;
mod builder;
mod engine;
mod entity;
mod job;
mod limit;
mod pending;
mod threads;

use std::path::Path;
use std::sync::Arc;

use xner_corpus::{Sentence, Tag, TagSet};

pub use batcher::MicroBatches;
pub use builder::NerBuilder;
pub use entity::TextEntity;
pub use limit::{Cancel, Limit};
pub use pending::Pending;
pub use threads::Threads;

use crate::{Error, Result};

/// A model that finds entities in texts. To clone it is cheap: all clones are one model.
///
/// Text is split into sentences and words, tagged, and the entities are told with their places in the text. Long texts
/// are worked on bit by bit, so that memory stays flat and a [`Limit`] is kept.
///
/// ```no_run
/// let ner = xner::Ner::open("model")?;
/// for entity in ner.entities("Ada Lovelace lived in London.")? {
///     println!("{} {} {:?} {:.2}", entity.kind, entity.text, entity.bytes, entity.probability);
/// }
/// # Ok::<(), xner::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ner(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Arc<engine::Engine>,
    workers: threads::Workers,
    batcher: Option<batcher::Batcher>,
}

/// A service shares one among its threads and tasks.
const _: fn() = || {
    fn shared<T: Clone + std::fmt::Debug + Send + Sync + 'static>() {}
    fn sent<T: Send + 'static>() {}
    shared::<Ner>();
    shared::<Limit>();
    sent::<Pending>();
};

impl Ner {
    /// Opens a model directory, whatever made it, with every option as it is by default.
    ///
    /// # Errors
    /// Those of [`xner_tagger::open`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Self::builder().open(folder)
    }

    /// Opens a model from bytes: see [`xner_tagger::Model::to_bytes`].
    ///
    /// # Errors
    /// Those of [`xner_tagger::Model::from_bytes`] and [`xner_tagger::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::builder().from_bytes(bytes)
    }

    /// Opens the model in the box: it finds people, places and organisations in many languages, of which it guesses
    /// that of each text.
    ///
    /// # Errors
    /// Those of [`NerBuilder::built_in`].
    #[cfg(feature = "built-in")]
    pub fn built_in() -> Result<Self> {
        Self::builder().built_in()
    }

    /// Opens a model by its name on the Hugging Face hub.
    ///
    /// # Errors
    /// Those of [`NerBuilder::hub`].
    #[cfg(feature = "hub")]
    pub fn from_hub(name: &str) -> Result<Self> {
        Self::builder().hub(name)
    }

    /// Opens a model by whatever names it: a directory, a file that was packed, a name on the hub.
    ///
    /// # Errors
    /// Those of [`NerBuilder::named`].
    pub fn named(name: &str) -> Result<Self> {
        Self::builder().named(name)
    }

    /// Options.
    pub fn builder() -> NerBuilder {
        NerBuilder::default()
    }

    /// The entities of a text, in order.
    ///
    /// # Errors
    /// The tagger's; [`Error::Busy`] where requests are batched and too many wait.
    pub fn entities(&self, text: &str) -> Result<Vec<TextEntity>> {
        self.entities_within(text, &Limit::none())
    }

    /// The same, and no longer than `limit` says.
    ///
    /// # Errors
    /// The same; [`Error::Deadline`] and [`Error::Cancelled`].
    pub fn entities_within(&self, text: &str, limit: &Limit) -> Result<Vec<TextEntity>> {
        if let Some(batcher) = &self.0.batcher {
            return batcher.submit(text.to_owned(), limit)?.wait();
        }
        let found = self.0.workers.run(|| self.0.engine.run(std::iter::once(text), limit))?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    /// The entities of each text, in order; short texts are tagged together.
    ///
    /// # Errors
    /// Those of [`Ner::entities_within`], the first of all.
    pub fn entities_of<T: AsRef<str> + Sync>(
        &self,
        texts: &[T],
        limit: &Limit,
    ) -> Result<Vec<Vec<TextEntity>>> {
        self.0.workers.run(|| self.0.engine.run(texts.iter().map(AsRef::as_ref), limit))
    }

    /// The tags of sentences that are split into tokens already, in order.
    ///
    /// # Errors
    /// The tagger's; those of a limit.
    pub fn tags_of(&self, sentences: &[Sentence], limit: &Limit) -> Result<Vec<Vec<Tag>>> {
        self.0.workers.run(|| self.0.engine.tags(sentences, limit))
    }

    /// Hands a text to the micro-batcher; the answer is awaited or waited for.
    ///
    /// # Errors
    /// [`Error::Setting`] where requests are not batched ([`NerBuilder::micro_batches`]); [`Error::Busy`];
    /// [`Error::Deadline`] and [`Error::Cancelled`] when it is late already.
    pub fn submit(&self, text: impl Into<String>, limit: &Limit) -> Result<Pending> {
        match &self.0.batcher {
            Some(batcher) => batcher.submit(text.into(), limit),
            None => Err(Error::setting("micro_batches", "is not set: only batched requests are submitted")),
        }
    }

    /// The tags that the model gives, and the types of its entities.
    pub fn tag_set(&self) -> &TagSet {
        self.0.engine.tagger.tag_set()
    }
}
