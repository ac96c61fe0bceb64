//! Entities: typed spans of tokens, and how they are read from tags.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Prefix, Tag};

/// The name of an entity type (`PER`, `LOC`, …); cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct EntityType(Arc<str>);

impl EntityType {
    /// The type of this name.
    pub fn new(name: &str) -> Self {
        Self(Arc::from(name))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for EntityType {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for EntityType {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// An entity: its type and the tokens it covers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entity {
    /// The tokens, `start..end` of the sentence.
    pub tokens: Range<usize>,
    /// The type.
    pub kind: EntityType,
}

impl Entity {
    /// An entity of type `kind` over `tokens`.
    pub fn new(tokens: Range<usize>, kind: impl Into<EntityType>) -> Self {
        Self { tokens, kind: kind.into() }
    }
}

/// The entities of a tag sequence in order, malformed tags read as conlleval reads them.
///
/// An entity begins at `B-` or `S-`, and at any other tag that does not continue the one before it:
/// after `O`, after another type, after `E-` or `S-`. It ends before the next beginning or `O`. So one
/// rule serves IOB1, IOB2 and IOBES, and no sequence is refused.
///
/// `E-` closes its entity: an `I-` or `E-` behind it opens a new one.
pub fn entities<'a>(tags: impl IntoIterator<Item = &'a Tag>) -> Vec<Entity> {
    let mut found: Vec<Entity> = Vec::new();
    let mut open = false;
    for (at, tag) in tags.into_iter().enumerate() {
        let Tag::Part(prefix, kind) = tag else {
            open = false;
            continue;
        };
        let begins = matches!(prefix, Prefix::Begin | Prefix::Single);
        match found.last_mut() {
            Some(last) if open && !begins && last.kind == *kind => last.tokens.end = at + 1,
            _ => found.push(Entity { tokens: at..at + 1, kind: kind.clone() }),
        }
        open = matches!(prefix, Prefix::Begin | Prefix::Inside);
    }
    found
}
