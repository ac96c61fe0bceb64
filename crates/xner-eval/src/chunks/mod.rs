//! The readings of tags: each counts entities from two parallel streams of symbols.

mod conll;
mod seqeval;
mod strict;

pub(crate) use conll::Conll;
pub(crate) use seqeval::Seqeval;
pub(crate) use strict::Strict;

use crate::Counts;
use crate::intern::KindId;

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
