//! What is found.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use xner_corpus::EntityType;

/// An entity in a text.
///
/// ```
/// use xner::TextEntity;
///
/// let text = "In Köln wohnt Ada.";
/// let json = serde_json::json!({
///     "kind": "LOC", "text": "Köln", "bytes": {"start": 3, "end": 8}, "characters": {"start": 3, "end": 7},
///     "probability": 0.5
/// });
/// let entity: TextEntity = serde_json::from_value(json.clone())?;
/// assert_eq!(&text[entity.bytes.clone()], entity.text);
/// assert_eq!(serde_json::to_value(&entity)?, json);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextEntity {
    /// Its type (`PER`, `LOC`, …).
    pub kind: EntityType,
    /// Its text, as it stands there.
    pub text: String,
    /// Its bytes in the text.
    pub bytes: Range<usize>,
    /// Its characters in the text: Unicode scalar values, as Python counts.
    pub characters: Range<usize>,
    /// The probability that exactly these words are an entity of this type.
    pub probability: f32,
}
