//! Kinds of model: how a folder is opened, and kinds of the user's own.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use xner_train::Device;

use crate::{Decode, Error, Result, Tagger};

/// Opens the folder of a model.
type Opener = dyn Fn(&Path, &OpenOptions, &Device) -> Result<Box<dyn Tagger>> + Send + Sync;

/// Kinds of model beside those that are built in, by the name that `model` has in their `config.json`.
///
/// ```
/// use xner_tagger::{ErrorKind, Kinds, Error};
///
/// let mut kinds = Kinds::new();
/// kinds.register("rules", |folder, _, _| Err(Error::model(folder, "has no rules")))?;
/// let twice = kinds.register("rules", |folder, _, _| Err(Error::model(folder, "has no rules")));
/// assert_eq!(twice.unwrap_err().kind(), ErrorKind::BadInput);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Kinds(BTreeMap<String, Arc<Opener>>);

impl Kinds {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind: `open` opens a folder whose `config.json` has `"model": "name"`.
    ///
    /// # Errors
    /// [`Error::Setting`] when the name is empty, that of a built-in kind, or there already.
    pub fn register(
        &mut self,
        name: &str,
        open: impl Fn(&Path, &OpenOptions, &Device) -> Result<Box<dyn Tagger>> + Send + Sync + 'static,
    ) -> Result<()> {
        let fault = |message: &str| Err(Error::setting("model", format!("`{name}` {message}")));
        if name.is_empty() {
            return fault("is no name for a kind of model");
        }
        if crate::open::BUILT_IN.contains(&name) {
            return fault("is a built-in kind of model; take another name");
        }
        if self.0.contains_key(name) {
            return fault("is registered already; take another name");
        }
        self.0.insert(name.to_owned(), Arc::new(open));
        Ok(())
    }

    /// The names, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn opener(&self, name: &str) -> Option<&Opener> {
        self.0.get(name).map(Arc::as_ref)
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// How a model is opened.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct OpenOptions {
    /// How tags are chosen.
    pub decode: Decode,
    /// Kinds of model beside those that are built in.
    pub kinds: Kinds,
}

impl OpenOptions {
    /// With another way to choose tags.
    #[must_use]
    pub fn with_decode(self, decode: Decode) -> Self {
        Self { decode, ..self }
    }

    /// With kinds of model beside those that are built in.
    #[must_use]
    pub fn with_kinds(self, kinds: Kinds) -> Self {
        Self { kinds, ..self }
    }
}
