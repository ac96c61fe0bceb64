//! The scorer: sentences in, scores out, nothing kept but counts.

use std::collections::BTreeMap;

use xner_corpus::{Entity, Scheme};

use crate::chunks::{Conll, Part, Seqeval, Strict, Tally};
use crate::intern::{Interner, Refused};
use crate::symbol::{OUTSIDE, SymbolId};
use crate::{Counts, Error, Label, Mode, Result, Score, Scores};

/// Scores predicted tags against gold tags, one sentence at a time, in memory that does not grow with the
/// corpus.
///
/// ```
/// use xner_eval::{Mode, Scorer};
///
/// let mut scorer = Scorer::new(Mode::Conll);
/// scorer.add(&["I-PER", "I-PER", "O", "I-LOC"], &["I-PER", "I-PER", "O", "O"])?;
/// scorer.add(&["O", "I-LOC"], &["O", "I-LOC"])?;
/// let scores = scorer.finish();
/// assert_eq!(scores.overall.precision, 1.0);
/// assert_eq!(scores.types["LOC"].recall, 0.5);
/// # Ok::<(), xner_eval::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scorer {
    symbols: Interner,
    reading: Reading,
    tally: Tally,
    sentences: u64,
    tokens: u64,
    correct_tokens: u64,
    gold: Vec<SymbolId>,
    predicted: Vec<SymbolId>,
}

#[derive(Debug, Clone)]
enum Reading {
    Conll(Conll),
    Seqeval(Seqeval),
    Strict(Strict),
}

impl Scorer {
    /// A scorer that has seen nothing.
    pub fn new(mode: Mode) -> Self {
        let mut symbols = Interner::new(mode);
        let reading = match mode {
            Mode::Conll => Reading::Conll(Conll::new(symbols.symbol(OUTSIDE))),
            Mode::Seqeval => Reading::Seqeval(Seqeval::new(symbols.kind(""))),
            Mode::Strict(scheme) => Reading::Strict(Strict::new(scheme)),
        };
        Self {
            symbols,
            reading,
            tally: Tally::default(),
            sentences: 0,
            tokens: 0,
            correct_tokens: 0,
            gold: Vec::new(),
            predicted: Vec::new(),
        }
    }

    /// Adds a sentence, and returns its own counts: what a significance test works on.
    ///
    /// A conlleval file has an empty line behind every sentence, and this counts as if it were there.
    /// The counts of all sentences add up to those of the corpus, but for tags that no scheme has (an
    /// entity of a prefix that nothing closes is counted with a later sentence or by [`Scorer::finish`]).
    ///
    /// # Errors
    /// [`Error::LengthDiffers`], [`Error::EmptyTag`] and, in a strict mode, [`Error::TagOutsideScheme`].
    /// The sentence is then left out whole, and the scorer can go on.
    pub fn add<G: Label, P: Label>(&mut self, gold: &[G], predicted: &[P]) -> Result<Counts> {
        let sentence = self.sentences + 1;
        if gold.len() != predicted.len() {
            let (gold, predicted) = (gold.len(), predicted.len());
            return Err(Error::LengthDiffers { sentence, gold, predicted });
        }
        number(&mut self.symbols, gold, sentence, &mut self.gold)?;
        number(&mut self.symbols, predicted, sentence, &mut self.predicted)?;
        self.sentences = sentence;
        self.tokens += gold.len() as u64;
        self.correct_tokens += self.gold.iter().zip(&self.predicted).filter(|(g, p)| g == p).count() as u64;
        let before = self.tally.all;
        self.count();
        let after = self.tally.all;
        Ok(Counts {
            correct: after.correct - before.correct,
            found: after.found - before.found,
            gold: after.gold - before.gold,
        })
    }

    /// Adds a sentence of `tokens` tokens by its entities, as if they were written in IOB2 (in IOB1 or
    /// IOBES under a strict mode of that scheme), and returns its counts.
    ///
    /// # Errors
    /// [`Error::EntityMisplaced`] when entities are empty, overlap, are out of order or reach past `tokens`.
    pub fn add_entities(&mut self, gold: &[Entity], predicted: &[Entity], tokens: usize) -> Result<Counts> {
        let scheme = match &self.reading {
            Reading::Strict(strict) => strict.scheme(),
            Reading::Conll(_) | Reading::Seqeval(_) => Scheme::Iob2,
        };
        let sentence = self.sentences + 1;
        check_entities(gold, tokens, sentence)?;
        check_entities(predicted, tokens, sentence)?;
        self.add(&scheme.tags(gold, tokens), &scheme.tags(predicted, tokens))
    }

    /// Runs the reading over the numbered sentence.
    fn count(&mut self) {
        let Self { symbols, reading, tally, gold, predicted, .. } = self;
        let outside = symbols.symbol(OUTSIDE);
        let pairs = gold.iter().zip(&*predicted);
        match reading {
            Reading::Conll(conll) => {
                for (&g, &p) in pairs {
                    conll.step(symbols.symbol(g), symbols.symbol(p), tally);
                }
                conll.step(outside, outside, tally);
            }
            Reading::Seqeval(seqeval) => {
                for (&g, &p) in pairs {
                    seqeval.step(symbols.symbol(g), symbols.symbol(p), tally);
                }
                seqeval.step(outside, outside, tally);
            }
            Reading::Strict(strict) => strict.sentence(gold, predicted, symbols, tally),
        }
    }

    /// What the tokens of the sentence added last are to its entities, in gold and in the prediction.
    pub(crate) fn parts(&mut self, gold: &mut Vec<Part>, predicted: &mut Vec<Part>) {
        let outside = self.symbols.symbol(OUTSIDE);
        for (ids, found) in [(&self.gold, gold), (&self.predicted, predicted)] {
            let symbols = ids.iter().map(|&id| self.symbols.symbol(id));
            match &mut self.reading {
                Reading::Conll(_) => Conll::parts(symbols, outside, found),
                Reading::Seqeval(_) => Seqeval::parts(symbols, outside, found),
                Reading::Strict(strict) => strict.parts(ids, &self.symbols, found),
            }
        }
    }

    /// The scores of all that was added.
    pub fn finish(mut self) -> Scores {
        if let Reading::Conll(conll) = &mut self.reading {
            conll.finish(&mut self.tally);
        }
        let types: BTreeMap<String, Score> = self
            .symbols
            .kind_names()
            .iter()
            .zip(self.tally.kinds())
            .filter(|(_, counts)| counts.found + counts.gold > 0)
            .map(|(name, &counts)| (name.to_string(), Score::from(counts)))
            .collect();
        Scores {
            overall: self.tally.all.into(),
            types,
            accuracy: crate::counts::ratio(self.correct_tokens, self.tokens),
            sentences: self.sentences,
            tokens: self.tokens,
            correct_tokens: self.correct_tokens,
        }
    }
}

/// Numbers the tags of a sentence into `ids`.
fn number<L: Label>(
    symbols: &mut Interner,
    labels: &[L],
    sentence: u64,
    ids: &mut Vec<SymbolId>,
) -> Result<()> {
    ids.clear();
    for (at, label) in labels.iter().enumerate() {
        let label = label.as_label();
        let id = symbols.id(label).map_err(|refused| match refused {
            Refused::Empty => Error::EmptyTag { sentence, token: at + 1 },
            Refused::OutsideScheme(scheme) => {
                Error::TagOutsideScheme { sentence, token: at + 1, tag: label.to_string(), scheme }
            }
        })?;
        ids.push(id);
    }
    Ok(())
}

/// Refuses entities that are empty, out of order, overlapping or beyond the sentence.
pub(crate) fn check_entities(entities: &[Entity], tokens: usize, sentence: u64) -> Result<()> {
    let mut free = 0;
    for (at, entity) in entities.iter().enumerate() {
        let (start, end) = (entity.tokens.start, entity.tokens.end);
        if start < free || end <= start || end > tokens {
            return Err(Error::EntityMisplaced { sentence, entity: at + 1, start, end });
        }
        free = end;
    }
    Ok(())
}

/// Scores whole corpora: `gold` and `predicted` hold the tags of their sentences in the same order.
///
/// ```
/// use xner_eval::{Mode, score};
/// use xner_corpus::Scheme;
///
/// let gold = [["B-LOC", "I-LOC", "O"]];
/// let predicted = [["I-LOC", "I-LOC", "O"]];
/// assert_eq!(score(Mode::Conll, &gold, &predicted)?.overall.f1, 1.0);
/// assert_eq!(score(Mode::Strict(Scheme::Iob2), &gold, &predicted)?.overall.f1, 0.0);
/// # Ok::<(), xner_eval::Error>(())
/// ```
///
/// # Errors
/// Those of [`Scorer::add`], and [`Error::SentencesDiffer`].
pub fn score<G, P, L, M>(mode: Mode, gold: &[G], predicted: &[P]) -> Result<Scores>
where
    G: AsRef<[L]>,
    P: AsRef<[M]>,
    L: Label,
    M: Label,
{
    if gold.len() != predicted.len() {
        let (gold, predicted) = (gold.len() as u64, predicted.len() as u64);
        return Err(Error::SentencesDiffer { gold, predicted });
    }
    let mut scorer = Scorer::new(mode);
    for (gold, predicted) in gold.iter().zip(predicted) {
        scorer.add(gold.as_ref(), predicted.as_ref())?;
    }
    Ok(scorer.finish())
}
