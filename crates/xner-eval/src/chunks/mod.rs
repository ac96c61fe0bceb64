//! The readings of tags: each counts entities from two parallel streams of symbols.

mod conll;
mod seqeval;
mod strict;

pub(crate) use conll::Conll;
pub(crate) use seqeval::Seqeval;
pub(crate) use strict::Strict;

use crate::Counts;
use crate::symbol::{KindId, Symbol};

/// What a token is to the entities of its sentence: nothing, or part of one of this type, which begins there or does
/// not.
pub(crate) type Part = Option<(bool, KindId)>;

/// The parts of a sentence's tokens by a reading that knows from two tags whether an entity ends and begins between
/// them; a sentence begins behind `outside`.
fn parts(
    symbols: impl Iterator<Item = Symbol>,
    outside: Symbol,
    starts: impl Fn(Symbol, Symbol) -> bool,
    ends: impl Fn(Symbol, Symbol) -> bool,
    found: &mut Vec<Part>,
) {
    let (mut last, mut open) = (outside, None);
    found.clear();
    found.extend(symbols.map(|next| {
        let begins = starts(last, next);
        if begins {
            open = Some(next.kind);
        } else if ends(last, next) {
            open = None;
        }
        last = next;
        open.map(|kind| (begins, kind))
    }));
}

/// Counts in all, and by type.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) all: Counts,
    kinds: Vec<Counts>,
}

impl Tally {
    fn of(&mut self, kind: KindId) -> &mut Counts {
        let at = kind as usize;
        if at >= self.kinds.len() {
            self.kinds.resize(at + 1, Counts::default());
        }
        &mut self.kinds[at]
    }

    fn gold(&mut self, kind: KindId) {
        self.all.gold += 1;
        self.of(kind).gold += 1;
    }

    fn found(&mut self, kind: KindId) {
        self.all.found += 1;
        self.of(kind).found += 1;
    }

    fn correct(&mut self, kind: KindId) {
        self.all.correct += 1;
        self.of(kind).correct += 1;
    }

    /// The counts of the types by number.
    pub(crate) fn kinds(&self) -> &[Counts] {
        &self.kinds
    }
}
