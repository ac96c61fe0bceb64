//! The numbered tags of a model.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{EntityType, Error, Labelled, Result, Scheme, Tag};

/// A tag's number in its [`TagSet`].
pub type TagId = u16;

/// The tags of a scheme over some entity types, numbered: 0 is `O`, then for each type its prefixes.
///
/// Four types give 9 tags in IOB1 and IOB2 and 17 in IOBES.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagSet {
    scheme: Scheme,
    types: Vec<EntityType>,
    tags: Vec<Tag>,
    ids: HashMap<Tag, TagId>,
}

impl TagSet {
    /// The tags of `scheme` over `types`, in this order; a type named twice counts once.
    pub fn new(scheme: Scheme, types: impl IntoIterator<Item = EntityType>) -> Self {
        let (mut kept, mut seen) = (Vec::new(), HashSet::new());
        let mut tags = vec![Tag::Outside];
        for kind in types {
            if seen.insert(kind.clone()) {
                tags.extend(scheme.prefixes().iter().map(|&p| Tag::Part(p, kind.clone())));
                kept.push(kind);
            }
        }
        // Tags beyond the last number have none: encoding them is an error.
        let ids = tags.iter().cloned().zip(0..=TagId::MAX).collect();
        Self { scheme, types: kept, tags, ids }
    }

    /// The tags of `scheme` over the types found in a corpus, sorted by name.
    pub fn of_corpus<'a>(scheme: Scheme, corpus: impl IntoIterator<Item = &'a Labelled>) -> Self {
        let entities = corpus.into_iter().flat_map(|labelled| &labelled.entities);
        let types: BTreeSet<&EntityType> = entities.map(|entity| &entity.kind).collect();
        Self::new(scheme, types.into_iter().cloned())
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The entity types in their order.
    pub fn types(&self) -> &[EntityType] {
        &self.types
    }

    /// The number of tags.
    #[allow(clippy::len_without_is_empty, reason = "there is always `O`")]
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// All tags by number.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The tag of a number.
    ///
    /// # Panics
    /// When `id` is not below [`TagSet::len`].
    pub fn tag(&self, id: TagId) -> &Tag {
        &self.tags[id as usize]
    }

    /// The number of a tag, if the set has it.
    pub fn id(&self, tag: &Tag) -> Option<TagId> {
        self.ids.get(tag).copied()
    }

    /// The numbered tags of a labelled sentence.
    ///
    /// # Errors
    /// [`Error::UnknownType`] for an entity whose type the set lacks.
    pub fn encode(&self, labelled: &Labelled) -> Result<Vec<TagId>> {
        let tags = self.scheme.tags(&labelled.entities, labelled.sentence.len());
        tags.iter().map(|tag| self.id(tag).ok_or_else(|| self.unknown(tag))).collect()
    }

    fn unknown(&self, tag: &Tag) -> Error {
        let known = self.types.iter().map(EntityType::as_str).collect::<Vec<_>>().join(", ");
        Error::UnknownType { name: tag.to_string(), known }
    }

    /// The tags of these numbers.
    ///
    /// # Panics
    /// When a number is not below [`TagSet::len`].
    pub fn decode(&self, ids: &[TagId]) -> Vec<Tag> {
        ids.iter().map(|&id| self.tag(id).clone()).collect()
    }
}
