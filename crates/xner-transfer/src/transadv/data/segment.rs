//! A sentence as its entities and the contexts between them.

use std::ops::Range;

use xner_corpus::{Entity, EntityType, Labelled};

/// A stretch of a sentence: an entity, or the words between two entities, before the first or behind the last.
///
/// The segments of a sentence and of its translation belong together one by one, however many words each has: no
/// translation reaches over an entity's border, and none is empty.
///
/// ```
/// use xner_corpus::{Entity, Labelled, Sentence};
/// use xner_transfer::transadv::data::{joined, segments};
///
/// let sentence = Sentence::from_tokens(["Rain", "in", "New", "York"]);
/// let labelled = Labelled { sentence, entities: vec![Entity::new(2..4, "LOC")] };
/// let parts = segments(&labelled).unwrap();
/// assert_eq!(parts[0].tokens, ["Rain", "in"]);
/// assert_eq!(parts[1].entity, Some("LOC".into()));
/// assert_eq!(joined(&parts), labelled);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The entity's type; `None` for context.
    pub entity: Option<EntityType>,
    /// Its words, one or more.
    pub tokens: Vec<String>,
}

/// The segments of a sentence in their order; context without words is left out, so that two entities may follow
/// each other.
///
/// `None` where an entity is empty, reaches past the sentence's end, or does not lie behind the one before it.
pub fn segments(labelled: &Labelled) -> Option<Vec<Segment>> {
    let sentence = &labelled.sentence;
    let mut found = Vec::with_capacity(2 * labelled.entities.len() + 1);
    let mut add = |entity: Option<&EntityType>, tokens: Range<usize>| {
        if !tokens.is_empty() {
            let tokens = tokens.map(|at| sentence.token(at).to_owned()).collect();
            found.push(Segment { entity: entity.cloned(), tokens });
        }
    };
    let mut end = 0;
    for Entity { tokens, kind } in &labelled.entities {
        if tokens.start < end || tokens.is_empty() || tokens.end > sentence.len() {
            return None;
        }
        add(None, end..tokens.start);
        add(Some(kind), tokens.clone());
        end = tokens.end;
    }
    add(None, end..sentence.len());
    Some(found)
}

/// The sentence of these segments, its words with single blanks between: what [`segments`] took apart, where
/// the text was of that form.
pub fn joined<'a>(segments: impl IntoIterator<Item = &'a Segment>) -> Labelled {
    let mut labelled = Labelled::default();
    for Segment { entity, tokens } in segments {
        let start = labelled.sentence.len();
        for token in tokens {
            labelled.sentence.push(token);
        }
        if let Some(kind) = entity {
            labelled.entities.push(Entity { tokens: start..labelled.sentence.len(), kind: kind.clone() });
        }
    }
    labelled
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use xner_corpus::Sentence;

    use super::*;

    fn labelled(entities: Vec<Entity>) -> Labelled {
        Labelled { sentence: Sentence::from_tokens(["a", "b", "c"]), entities }
    }

    #[test]
    fn entities_that_are_none_are_refused() {
        for wrong in [vec![(1, 1)], vec![(2, 4)], vec![(0, 2), (1, 3)], vec![(2, 3), (0, 1)]] {
            let entities = wrong.iter().map(|&(start, end)| Entity::new(start..end, "X")).collect();
            assert_eq!(segments(&labelled(entities)), None, "{wrong:?}");
        }
    }

    #[test]
    fn neighbours_of_one_type_stay_two() {
        let two = labelled(vec![Entity::new(0..1, "X"), Entity::new(1..3, "X")]);
        let parts = segments(&two).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!(joined(&parts), two);
        assert_eq!(segments(&Labelled::default()), Some(Vec::new()));
    }
}
