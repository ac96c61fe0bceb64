//! Labelled sentences: reading, checking, scoring.

use std::path::Path;

use xner_corpus::read::{
    ConllOptions, Format, JsonlOptions, Labels, Looks, ReadOptions as CorpusOptions, read_corpus,
};
use xner_corpus::{Entity, Labelled, Sentence, Tag, entities};
use xner_eval::{Mode, Scorer, Scores};

use crate::{Error, Result};

/// The sentences of a file whose labels are wanted, which the setting `key` names.
///
/// # Errors
/// [`Error::Setting`] when the file is read as plain text, which has none, or looks like it; faults of the file, with
/// their lines, JSON lines without labels among them.
pub fn read_labelled(key: &str, path: &Path, options: &CorpusOptions) -> Result<Vec<Labelled>> {
    if options.format.or_else(|| Format::guess(path)) == Some(Format::Text) {
        let message = format!(
            "{} would be read as plain text, which has no labels: expected columns or JSON lines (leave the key \
             `format` out where files of one language differ)",
            path.display()
        );
        return Err(Error::setting(key, message));
    }
    let jsonl = JsonlOptions { labels: Labels::Required, ..options.jsonl.clone() };
    read_corpus(path, &CorpusOptions { jsonl, ..options.clone() }).map_err(|fault| match fault {
        xner_corpus::Error::Looks { path, looks, .. } => {
            let what = if looks == Looks::Prose { ", which has no labels" } else { "" };
            let path = path.display();
            Error::setting(key, format!("{path} looks like {looks}{what}: expected columns or JSON lines"))
        }
        fault => fault.into(),
    })
}

/// The sentences of a file whose labels, if it has any, are not looked at: of columns the tag's need not be there, nor
/// hold tags.
///
/// # Errors
/// Faults of the file, with their lines; one that looks like running text, or word vectors, and is not said to be text.
pub fn read_unlabelled(path: &Path, options: &CorpusOptions) -> Result<Vec<Sentence>> {
    let options = CorpusOptions {
        conll: ConllOptions { tag: None, scheme: None, ..options.conll.clone() },
        jsonl: JsonlOptions { labels: Labels::Ignored, ..options.jsonl.clone() },
        ..options.clone()
    };
    Ok(read_corpus(path, &options)?.into_iter().map(|labelled| labelled.sentence).collect())
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
                return Err(Error::data(message));
            }
            free = tokens.end;
        }
    }
    Ok(())
}

/// Sentences to learn from, to choose weights by or to score on have entities, else the tag column may be the wrong
/// one.
///
/// # Errors
/// [`Error::Setting`] with their key; `dropped` are the types that the config counts as none.
pub fn holds_entities(key: &str, corpus: &[Labelled], dropped: &[String]) -> Result<()> {
    if corpus.iter().any(|labelled| !labelled.entities.is_empty()) {
        return Ok(());
    }
    let hint = match dropped {
        [] => "is the tag column right?".to_owned(),
        dropped => format!("without those of `drop_types` ({})", dropped.join(", ")),
    };
    Err(Error::setting(key, format!("has no entity, expected some: {hint}")))
}

/// The scores of the tags that were predicted for labelled sentences, as conlleval counts.
///
/// # Errors
/// [`Error::Data`] when a sentence's entities overlap or reach past its end.
pub fn score(gold: &[Labelled], predicted: &[Vec<Tag>]) -> Result<Scores> {
    let mut scorer = Scorer::new(Mode::Conll);
    for (Labelled { sentence, entities: gold }, tags) in gold.iter().zip(predicted) {
        let added = scorer.add_entities(gold, &entities(tags), sentence.len());
        added.map_err(|fault| Error::data(fault.to_string()))?;
    }
    Ok(scorer.finish())
}
