//! Tags by their strings. Each is parsed and allocated once.

use std::collections::{HashMap, HashSet};

use crate::{EntityType, ParseTagError, Spelling, Tag};

/// The tags seen so far. Tags of one type share its name.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    tags: HashMap<Box<str>, Tag>,
    types: HashSet<EntityType>,
}

impl Interner {
    /// The tag that `text` stands for. All texts of an interner are spelt alike.
    pub(crate) fn tag_as(&mut self, text: &str, spelling: Spelling) -> Result<Tag, ParseTagError> {
        if text == "O" {
            return Ok(Tag::Outside);
        }
        if let Some(tag) = self.tags.get(text) {
            return Ok(tag.clone());
        }
        let tag = match spelling.parse(text)? {
            Tag::Part(prefix, kind) => Tag::Part(prefix, self.kind(kind.as_str())),
            Tag::Outside => Tag::Outside,
        };
        self.tags.insert(text.into(), tag.clone());
        Ok(tag)
    }

    /// The entity type of this name.
    pub(crate) fn kind(&mut self, name: &str) -> EntityType {
        if let Some(kind) = self.types.get(name) {
            return kind.clone();
        }
        let kind = EntityType::new(name);
        self.types.insert(kind.clone());
        kind
    }
}
