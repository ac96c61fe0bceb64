//! Scoring a tagger.

use xner_corpus::{Entity, Labelled, Sentence, Tag, entities};
use xner_eval::{Mode, Scorer, Scores};

use crate::{Error, Result, Tagger};

/// Tags labelled sentences and scores the answer as conlleval does.
///
/// # Errors
/// Faults of the tagger; [`Error::Data`] when a gold sentence's entities overlap or reach past its end.
pub fn evaluate(tagger: &dyn Tagger, gold: &[Labelled]) -> Result<Scores> {
    let sentences: Vec<Sentence> = gold.iter().map(|labelled| labelled.sentence.clone()).collect();
    let predicted = tagger.best(&sentences)?;
    score(gold.iter().map(|labelled| (labelled.entities.as_slice(), labelled.sentence.len())), &predicted)
}

/// The scores of predicted tags against gold entities and lengths.
pub(crate) fn score<'a>(
    gold: impl Iterator<Item = (&'a [Entity], usize)>,
    predicted: &[Vec<Tag>],
) -> Result<Scores> {
    let mut scorer = Scorer::new(Mode::Conll);
    for ((gold, tokens), tags) in gold.zip(predicted) {
        scorer
            .add_entities(gold, &entities(tags), tokens)
            .map_err(|fault| Error::Data { message: fault.to_string() })?;
    }
    Ok(scorer.finish())
}
