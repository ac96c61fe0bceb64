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

/// Says that every sentence's entities are in order, apart from one another and inside it.
///
/// # Errors
/// [`Error::Data`], with the sentence, for the first that are not.
pub fn check_entities(what: &str, corpus: &[Labelled]) -> Result<()> {
    for (at, labelled) in corpus.iter().enumerate() {
        let mut free = 0;
        for Entity { tokens, kind } in &labelled.entities {
            if tokens.start < free || tokens.is_empty() || tokens.end > labelled.sentence.len() {
                let message = format!(
                    "{what} sentence {}: the {kind} at tokens {tokens:?} overlaps another entity, is empty, or lies \
                     outside of the sentence's {} tokens",
                    at + 1,
                    labelled.sentence.len()
                );
                return Err(Error::Data { message });
            }
            free = tokens.end;
        }
    }
    Ok(())
}

/// The scores of predicted tags against gold entities and lengths, as conlleval counts.
///
/// # Errors
/// [`Error::Data`] when a sentence's entities overlap or reach past its end.
pub fn score<'a>(
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
