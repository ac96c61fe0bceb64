//! seqeval's strict reading: only what a scheme allows is an entity.

use xner_corpus::Scheme;

use super::{Part, Tally};
use crate::intern::Interner;
use crate::symbol::{KindId, Mark, OUTSIDE, Symbol, SymbolId};

/// An entity: first token, token behind the last, type.
type Chunk = (usize, usize, KindId);

/// A reading under a scheme, with room for one sentence's entities.
#[derive(Debug, Clone)]
pub(crate) struct Strict {
    scheme: Scheme,
    gold: Vec<Chunk>,
    predicted: Vec<Chunk>,
}

impl Strict {
    pub(crate) fn new(scheme: Scheme) -> Self {
        Self { scheme, gold: Vec::new(), predicted: Vec::new() }
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What the tokens of a sentence are, as this reading has it.
    pub(crate) fn parts(&mut self, ids: &[SymbolId], symbols: &Interner, found: &mut Vec<Part>) {
        chunks(self.scheme, ids, symbols, &mut self.gold);
        found.clear();
        found.resize(ids.len(), None);
        for &(begin, end, kind) in &self.gold {
            found[begin..end].fill(Some((false, kind)));
            found[begin] = Some((true, kind));
        }
    }

    /// A whole sentence.
    pub(crate) fn sentence(
        &mut self,
        gold: &[SymbolId],
        predicted: &[SymbolId],
        symbols: &Interner,
        tally: &mut Tally,
    ) {
        chunks(self.scheme, gold, symbols, &mut self.gold);
        chunks(self.scheme, predicted, symbols, &mut self.predicted);
        self.gold.iter().for_each(|chunk| tally.gold(chunk.2));
        self.predicted.iter().for_each(|chunk| tally.found(chunk.2));
        let mut rest = &self.predicted[..];
        for chunk in &self.gold {
            while rest.first().is_some_and(|other| other.0 < chunk.0) {
                rest = &rest[1..];
            }
            if rest.first() == Some(chunk) {
                tally.correct(chunk.2);
            }
        }
    }
}

/// The well-formed entities of a sentence, in order.
fn chunks(scheme: Scheme, ids: &[SymbolId], symbols: &Interner, found: &mut Vec<Chunk>) {
    found.clear();
    let outside = symbols.symbol(OUTSIDE);
    let mut previous = outside;
    let mut at = 0;
    while at < ids.len() {
        let first = symbols.symbol(ids[at]);
        if !starts(scheme, previous, first) {
            previous = first;
            at += 1;
            continue;
        }
        let begin = at;
        let mut last = first;
        let mut next;
        loop {
            at += 1;
            next = ids.get(at).map_or(outside, |&id| symbols.symbol(id));
            if !continues(scheme, last, next) {
                break;
            }
            last = next;
        }
        if ends(scheme, last, next) {
            found.push((begin, at, first.kind));
        }
        previous = last;
    }
}

/// Whether an entity begins with `next` behind `last`, which is of no entity that `next` goes on with.
fn starts(scheme: Scheme, last: Symbol, next: Symbol) -> bool {
    use Mark::{Begin, Inside, Outside, Single};
    let same = last.kind == next.kind;
    match scheme {
        Scheme::Iob1 => match (last.mark, next.mark) {
            (Outside | Begin, Inside) => true,
            (Inside, Inside) => !same,
            (Inside | Begin, Begin) => same,
            _ => false,
        },
        Scheme::Iob2 => next.mark == Begin,
        Scheme::Iobes => matches!(next.mark, Begin | Single),
    }
}

/// Whether `next` goes on with the entity of `last`.
fn continues(scheme: Scheme, last: Symbol, next: Symbol) -> bool {
    use Mark::{Begin, End, Inside};
    let inner = next.mark == Inside || (scheme == Scheme::Iobes && next.mark == End);
    inner && matches!(last.mark, Begin | Inside) && last.kind == next.kind
}

/// Whether an entity may end between its `last` tag and `next`, which does not go on with it.
fn ends(scheme: Scheme, last: Symbol, next: Symbol) -> bool {
    match scheme {
        // The one gap in IOB1: `B-` before `B-` of another type is a `B-` that nothing called for.
        Scheme::Iob1 => !(last.mark == Mark::Begin && next.mark == Mark::Begin && last.kind != next.kind),
        Scheme::Iob2 => true,
        Scheme::Iobes => matches!(last.mark, Mark::End | Mark::Single),
    }
}
