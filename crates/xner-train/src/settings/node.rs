//! A config's values in the order of its fields, which neither a JSON nor a TOML table keeps.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
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
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(String, Node)>);

impl Fields {
    /// The fields of `config`. What has no value is there as null.
    pub(super) fn of(config: &impl Serialize) -> Result<Self> {
        // By way of the text, in which a number of single precision has no more digits than it needs.
        serde_json::to_string(config)
            .and_then(|text| serde_json::from_str(&text))
            .map_err(|fault| Error::setting(".", format!("the config cannot be written: {fault}")))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.0.iter().find_map(|(name, node)| (name == key).then_some(node))
    }
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

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(InOrder)
    }
}
