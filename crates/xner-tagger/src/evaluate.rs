//! Scoring a tagger.

use xner_corpus::{Labelled, Sentence};
use xner_eval::Scores;
use xner_train::{Result, score};

use crate::Tagger;

/// Tags labelled sentences and scores the answer as conlleval does.
///
/// # Errors
/// Faults of the tagger; [`Data`](xner_train::Error::Data) when a gold sentence's entities overlap or reach
/// past its end.
pub fn evaluate(tagger: &dyn Tagger, gold: &[Labelled]) -> Result<Scores> {
    let sentences: Vec<Sentence> = gold.iter().map(|labelled| labelled.sentence.clone()).collect();
    let predicted = tagger.best(&sentences)?;
    score(gold, &predicted)
}
