//! The keys of a record, in their order and as they are written.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The keys of a record at most.
const MOST_KEYS: usize = 4096;

/// Keys of a JSON object with their values as they stand in the file: order and numbers stay, `1e2`, `-0` and digits
/// beyond those of a float too. Of a key that comes twice the last value counts.
#[derive(Debug, Clone, Default)]
pub struct Rest(Vec<(String, Box<RawValue>)>);

impl Rest {
    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys and their values as JSON text, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.get()))
    }

    /// A key's value as JSON text.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// A key's value, parsed. `None` too for a value nested deeper than can be parsed.
    pub fn value(&self, key: &str) -> Option<Value> {
        serde_json::from_str(self.get(key)?).ok()
    }

    /// Takes a key away. An error says why its value cannot be parsed.
    pub(super) fn take(&mut self, key: &str) -> Result<Option<Value>, String> {
        let Some(at) = self.0.iter().position(|(name, _)| name == key) else { return Ok(None) };
        let (_, raw) = self.0.remove(at);
        serde_json::from_str(raw.get()).map(Some).map_err(|fault| format!("`{key}` cannot be read: {fault}"))
    }

    /// Takes a key away, whatever it holds.
    pub(super) fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key);
    }

    /// Adds keys behind these.
    pub(super) fn append(&mut self, others: Self) {
        others.0.into_iter().for_each(|(key, value)| self.put(key, value));
    }

    fn put(&mut self, key: String, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }
}

impl PartialEq for Rest {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Serialize for Rest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Rest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Rest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rest, A::Error> {
                let mut rest = Rest::default();
                while let Some((key, value)) = map.next_entry()? {
                    // Keys are looked up one by one.
                    if rest.len() == MOST_KEYS {
                        let message = format!("the object has more than {MOST_KEYS} keys");
                        return Err(serde::de::Error::custom(message));
                    }
                    rest.put(key, value);
                }
                Ok(rest)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}
