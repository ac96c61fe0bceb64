//! conlleval's reading: an entity begins and ends between two tags, and is counted correct when it began
//! together, ended together and never parted in type.

use super::{Part, Tally};
use crate::symbol::{Mark, Symbol};

/// Whether an entity of `last` ends before `next`.
fn ends(last: Symbol, next: Symbol) -> bool {
    use Mark::{Begin, Close, Dot, End, Inside, Open, Outside};
    match (last.mark, next.mark) {
        (Open | Close, _) | (Begin | Inside, Begin | Outside) | (End, End | Inside | Outside) => true,
        (Outside | Dot, _) => false,
        _ => last.kind != next.kind,
    }
}

/// Whether an entity begins with `next` behind `last`.
fn starts(last: Symbol, next: Symbol) -> bool {
    use Mark::{Begin, Close, Dot, End, Inside, Open, Outside};
    match (last.mark, next.mark) {
        (_, Open | Close) | (Begin | Inside | Outside, Begin) | (Outside | End, Inside | End) => true,
        (_, Outside | Dot) => false,
        _ => last.kind != next.kind,
    }
}

/// Where the reading stands: the tags before, and whether an entity is right so far.
#[derive(Debug, Clone)]
pub(crate) struct Conll {
    gold: Symbol,
    predicted: Symbol,
    right_so_far: bool,
}

impl Conll {
    /// A reading that begins behind `outside`.
    pub(crate) fn new(outside: Symbol) -> Self {
        Self { gold: outside, predicted: outside, right_so_far: false }
    }

    /// What the tokens of a sentence are, as this reading has it.
    pub(crate) fn parts(symbols: impl Iterator<Item = Symbol>, outside: Symbol, found: &mut Vec<Part>) {
        super::parts(symbols, outside, starts, ends, found);
    }

    /// One token's tags, or `O` and `O` for the end of a sentence.
    #[inline]
    pub(crate) fn step(&mut self, gold: Symbol, predicted: Symbol, tally: &mut Tally) {
        if self.right_so_far {
            let ends_gold = ends(self.gold, gold);
            let ends_predicted = ends(self.predicted, predicted);
            if ends_gold && ends_predicted && self.gold.kind == self.predicted.kind {
                tally.correct(self.gold.kind);
                self.right_so_far = false;
            } else if ends_gold != ends_predicted || gold.kind != predicted.kind {
                self.right_so_far = false;
            }
        }
        let starts_gold = starts(self.gold, gold);
        let starts_predicted = starts(self.predicted, predicted);
        if starts_gold {
            tally.gold(gold.kind);
        }
        if starts_predicted {
            tally.found(predicted.kind);
        }
        if starts_gold && starts_predicted && gold.kind == predicted.kind {
            self.right_so_far = true;
        }
        self.gold = gold;
        self.predicted = predicted;
    }

    /// The end of the corpus. An entity can still be open behind the last sentence's end: one without a
    /// type whose prefix is none that `O` ends.
    pub(crate) fn finish(&mut self, tally: &mut Tally) {
        if self.right_so_far {
            tally.correct(self.gold.kind);
            self.right_so_far = false;
        }
    }
}
