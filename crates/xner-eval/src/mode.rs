//! How tags are read as entities.

use std::fmt;

use xner_corpus::Scheme;

/// Whose reading of tags to follow. The three agree on well-formed IOB2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Exactly the script of the CoNLL shared tasks (conlleval, version of 2004-01-26).
    ///
    /// It refuses no tag: the prefix is what stands before the first `-`, the type what stands behind it.
    /// It knows the prefixes `B`, `I`, `E`, `O`, `.`, `[` and `]`; any other begins an entity only where
    /// the type changes. `S` is such another, and a `B` straight behind an `E` of its own type goes on
    /// with the entity: for IOBES use [`Mode::Seqeval`], or write the tags as IOB2 first.
    #[default]
    Conll,
    /// Exactly seqeval's default mode: conlleval's rules with IOBES understood.
    ///
    /// `B` and `S` begin an entity, `E` and `S` end one, and so does a change of type. On tags of the
    /// prefixes `B`, `I`, `E`, `S` and `O` this is how [`xner_corpus::entities`] reads them.
    Seqeval,
    /// Exactly seqeval's `mode='strict'` under a scheme: what is not well-formed is no entity, and a
    /// prefix that the scheme lacks is an error.
    Strict(Scheme),
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conll => f.write_str("conll"),
            Self::Seqeval => f.write_str("seqeval"),
            Self::Strict(scheme) => write!(f, "strict {scheme}"),
        }
    }
}
