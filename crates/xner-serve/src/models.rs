//! The models that are served.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use xner::tagger::Tagger;
use xner::{Language, MicroBatches, Ner, Result};

/// A model under a name.
pub struct Served {
    name: String,
    tagger: Arc<dyn Tagger>,
    languages: Vec<Language>,
    batches: MicroBatches,
    /// One for each language that was asked for; under none the model's own.
    open: Mutex<HashMap<Option<Language>, Ner>>,
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Served {
    /// A tagger, and the languages of the texts that it is for; none where nobody knows.
    pub fn new(
        name: impl Into<String>,
        tagger: impl Into<Arc<dyn Tagger>>,
        languages: Vec<Language>,
    ) -> Self {
        let (batches, open) = (MicroBatches::default(), Mutex::default());
        Self { name: name.into(), tagger: tagger.into(), languages, batches, open }
    }

    pub(crate) fn batched(self, batches: MicroBatches) -> Self {
        Self { batches, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The languages that it is for.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The types of its entities.
    pub fn types(&self) -> Vec<String> {
        self.tagger.tag_set().types().iter().map(ToString::to_string).collect()
    }

    /// What finds entities in texts of this language; by default the model's, or that of each text as it is guessed.
    pub(crate) fn ner(&self, language: Option<Language>) -> Result<Ner> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ner) = open.get(&language) {
            return Ok(ner.clone());
        }
        let of = language.unwrap_or_else(|| Language::one_of(&self.languages));
        let ner = Ner::builder()
            .language(of)
            .micro_batches(self.batches.clone())
            .tagger(Arc::clone(&self.tagger))?;
        open.insert(language, ner.clone());
        Ok(ner)
    }
}
