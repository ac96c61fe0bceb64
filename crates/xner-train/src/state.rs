//! What a learner's next step depends on beside its weights.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::tensors::Tensors;
use crate::{Error, Result};

/// Tensors, such as an optimiser's moments, and counters as JSON: what a checkpoint keeps beside the weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The tensors.
    pub tensors: Tensors,
    /// The counters.
    pub counters: Map<String, Value>,
}

impl State {
    /// Adds a part's state under a name.
    pub fn put(&mut self, name: &str, part: Self) {
        self.tensors.extend(&format!("{name}/"), part.tensors);
        if !part.counters.is_empty() {
            self.counters.insert(name.to_owned(), Value::Object(part.counters));
        }
    }

    /// Takes out what [`State::put`] added under a name.
    #[must_use]
    pub fn part(&mut self, name: &str) -> Self {
        let tensors = self.tensors.split(&format!("{name}/"));
        let counters = match self.counters.remove(name) {
            Some(Value::Object(counters)) => counters,
            // It stays, and so is named as unexpected.
            Some(damaged) => {
                self.counters.insert(name.to_owned(), damaged);
                Map::new()
            }
            None => Map::new(),
        };
        Self { tensors, counters }
    }

    /// Adds a counter.
    ///
    /// # Panics
    /// When the value is none that JSON has, such as a map whose keys are no texts.
    pub fn count(&mut self, name: &str, value: &impl Serialize) {
        let value = serde_json::to_value(value);
        assert!(value.is_ok(), "the counter `{name}` cannot be written as JSON");
        self.counters.insert(name.to_owned(), value.unwrap_or_default());
    }

    /// Takes a counter out. `path` is named in faults.
    ///
    /// # Errors
    /// [`Error::Model`] when it is missing or does not read.
    pub fn counter<T: DeserializeOwned>(&mut self, name: &str, path: &Path) -> Result<T> {
        let Some(value) = self.counters.remove(name) else {
            return Err(Error::model(path, format!("the counter `{name}` is missing")));
        };
        serde_json::from_value(value)
            .map_err(|fault| Error::model(path, format!("the counter `{name}` does not read: {fault}")))
    }

    /// Says that nothing is left. `path` is named in faults.
    ///
    /// # Errors
    /// [`Error::Tensor`] and [`Error::Model`], naming the first tensor or counter that nobody took.
    pub fn expect_empty(&self, path: &Path) -> Result<()> {
        self.tensors.expect_empty(path)?;
        match self.counters.keys().next() {
            None => Ok(()),
            Some(name) => Err(Error::model(path, format!("the counter `{name}` is unexpected"))),
        }
    }
}
