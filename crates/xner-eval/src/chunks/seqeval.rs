//! seqeval's default reading. Positions run on through the whole corpus: a stray tag that ends an entity
//! which never began takes the last beginning for its own, be it sentences away.

use super::{Part, Tally};
use crate::symbol::{KindId, Mark, Symbol};

/// Whether an entity of `last` ends before `next`.
fn ends(last: Mark, next: Mark, same: bool) -> bool {
    use Mark::{Begin, Dot, End, Inside, Outside, Single};
    match (last, next) {
        (End | Single, _) | (Begin | Inside, Begin | Single | Outside) => true,
        (Outside | Dot, _) => false,
        _ => !same,
    }
}

/// Whether an entity begins with `next` behind `last`.
fn starts(last: Mark, next: Mark, same: bool) -> bool {
    use Mark::{Begin, Dot, End, Inside, Outside, Single};
    match (last, next) {
        (_, Begin | Single) | (Outside | End | Single, Inside | End) => true,
        (_, Outside | Dot) => false,
        _ => !same,
    }
}

/// One stream's state.
#[derive(Debug, Clone)]
struct Side {
    mark: Mark,
    kind: KindId,
    begin: u64,
}

impl Side {
    /// Takes the next tag; the type and the beginning of the entity that it ends.
    #[inline]
    fn step(&mut self, next: Symbol, at: u64) -> Option<(KindId, u64)> {
        let same = self.kind == next.kind;
        let ended = ends(self.mark, next.mark, same).then_some((self.kind, self.begin));
        if starts(self.mark, next.mark, same) {
            self.begin = at;
        }
        self.mark = next.mark;
        self.kind = next.kind;
        ended
    }
}

/// Where the reading stands.
#[derive(Debug, Clone)]
pub(crate) struct Seqeval {
    gold: Side,
    predicted: Side,
    at: u64,
}

impl Seqeval {
    /// A reading that begins behind an `O` whose type is `none`, the empty name: unlike the `_` of other
    /// tags without a type.
    pub(crate) fn new(none: KindId) -> Self {
        let side = Side { mark: Mark::Outside, kind: none, begin: 0 };
        Self { gold: side.clone(), predicted: side, at: 0 }
    }

    /// What the tokens of a sentence are, as this reading has it.
    pub(crate) fn parts(symbols: impl Iterator<Item = Symbol>, outside: Symbol, found: &mut Vec<Part>) {
        let starts = |last: Symbol, next: Symbol| starts(last.mark, next.mark, last.kind == next.kind);
        let ends = |last: Symbol, next: Symbol| ends(last.mark, next.mark, last.kind == next.kind);
        super::parts(symbols, outside, starts, ends, found);
    }

    /// One token's tags, or `O` and `O` for the end of a sentence.
    #[inline]
    pub(crate) fn step(&mut self, gold: Symbol, predicted: Symbol, tally: &mut Tally) {
        let gold = self.gold.step(gold, self.at);
        let predicted = self.predicted.step(predicted, self.at);
        if let Some((kind, _)) = gold {
            tally.gold(kind);
            if gold == predicted {
                tally.correct(kind);
            }
        }
        if let Some((kind, _)) = predicted {
            tally.found(kind);
        }
        self.at += 1;
    }
}
