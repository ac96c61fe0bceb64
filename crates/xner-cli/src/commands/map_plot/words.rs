//! Which words are entities' words, and of which type.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use xner_corpus::read::{ReadOptions, stream};
use xner_corpus::{EntityType, Error};

use crate::progress::Progress;

/// A word and the type that it has most often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntityWord {
    pub(super) word: String,
    pub(super) kind: EntityType,
}

#[derive(Default)]
struct Seen {
    all: usize,
    of_types: BTreeMap<EntityType, usize>,
}

/// The corpus's words that stand inside an entity at least every other time, the most frequent there first.
pub(super) fn entity_words(corpus: &Path, options: &ReadOptions) -> Result<Vec<EntityWord>> {
    let mut words: BTreeMap<String, Seen> = BTreeMap::new();
    let mut progress = Progress::counter("sentences");
    for labelled in stream(corpus, options)? {
        let labelled = labelled?;
        for token in labelled.sentence.tokens() {
            if let Some(seen) = words.get_mut(token) {
                seen.all += 1;
            } else {
                words.insert(token.to_owned(), Seen { all: 1, ..Seen::default() });
            }
        }
        for entity in &labelled.entities {
            for at in entity.tokens.clone() {
                if let Some(seen) = words.get_mut(labelled.sentence.token(at)) {
                    *seen.of_types.entry(entity.kind.clone()).or_default() += 1;
                }
            }
        }
        progress.add(1);
    }
    if words.is_empty() {
        return Err(Error::Empty { path: corpus.to_owned() }.into());
    }
    Ok(chosen(words))
}

fn chosen(words: BTreeMap<String, Seen>) -> Vec<EntityWord> {
    let mut found: Vec<(usize, EntityWord)> = words
        .into_iter()
        .filter_map(|(word, Seen { all, of_types })| {
            let inside: usize = of_types.values().sum();
            // Of types that are equally frequent the first in the alphabet.
            let (kind, _) = of_types.into_iter().min_by_key(|(_, count)| Reverse(*count))?;
            (2 * inside >= all).then_some((inside, EntityWord { word, kind }))
        })
        .collect();
    // Stable: equally frequent words stay in the order of the alphabet.
    found.sort_by_key(|(inside, _)| Reverse(*inside));
    found.into_iter().map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_word_has_its_most_frequent_type_and_stands_inside_entities() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.conll");
        let text =
            "Lund B-LOC\nLund B-PER\nLund B-LOC\nof O\n\nBank B-ORG\nof I-ORG\nof O\nEms B-LOC\nBank B-ORG\n";
        std::fs::write(&file, text).unwrap();
        let words = entity_words(&file, &ReadOptions::default()).unwrap();
        let plain: Vec<(&str, &str)> = words.iter().map(|w| (w.word.as_str(), w.kind.as_str())).collect();
        assert_eq!(plain, [("Lund", "LOC"), ("Bank", "ORG"), ("Ems", "LOC")]);
    }
}
