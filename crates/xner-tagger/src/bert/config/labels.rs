//! `id2label`, `label2id` and `num_labels`: one list of labels in the order of the head's rows.

use std::collections::BTreeMap;

use serde::de::{Deserializer, Error as _};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// `id2label`: numbers, written as strings, to labels.
#[derive(Default)]
pub(super) struct ById(Option<Vec<String>>);

impl ById {
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl From<&Vec<String>> for ById {
    fn from(labels: &Vec<String>) -> Self {
        Self((!labels.is_empty()).then(|| labels.clone()))
    }
}

impl<'de> Deserialize<'de> for ById {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let Some(map) = Option::<BTreeMap<String, String>>::deserialize(reader)? else {
            return Ok(Self(None));
        };
        let mut labels = BTreeMap::new();
        for (id, label) in map {
            let number = id.parse::<usize>().map_err(|_| D::Error::custom(format!("`{id}` is no number")))?;
            if labels.insert(number, label).is_some() {
                return Err(D::Error::custom(format!("label {number} is there twice")));
            }
        }
        if let Some((at, _)) = labels.keys().enumerate().find(|(at, id)| at != *id) {
            return Err(D::Error::custom(format!(
                "label {at} is missing, though there are {}",
                labels.len()
            )));
        }
        Ok(Self(Some(labels.into_values().collect())))
    }
}

impl Serialize for ById {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        let labels = self.0.as_deref().unwrap_or_default();
        let mut map = writer.serialize_map(Some(labels.len()))?;
        for (id, label) in labels.iter().enumerate() {
            map.serialize_entry(&id.to_string(), label)?;
        }
        map.end()
    }
}

/// `label2id`: labels to numbers.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct ByName(Option<BTreeMap<String, usize>>);

impl ByName {
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl From<&Vec<String>> for ByName {
    fn from(labels: &Vec<String>) -> Self {
        let map = labels.iter().enumerate().map(|(id, label)| (label.clone(), id));
        Self((!labels.is_empty()).then(|| map.collect()))
    }
}

/// The labels; empty when the file has none of the keys.
pub(super) fn read(by_id: &ById, by_name: &ByName, count: Option<usize>) -> Result<Vec<String>, String> {
    let Some(labels) = &by_id.0 else {
        // A head's rows are counted in memory; a file that claims more has no such head.
        let count = count.unwrap_or_default();
        if count > 1 << 20 {
            return Err(format!("`num_labels` is {count}, expected at most {}", 1 << 20));
        }
        return Ok((0..count).map(|id| format!("LABEL_{id}")).collect());
    };
    if let Some(count) = count.filter(|&count| count != labels.len()) {
        return Err(format!("`num_labels` is {count}, but `id2label` has {}", labels.len()));
    }
    let mut seen = BTreeMap::new();
    for (id, label) in labels.iter().enumerate() {
        if let Some(first) = seen.insert(label, id) {
            return Err(format!("`id2label` gives `{label}` to both {first} and {id}"));
        }
    }
    for (label, &id) in by_name.0.iter().flatten() {
        if labels.get(id) != Some(label) {
            let other = labels.get(id).map_or_else(|| "nothing".to_owned(), |label| format!("`{label}`"));
            return Err(format!("`label2id` gives {id} to `{label}`, but `id2label` gives it to {other}"));
        }
    }
    Ok(labels.clone())
}
