//! Which types are taken for which, and where boundaries go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use xner_corpus::{Entity, EntityType};

use crate::Result;
use crate::scorer::check_entities;

/// Counts two things: gold types against predicted types, for entities over the same tokens, and entities whose tokens
/// the other side does not have.
///
/// Every gold entity is counted once, as one of [`Confusion::types`], as overlapping or as missed. Every predicted
/// entity is counted once, as one of `types`, as overlapping or as spurious.
///
/// ```
/// use xner_corpus::Entity;
/// use xner_eval::Confusion;
///
/// let mut confusion = Confusion::default();
/// confusion.add(&[Entity::new(0..2, "PER"), Entity::new(3..4, "LOC")], &[Entity::new(0..2, "ORG")])?;
/// assert_eq!(confusion.count("PER", "ORG"), 1);
/// assert_eq!(confusion.boundaries()["LOC"].missed, 1);
/// # Ok::<(), xner_eval::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Confusion {
    /// Gold type, predicted type, count.
    types: BTreeMap<EntityType, BTreeMap<EntityType, u64>>,
    boundaries: BTreeMap<EntityType, Boundaries>,
    #[serde(skip)]
    sentences: u64,
}

/// Entities of a type whose tokens are not exactly those of an entity of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Boundaries {
    /// Gold entities that share tokens with a predicted one.
    pub gold_overlapping: u64,
    /// Gold entities that share no token with any predicted one.
    pub missed: u64,
    /// Predicted entities that share tokens with a gold one.
    pub predicted_overlapping: u64,
    /// Predicted entities that share no token with any gold one.
    pub spurious: u64,
}

/// What the other side has in the place of an entity.
enum Met<'a> {
    Equal(&'a Entity),
    Overlapping,
    Nothing,
}

impl Confusion {
    /// Adds a sentence's entities, each side in order and without overlaps, as
    /// [`entities`](xner_corpus::entities) gives them.
    ///
    /// # Errors
    /// [`crate::Error::EntityMisplaced`]. Then nothing of the sentence is counted.
    pub fn add(&mut self, gold: &[Entity], predicted: &[Entity]) -> Result<()> {
        let sentence = self.sentences + 1;
        check_entities(gold, usize::MAX, sentence)?;
        check_entities(predicted, usize::MAX, sentence)?;
        self.sentences = sentence;
        for (entity, met) in meetings(gold, predicted) {
            match met {
                Met::Equal(other) => {
                    let row = self.types.entry(entity.kind.clone()).or_default();
                    *row.entry(other.kind.clone()).or_default() += 1;
                }
                Met::Overlapping => self.boundary(entity).gold_overlapping += 1,
                Met::Nothing => self.boundary(entity).missed += 1,
            }
        }
        for (entity, met) in meetings(predicted, gold) {
            match met {
                Met::Equal(_) => {}
                Met::Overlapping => self.boundary(entity).predicted_overlapping += 1,
                Met::Nothing => self.boundary(entity).spurious += 1,
            }
        }
        Ok(())
    }

    fn boundary(&mut self, entity: &Entity) -> &mut Boundaries {
        self.boundaries.entry(entity.kind.clone()).or_default()
    }

    /// How many gold entities of a type were predicted over the same tokens as another (or the same) type.
    pub fn count(&self, gold: &str, predicted: &str) -> u64 {
        self.types.get(gold).and_then(|row| row.get(predicted)).copied().unwrap_or(0)
    }

    /// Count by gold type and predicted type. A pair that is not there has the count 0.
    pub fn types(&self) -> &BTreeMap<EntityType, BTreeMap<EntityType, u64>> {
        &self.types
    }

    /// The boundary errors by type. A type that is not there has none.
    pub fn boundaries(&self) -> &BTreeMap<EntityType, Boundaries> {
        &self.boundaries
    }

    /// Every type that occurs, sorted by name.
    pub fn names(&self) -> Vec<&EntityType> {
        let names: BTreeSet<&EntityType> = self
            .types
            .iter()
            .flat_map(|(gold, row)| std::iter::once(gold).chain(row.keys()))
            .chain(self.boundaries.keys())
            .collect();
        names.into_iter().collect()
    }
}

/// What each of `these` meets among `those`. Both are in order and without overlaps.
fn meetings<'a>(these: &'a [Entity], those: &'a [Entity]) -> impl Iterator<Item = (&'a Entity, Met<'a>)> {
    let mut rest = those;
    these.iter().map(move |this| {
        while let [first, behind @ ..] = rest
            && first.tokens.end <= this.tokens.start
        {
            rest = behind;
        }
        let met = match rest.first() {
            Some(other) if other.tokens == this.tokens => Met::Equal(other),
            Some(other) if other.tokens.start < this.tokens.end => Met::Overlapping,
            _ => Met::Nothing,
        };
        (this, met)
    })
}

/// A table with gold types in rows and predicted types in columns. Behind them stand the gold entities that are
/// overlapped and missed, and below them the predicted entities that are overlapping and spurious.
impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names();
        let first = names.iter().map(|name| name.as_str().chars().count()).max().unwrap_or(0).max(11);
        let width = first.max(11);
        write!(f, "{:first$}", "gold \\ pred")?;
        names.iter().try_for_each(|name| write!(f, "  {:>width$}", name.as_str()))?;
        writeln!(f, "  {:>width$}  {:>width$}", "overlapping", "missed")?;
        let boundary = |name: &EntityType| self.boundaries.get(name).copied().unwrap_or_default();
        for gold in &names {
            write!(f, "{:first$}", gold.as_str())?;
            for predicted in &names {
                write!(f, "  {:width$}", self.count(gold.as_str(), predicted.as_str()))?;
            }
            let Boundaries { gold_overlapping, missed, .. } = boundary(gold);
            writeln!(f, "  {gold_overlapping:width$}  {missed:width$}")?;
        }
        write!(f, "{:first$}", "overlapping")?;
        names.iter().try_for_each(|name| write!(f, "  {:width$}", boundary(name).predicted_overlapping))?;
        write!(f, "\n{:first$}", "spurious")?;
        names.iter().try_for_each(|name| write!(f, "  {:width$}", boundary(name).spurious))?;
        writeln!(f)
    }
}
