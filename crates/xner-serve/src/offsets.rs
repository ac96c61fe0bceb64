//! Where entities are, as the client counts.

use serde::{Deserialize, Serialize};
use xner::TextEntity;

/// What offsets count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Offsets {
    /// Unicode scalar values, as Python counts.
    #[default]
    Characters,
    /// UTF-16 code units, as JavaScript and Java count.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

/// An entity of an answer.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Found {
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) probability: f32,
}

impl Offsets {
    /// The entities of a text, which come in order, with the places that this counts.
    pub(crate) fn of(self, text: &str, entities: Vec<TextEntity>) -> Vec<Found> {
        let (mut byte, mut units) = (0, 0);
        let mut utf16 = |to: usize| {
            units += text[byte..to].encode_utf16().count();
            byte = to;
            units
        };
        let mut found = Vec::with_capacity(entities.len());
        for entity in entities {
            let (start, end) = match self {
                Self::Bytes => (entity.bytes.start, entity.bytes.end),
                Self::Characters => (entity.characters.start, entity.characters.end),
                Self::Utf16 => (utf16(entity.bytes.start), utf16(entity.bytes.end)),
            };
            let TextEntity { kind, text, probability, .. } = entity;
            found.push(Found { kind: kind.to_string(), text, start, end, probability });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn each_unit_finds_the_same_words() {
        let text = "\u{1f600} Zoë in Köln \u{1f600} Åbo";
        let entity = |word: &str| -> TextEntity {
            let start = text.find(word).unwrap();
            let characters = text[..start].chars().count();
            serde_json::from_value(json!({
                "kind": "LOC", "text": word, "bytes": {"start": start, "end": start + word.len()},
                "characters": {"start": characters, "end": characters + word.chars().count()}, "probability": 0.5
            }))
            .unwrap()
        };
        let entities = || ["Zoë", "Köln", "Åbo"].map(entity).to_vec();
        let units: Vec<u16> = text.encode_utf16().collect();
        for found in Offsets::Utf16.of(text, entities()) {
            assert_eq!(String::from_utf16(&units[found.start..found.end]).unwrap(), found.text);
        }
        for found in Offsets::Bytes.of(text, entities()) {
            assert_eq!(&text[found.start..found.end], found.text);
        }
        for found in Offsets::Characters.of(text, entities()) {
            let own: String = text.chars().skip(found.start).take(found.end - found.start).collect();
            assert_eq!(own, found.text);
        }
    }
}
