//! One token's tag: `O`, or a prefix and an entity type.

use std::fmt;
use std::str::FromStr;

use xner_core::{ErrorKind, escaped};

use crate::EntityType;

/// Where in its entity a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Prefix {
    /// `B`: the first token (in IOB1 only after an entity of the same type).
    Begin,
    /// `I`: inside.
    Inside,
    /// `E`: the last of several tokens (IOBES).
    End,
    /// `S`: the only token (IOBES).
    Single,
}

impl Prefix {
    /// The letter that stands for the prefix in a tag.
    pub fn letter(self) -> char {
        match self {
            Self::Begin => 'B',
            Self::Inside => 'I',
            Self::End => 'E',
            Self::Single => 'S',
        }
    }
}

/// A tag as it stands in a column: `O`, `B-PER`, `I-LOC`, …
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Tag {
    /// `O`: in no entity.
    #[default]
    Outside,
    /// A part of an entity of some type.
    Part(Prefix, EntityType),
}

impl Tag {
    /// The type of the entity that this tag is a part of.
    pub fn entity_type(&self) -> Option<&EntityType> {
        match self {
            Self::Outside => None,
            Self::Part(_, kind) => Some(kind),
        }
    }

    /// The tag's place in its entity.
    pub fn prefix(&self) -> Option<Prefix> {
        match self {
            Self::Outside => None,
            Self::Part(prefix, _) => Some(*prefix),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => f.write_str("O"),
            Self::Part(prefix, kind) => write!(f, "{}-{kind}", prefix.letter()),
        }
    }
}

/// A string that is no tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{tag}` is no tag: expected `O`, or `B-`, `I-`, `E-` or `S-` and an entity type{hint}",
    tag = escaped(.0),
    hint = hint(.0)
)]
pub struct ParseTagError(pub String);

/// What may help with a text that is no tag.
fn hint(text: &str) -> &'static str {
    let is_type =
        text.chars().all(|c| c.is_alphanumeric() || c == '_') && text.chars().any(char::is_alphabetic);
    if is_type { " (types alone are read where tags are said to be spelt `bare`)" } else { "" }
}

impl ParseTagError {
    /// What a caller does with it.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::BadInput
    }
}

impl FromStr for Tag {
    type Err = ParseTagError;

    fn from_str(text: &str) -> Result<Self, ParseTagError> {
        if text == "O" {
            return Ok(Self::Outside);
        }
        let known = [Prefix::Begin, Prefix::Inside, Prefix::End, Prefix::Single];
        let prefix = known.into_iter().find(|prefix| text.starts_with(prefix.letter()));
        match (prefix, text.get(1..).and_then(|rest| rest.strip_prefix('-'))) {
            (Some(prefix), Some(kind)) if !kind.is_empty() => Ok(Self::Part(prefix, EntityType::new(kind))),
            _ => Err(ParseTagError(text.to_owned())),
        }
    }
}
