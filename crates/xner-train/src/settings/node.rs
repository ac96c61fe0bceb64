//! A config's values in the order of its fields, which neither a JSON nor a TOML table keeps.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result};

/// A table, or a value that is none.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Node {
    Table(Fields),
    Leaf(Value),
}

/// A table's keys and values, in order.
pub(super) type Fields = IndexMap<String, Node>;

/// The fields of `config`. What has no value is there as null.
pub(super) fn fields(config: &impl Serialize) -> Result<Fields> {
    // By way of the text, in which a number of single precision has no more digits than it needs.
    serde_json::to_string(config)
        .and_then(|text| serde_json::from_str(&text))
        .map_err(|fault| Error::setting(".", format!("the config cannot be written: {fault}")))
}

impl Node {
    /// Its value, where it has one that is no table.
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Leaf(value) if !value.is_null() => Some(value),
            _ => None,
        }
    }

    pub(super) fn fields(&self) -> Option<&Fields> {
        match self {
            Self::Table(fields) => Some(fields),
            Self::Leaf(_) => None,
        }
    }
}
