//! Tagging schemes, and what may follow what in each.

use serde::{Deserialize, Serialize};

use crate::{Entity, Prefix, Tag};

/// How entities are written as tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// `I-` inside an entity, `B-` only where an entity follows one of the same type directly.
    Iob1,
    /// `B-` on the first token, `I-` on the others.
    Iob2,
    /// `B-`, `I-`, `E-` on the first, inner and last token, `S-` on an only one.
    Iobes,
}

impl Scheme {
    /// The tags of a sentence of `len` tokens with these entities.
    ///
    /// Lossless: `entities(&scheme.tags(found, len))` gives `found` again, for entities that are in
    /// order, do not overlap and are not empty. What lies beyond `len` is left out.
    pub fn tags(self, found: &[Entity], len: usize) -> Vec<Tag> {
        let mut tags = vec![Tag::Outside; len];
        let mut previous: Option<&Entity> = None;
        for entity in found {
            let (start, end) = (entity.tokens.start, entity.tokens.end.min(len));
            let touches = previous.is_some_and(|p| p.tokens.end == start && p.kind == entity.kind);
            for (at, tag) in tags.iter_mut().enumerate().take(end).skip(start) {
                let prefix = match self {
                    Self::Iob1 if at == start && touches => Prefix::Begin,
                    Self::Iobes if end - start == 1 => Prefix::Single,
                    Self::Iob2 | Self::Iobes if at == start => Prefix::Begin,
                    Self::Iobes if at + 1 == end => Prefix::End,
                    Self::Iob1 | Self::Iob2 | Self::Iobes => Prefix::Inside,
                };
                *tag = Tag::Part(prefix, entity.kind.clone());
            }
            previous = Some(entity);
        }
        tags
    }

    /// The prefixes that the scheme uses, in the order in which a [`crate::TagSet`] numbers them.
    pub fn prefixes(self) -> &'static [Prefix] {
        match self {
            Self::Iob1 | Self::Iob2 => &[Prefix::Begin, Prefix::Inside],
            Self::Iobes => &[Prefix::Begin, Prefix::Inside, Prefix::End, Prefix::Single],
        }
    }

    /// Whether a well-formed sentence may open with `tag`.
    pub fn may_start(self, tag: &Tag) -> bool {
        self.may_follow(&Tag::Outside, tag)
    }

    /// Whether a well-formed sentence may close with `tag`.
    pub fn may_end(self, tag: &Tag) -> bool {
        self.may_follow(tag, &Tag::Outside)
    }

    /// Whether `next` may stand directly behind `tag` in a well-formed sentence.
    pub fn may_follow(self, tag: &Tag, next: &Tag) -> bool {
        use Prefix::{Begin, End, Inside, Single};
        let same = tag.entity_type().is_some() && tag.entity_type() == next.entity_type();
        match self {
            Self::Iob1 => match next.prefix() {
                Some(Begin) => same,
                Some(End | Single) => false,
                Some(Inside) | None => true,
            },
            Self::Iob2 => match next.prefix() {
                Some(Inside) => same,
                Some(End | Single) => false,
                Some(Begin) | None => true,
            },
            Self::Iobes => {
                let unfinished = matches!(tag.prefix(), Some(Begin | Inside));
                let continues = matches!(next.prefix(), Some(Inside | End));
                if unfinished { continues && same } else { !continues }
            }
        }
    }
}

xner_core::named!(Scheme, "scheme", { Iob1 = "iob1", Iob2 = "iob2" | "bio", Iobes = "iobes" | "bioes" });
