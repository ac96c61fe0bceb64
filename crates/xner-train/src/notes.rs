//! What a person should know of corpora before a model is trained on them.

use std::collections::{BTreeMap, BTreeSet};

use xner_core::{Event, Observer, What};
use xner_corpus::Labelled;

/// What is odd about the corpora that a model is chosen by or scored on, beside the one that it is trained on: types
/// that training never sees, and no entity at all. `others` have the keys of their settings; empty ones are passed
/// over, and so are types that are `dropped`.
pub fn corpus_notes(train: &[Labelled], others: &[(&str, &[Labelled])], dropped: &[String]) -> Vec<String> {
    let types = |corpus: &[Labelled]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let kinds = corpus.iter().flat_map(|labelled| &labelled.entities).map(|entity| entity.kind.as_str());
        kinds.filter(|kind| !dropped.iter().any(|one| one == kind)).for_each(|kind| {
            *counts.entry(kind.to_owned()).or_default() += 1;
        });
        counts
    };
    let known: BTreeSet<String> = types(train).into_keys().collect();
    let mut notes = Vec::new();
    for (key, corpus) in others {
        let found = types(corpus);
        if !corpus.is_empty() && found.is_empty() {
            notes.push(format!("`{key}` has no entity: every score on it is 0, whatever the model finds"));
        }
        let unseen: Vec<String> = found
            .iter()
            .filter(|(kind, _)| !known.contains(*kind))
            .map(|(kind, count)| format!("{kind} ({count})"))
            .collect();
        if !unseen.is_empty() {
            notes.push(format!(
                "`{key}` has types that the training sentences do not have, and that no model of them finds: {}",
                unseen.join(", ")
            ));
        }
    }
    notes
}

/// Tells an observer what a person should know. Whether the run goes on is asked with what comes next.
pub fn tell_notes(phase: &str, notes: &[String], observer: &mut dyn Observer) {
    for note in notes {
        let _ = observer.event(&Event { phase, what: What::Note(note) });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use xner_corpus::{Entity, Sentence};

    fn corpus(types: &[&str]) -> Vec<Labelled> {
        let sentence = Sentence::from_tokens(["a", "b"]);
        let labelled = |kind: &&str| Labelled {
            sentence: sentence.clone(),
            entities: vec![Entity { tokens: 0..1, kind: (*kind).into() }],
        };
        let none = Labelled { sentence: sentence.clone(), entities: Vec::new() };
        types.iter().map(labelled).chain([none]).collect()
    }

    #[test]
    fn what_is_odd_is_told() {
        let train = corpus(&["PER", "LOC"]);
        let (dev, test) = (corpus(&["PER", "ORG", "ORG", "MISC"]), corpus(&[]));
        let notes = corpus_notes(&train, &[("data.dev", &dev), ("data.test", &test), ("x", &[])], &[]);
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].starts_with("`data.dev` has types") && notes[0].ends_with(": MISC (1), ORG (2)"));
        assert!(notes[1].starts_with("`data.test` has no entity"));
        let dropped = ["MISC".to_owned(), "ORG".to_owned()];
        assert_eq!(corpus_notes(&train, &[("data.dev", &dev)], &dropped), Vec::<String>::new());
    }
}
