//! Scores by the length of the sentence.

mod table;

pub use table::{LengthBin, LengthTable};

use crate::chunks::Part;
use crate::{Counts, Error, Label, Mode, Result, Scorer};

/// How sentence lengths are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// How many lengths a bin holds: with 10 the first is of 1 to 10 words, the second of 11 to 20.
    pub width: usize,
    /// How many bins there are at most; the last holds all longer sentences too.
    pub bins: usize,
}

/// Ten bins of ten: 1 to 10 words, …, 81 to 90, 91 and more.
impl Default for Lengths {
    fn default() -> Self {
        Self { width: 10, bins: 10 }
    }
}

/// Counts correctly tagged words and entities by the length of their sentence, one sentence at a time.
///
/// A word is correctly tagged when prediction and gold read alike there: both outside of entities, or both in one of
/// the same type, which begins there in both or in neither. The entities are those of the [`Mode`], so that the
/// scheme of the tags does not matter.
///
/// ```
/// use xner_eval::{ByLength, Lengths, Mode};
///
/// let mut by_length = ByLength::new(Mode::Conll, Lengths { width: 2, bins: 2 })?;
/// by_length.add(&["I-PER", "I-PER"], &["B-PER", "I-PER"])?;
/// by_length.add(&["O", "O", "I-LOC", "O"], &["O", "O", "O", "O"])?;
/// let table = by_length.finish();
/// assert_eq!(table.bins[0].share, Some(1.0));
/// assert_eq!((table.bins[1].share, table.bins[1].entity_share), (Some(0.75), Some(0.0)));
/// assert_eq!((table.all.words, table.all.correct_words), (6, 5));
/// # Ok::<(), xner_eval::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ByLength {
    scorer: Scorer,
    lengths: Lengths,
    sums: Vec<Sums>,
    gold: Vec<Part>,
    predicted: Vec<Part>,
}

/// What a bin adds up.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sentences: u64,
    words: u64,
    correct_words: u64,
    entity_words: u64,
    correct_entity_words: u64,
    entities: Counts,
}

impl ByLength {
    /// A collector that has seen nothing.
    ///
    /// # Errors
    /// [`Error::NoLengths`].
    pub fn new(mode: Mode, lengths: Lengths) -> Result<Self> {
        let Lengths { width, bins } = lengths;
        if width == 0 || bins == 0 {
            return Err(Error::NoLengths { width, bins });
        }
        let scorer = Scorer::new(mode);
        Ok(Self { scorer, lengths, sums: Vec::new(), gold: Vec::new(), predicted: Vec::new() })
    }

    /// Adds a sentence. One without a word is in no bin.
    ///
    /// # Errors
    /// Those of [`Scorer::add`]; nothing of the sentence is then counted.
    pub fn add<G: Label, P: Label>(&mut self, gold: &[G], predicted: &[P]) -> Result<()> {
        let entities = self.scorer.add(gold, predicted)?;
        let Some(longest) = gold.len().checked_sub(1) else { return Ok(()) };
        self.scorer.parts(&mut self.gold, &mut self.predicted);
        let bin = (longest / self.lengths.width).min(self.lengths.bins - 1);
        if bin >= self.sums.len() {
            self.sums.resize(bin + 1, Sums::default());
        }
        let sums = &mut self.sums[bin];
        sums.sentences += 1;
        sums.words += gold.len() as u64;
        sums.entities += entities;
        for (gold, predicted) in self.gold.iter().zip(&self.predicted) {
            let (correct, entity) = (u64::from(gold == predicted), u64::from(gold.is_some()));
            sums.correct_words += correct;
            sums.entity_words += entity;
            sums.correct_entity_words += correct * entity;
        }
        Ok(())
    }

    /// The table: the bins up to the last that has a sentence.
    pub fn finish(self) -> LengthTable {
        let Lengths { width, bins } = self.lengths;
        let bin = |(at, sums): (usize, &Sums)| {
            let last = at + 1 == bins;
            LengthBin::of(at * width + 1, (!last).then_some((at + 1) * width), sums)
        };
        let mut all = Sums::default();
        for sums in &self.sums {
            all.add(sums);
        }
        LengthTable {
            bins: self.sums.iter().enumerate().map(bin).collect(),
            all: LengthBin::of(1, None, &all),
        }
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.sentences += other.sentences;
        self.words += other.words;
        self.correct_words += other.correct_words;
        self.entity_words += other.entity_words;
        self.correct_entity_words += other.correct_entity_words;
        self.entities += other.entities;
    }
}
