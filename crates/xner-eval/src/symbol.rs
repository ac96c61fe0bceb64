//! A tag as a mode reads it, and the numbers that stand for tags and types.

/// The prefix of a tag, as the rules of the modes tell prefixes apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Outside,
    Begin,
    Inside,
    End,
    Single,
    Dot,
    Open,
    Close,
    Other,
}

/// The number of a type's name.
pub(crate) type KindId = u32;

/// The number of a tag. Tags that count as equal have the same number.
pub(crate) type SymbolId = u32;

/// The tag `O`.
pub(crate) const OUTSIDE: SymbolId = 0;

/// A parsed tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub(crate) mark: Mark,
    pub(crate) kind: KindId,
}
