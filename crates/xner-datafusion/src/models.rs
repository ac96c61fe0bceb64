//! The models that queries name, each opened once.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use xner::{Ner, NerBuilder, Result, Threads};

/// The name of the model in the box.
pub const BUILT_IN: &str = "built-in";

/// Models by name: [`BUILT_IN`], a directory, a packed file, or a name on the Hugging Face hub. Each is opened when
/// it is first asked for, once for all clones of this value, and works on the thread that asks: a query is parallel
/// over its partitions.
#[derive(Clone)]
pub struct Models(Arc<Inner>);

struct Inner {
    default: String,
    open: Mutex<HashMap<String, Slot>>,
}

/// A model, or its place while it is being opened: who asks for another need not wait.
type Slot = Arc<Mutex<Option<Ner>>>;

impl Default for Models {
    fn default() -> Self {
        Self::new(BUILT_IN)
    }
}

impl Models {
    /// `default` is the model where a query names none.
    pub fn new(default: impl Into<String>) -> Self {
        Self(Arc::new(Inner { default: default.into(), open: Mutex::default() }))
    }

    /// A model that is open already, under a name.
    #[must_use]
    pub fn with(self, name: impl Into<String>, ner: Ner) -> Self {
        let slot = Arc::new(Mutex::new(Some(ner)));
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), slot);
        self
    }

    /// The model of this name, or the default; opened if it is not.
    ///
    /// # Errors
    /// Those of [`Ner::named`] and `Ner::built_in`. The next call tries again.
    pub fn get(&self, name: Option<&str>) -> Result<Ner> {
        let name = name.unwrap_or(&self.0.default);
        let slot = {
            let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.entry(name.to_owned()).or_default().clone()
        };
        let mut own = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ner) = own.as_ref() {
            return Ok(ner.clone());
        }
        let ner = open(Ner::builder().threads(Threads::Caller), name)?;
        Ok(own.insert(ner).clone())
    }
}

fn open(builder: NerBuilder, name: &str) -> Result<Ner> {
    #[cfg(feature = "built-in")]
    if name == BUILT_IN {
        return builder.built_in();
    }
    builder.named(name)
}

/// Two are the same where all that a query sees of them is.
impl PartialEq for Models {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.default == other.0.default
    }
}

impl Eq for Models {}

impl Hash for Models {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.default.hash(state);
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("default", &self.0.default).finish_non_exhaustive()
    }
}
